// The camera reads a card's QR code: with the browser's own detector where it has one, else with a decoder that is fetched only then.
const box = document.querySelector('[data-scan]');
const field = document.querySelector('.code-field');
const [view, said, start, stop] = ['view', 'say', 'start', 'stop'].map((name) => box.querySelector(`[data-${name}]`));
const video = view.querySelector('video');
const EVERY_MS = 120;
const WIDEST = 800;
let stream;

const say = (name) => {
  said.textContent = name ? box.dataset[name] : '';
  said.hidden = !name;
};
const show = (running) => {
  view.hidden = stop.hidden = !running;
  start.hidden = running;
};

async function detector() {
  const own = globalThis.BarcodeDetector;
  if (own && (await own.getSupportedFormats().catch(() => [])).includes('qr_code')) {
    const found = new own({ formats: ['qr_code'] });
    return async () => (await found.detect(video))[0]?.rawValue;
  }
  const { decodeQR } = await import(box.dataset.decoder);
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return async () => {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
  };
}

// A link to a card, or a bare code. What else a QR code may say is none of ours.
const isCard = (text) => /\/c\/[0-9A-Za-z]{26}\/?$/.test(text) || /^[0-9A-Za-z]{4}([ -]?[0-9A-Za-z]{4}){3}$/.test(text.trim());

async function look(detect) {
  while (stream) {
    const text = video.readyState >= 2 ? await detect().catch(() => undefined) : undefined;
    if (text && stream) {
      if (isCard(text)) return found(text);
      say('other');
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

function found(text) {
  end();
  field.value = text.trim();
  field.form.requestSubmit();
}

function end() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = undefined;
  show(false);
}

async function begin() {
  say();
  if (!navigator.mediaDevices?.getUserMedia) return say('none');
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } } });
    show(true);
    video.srcObject = stream;
    await video.play();
    await look(await detector());
  } catch (error) {
    end();
    say({ NotAllowedError: 'refused', SecurityError: 'refused', NotReadableError: 'busy' }[error.name] ?? 'none');
  }
}

box.hidden = false;
start.addEventListener('click', begin);
stop.addEventListener('click', () => {
  say();
  end();
});
window.addEventListener('pagehide', end);
