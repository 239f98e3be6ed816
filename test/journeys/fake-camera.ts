import { writeFileSync } from 'node:fs';
import QRCode from 'qrcode';

const [WIDTH, HEIGHT, FRAMES] = [640, 480, 2];
const [DARK, LIGHT, GREY] = [40, 220, 128];

/** Chromium takes this file (YUV4MPEG2, 4:2:0) for what its camera sees: the text as a QR code before a light wall. */
export function cameraThatSees(text: string, file: string): readonly string[] {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  const square = Math.floor((HEIGHT * 0.75) / modules.size);
  const [left, top] = [(WIDTH - square * modules.size) >> 1, (HEIGHT - square * modules.size) >> 1];
  const luma = Buffer.alloc(WIDTH * HEIGHT, LIGHT);
  for (let row = 0; row < modules.size; row++)
    for (let column = 0; column < modules.size; column++)
      if (modules.get(row, column))
        for (let line = 0; line < square; line++) {
          const start = (top + row * square + line) * WIDTH + left + column * square;
          luma.fill(DARK, start, start + square);
        }
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((WIDTH * HEIGHT) / 2, GREY)]);
  const header = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(file, Buffer.concat([header, ...Array.from({ length: FRAMES }, () => frame)]));
  return ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-video-capture=${file}`];
}
