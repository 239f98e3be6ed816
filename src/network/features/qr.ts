import { toDataURL } from 'qrcode';

/** A QR code as a picture that the Content-Security-Policy lets through (`img-src data:`). */
export const qrDataUrl = (text: string): Promise<string> => toDataURL(text, { errorCorrectionLevel: 'M', margin: 2, scale: 6 });
