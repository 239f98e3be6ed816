import { create } from 'qrcode';

/** A QR code as one SVG path: rows of unit squares, drawn as strokes (`.qr` in the stylesheet). */
export interface QrSquares {
  readonly size: number;
  readonly path: string;
}

/** Middle error correction: a screen's glare and a crease in the paper are forgiven. */
export function qrSquares(text: string): QrSquares {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const { size, data } = modules;
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
