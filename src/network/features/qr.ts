import { toString } from 'qrcode';

/** A QR code as a picture that the Content-Security-Policy lets through (`img-src data:`). */
export async function qrDataUrl(text: string): Promise<string> {
  const svg = await toString(text, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 });
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
