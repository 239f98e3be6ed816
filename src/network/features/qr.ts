import { toBuffer, toString } from 'qrcode';

/** A QR code as a picture that the Content-Security-Policy lets through (`img-src data:`). */
export async function qrDataUrl(text: string): Promise<string> {
  const svg = await toString(text, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 });
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

/** The same for mails, whose readers show no SVG. */
export const qrPng = (text: string): Promise<Buffer> => toBuffer(text, { errorCorrectionLevel: 'M', margin: 2, scale: 6 });
