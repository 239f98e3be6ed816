import { create, toString } from 'qrcode';
import sharp from 'sharp';

/** Middle error correction: a screen's glare and a crease in the paper are forgiven. */
const LEVEL = { errorCorrectionLevel: 'M' } as const;
/** Modules of white around it, and a module's side in pixels. */
const MARGIN = 2;
const SCALE = 6;

/** The QR code of a text as a PNG, black on white: for mails, prints and whoever shows it elsewhere. Painted off the main thread. */
export async function qrPng(text: string): Promise<Buffer> {
  const { size, data } = create(text, LEVEL).modules;
  const side = size + 2 * MARGIN;
  const pixels = Buffer.alloc(side * side, 255);
  for (let at = 0; at < data.length; at += 1) if (data[at]) pixels[(Math.floor(at / size) + MARGIN) * side + (at % size) + MARGIN] = 0;
  return sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .resize(side * SCALE, side * SCALE, { kernel: 'nearest' })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

/** The same as a data URL, for pages (`img-src data:`) and the API. */
export const qrPngUrl = async (text: string): Promise<string> => `data:image/png;base64,${(await qrPng(text)).toString('base64')}`;

/** One that stays sharp at any size, for pages. */
export async function qrSvgUrl(text: string): Promise<string> {
  const svg = await toString(text, { ...LEVEL, type: 'svg', margin: MARGIN });
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

/** A QR code as one SVG path: rows of unit squares, drawn as strokes (`.qr` in the stylesheet). */
export interface QrSquares {
  readonly size: number;
  readonly path: string;
}

export function qrSquares(text: string): QrSquares {
  const { size, data } = create(text, LEVEL).modules;
  const rows: string[] = [];
  for (let y = 0; y < size; y += 1)
    rows.push(...runs(data.subarray(y * size, (y + 1) * size)).map(({ from, length }) => `M${from} ${y}.5h${length}`));
  return { size, path: rows.join('') };
}

function runs(row: Uint8Array): readonly { from: number; length: number }[] {
  const found: { from: number; length: number }[] = [];
  for (let x = 0; x < row.length; x += 1) {
    if (!row[x]) continue;
    const from = x;
    while (x < row.length && row[x]) x += 1;
    found.push({ from, length: x - from });
  }
  return found;
}
