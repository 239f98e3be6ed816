import { toBuffer } from 'qrcode';

const options = { errorCorrectionLevel: 'M', margin: 2, scale: 6 } as const;

/** The QR code of a link, for mails and prints. */
export const qrPng = (text: string): Promise<Buffer> => toBuffer(text, options);

/** The same as a data URL, for pages (`img-src data:`) and the API. */
export const qrOf = async (text: string): Promise<string> => `data:image/png;base64,${(await qrPng(text)).toString('base64')}`;
