// The list of the till's payments, kept up to date: told by the server that it changed, or asking every few seconds where that fails.
const form = document.querySelector('[data-live]');
const list = form.querySelector('[data-payments]');
const POLL = 5000;
const AGAIN = 30000;
let source;
let timer;
let asking = false;
let askAgain = false;

function state(now) {
  for (const each of form.querySelectorAll('[data-state]')) each.hidden = each.dataset.state !== now;
}

async function refresh() {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(form.dataset.page, { headers: { accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = page.querySelector('[data-payments]');
    // Another page: the ticket is used up or the device is no longer activated, which reloading says best.
    if (!next) return location.assign(form.dataset.page);
    if (next.innerHTML !== list.innerHTML && !form.dataset.sent) replace(next);
    state(source?.readyState === EventSource.OPEN ? 'live' : 'polling');
  } catch {
    state('offline');
  } finally {
    asking = false;
    if (askAgain) {
      askAgain = false;
      refresh();
    }
  }
}

// Whoever stands on a button with the keyboard stays there.
function replace(next) {
  const held = document.activeElement?.getAttribute('formaction');
  list.replaceChildren(...next.childNodes);
  if (held) list.querySelector(`[formaction="${held}"]`)?.focus();
}

function poll() {
  clearInterval(timer);
  timer = setInterval(refresh, POLL);
}

function listen() {
  source?.close();
  source = new EventSource(form.dataset.live);
  source.addEventListener('open', () => {
    clearInterval(timer);
    refresh();
  });
  source.addEventListener('payments', refresh);
  source.addEventListener('error', () => {
    poll();
    refresh();
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN);
  });
}

if ('EventSource' in window) listen();
else poll();
document.addEventListener('visibilitychange', () => document.hidden || refresh());
