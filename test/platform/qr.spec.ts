import decodeQR from 'qr/decode.js';
import sharp from 'sharp';
import { qrPng, qrPngUrl, qrSquares, qrSvgUrl } from '../../src/platform/qr';

const LINK = `https://cards.example/c/${'aB3-_'.repeat(8)}`;

/** What a camera reads from a picture. */
async function read(picture: Buffer, pixelsWide?: number): Promise<string> {
  const image = sharp(picture).flatten({ background: 'white' }).ensureAlpha();
  if (pixelsWide) image.resize(pixelsWide, pixelsWide, { kernel: 'nearest' });
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return decodeQR({ width: info.width, height: info.height, data });
}

const ofDataUrl = (url: string): Buffer => Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');

describe('a QR code', () => {
  it('is read back from the picture of a mail, which is small', async () => {
    const png = await qrPng(LINK);
    expect(await read(png)).toBe(LINK);
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', space: 'b-w', channels: 1 });
    expect(png.length).toBeLessThan(2_000);
  });

  it('is read back from the data URLs of pages and the API', async () => {
    expect(await read(ofDataUrl(await qrPngUrl(LINK)))).toBe(LINK);
    expect(await read(ofDataUrl(await qrSvgUrl(LINK)), 400)).toBe(LINK);
  });

  it('is read back from the strokes of a path', async () => {
    const { size, path } = qrSquares(LINK);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 ${size + 4} ${size + 4}" width="${(size + 4) * 6}"><path d="${path}" stroke="black"/></svg>`;
    expect(await read(Buffer.from(svg))).toBe(LINK);
  });
});
