import { Injectable } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import PDFDocument from 'pdfkit';
import { reveal } from '../../kernel/personal';
import { Readers } from '../../platform/web/readers';
import { facesOf } from '../../platform/mail/mails';
import { qrPng } from '../../platform/qr';
import type { PageNetwork } from '../../platform/web/page';
import type { Reader } from '../../platform/web/reader';
import { inGroups } from '../../platform/web/template-helpers';
import type { CardListItem } from '../read-models/card-list';
import type { OpenSecrets } from './card-keys';
import { bareCode, goodUntil } from './shown-card';

/** Points. On Letter the sheet leaves room for A4's narrower side, so that both print whole. */
const SHEET = { left: 72, top: 72, width: 450 } as const;
const FACE = { width: 400, height: 252, radius: 14, pad: 24, qr: 118 } as const;
const INK = '#231a1e';
const MUTED = '#665a5f';

type Document = InstanceType<typeof PDFDocument>;
const fontFile = (name: string): Buffer => readFileSync(require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));

/** A card on paper: its face as on the page, what it is worth, for whom, and how it is spent. */
@Injectable()
export class CardPrint {
  private readonly fonts = { serif: 'DejaVuSerif-Bold', sans: 'DejaVuSans', bold: 'DejaVuSans-Bold', mono: 'DejaVuSansMono-Bold' };
  private readonly files = new Map<string, Buffer>();

  constructor(private readonly readers: Readers) {}

  async pdf(network: PageNetwork, card: CardListItem, { code, link }: OpenSecrets): Promise<Buffer> {
    const reader = this.readers.of(card.language, network.timeZone);
    const document = new PDFDocument({
      size: 'LETTER',
      margin: 0,
      lang: card.language,
      displayTitle: true,
      info: { Title: reader.t('cards.print.title', { network: network.name }) },
    });
    const done = collected(document);
    for (const [name, file] of Object.entries(this.fonts)) document.registerFont(name, this.file(file));
    const writer = new Writer(document);
    face(writer, network, reader.money(card.balance), inGroups(bareCode(code)), await qrPng(link));
    words(writer, network, card, reader, link);
    document.end();
    return done;
  }

  private file(name: string): Buffer {
    const known = this.files.get(name) ?? fontFile(name);
    this.files.set(name, known);
    return known;
  }
}

/** Writes what the font can write: characters without a letter form (emoji, other scripts) are left out instead of shown as boxes. */
class Writer {
  constructor(readonly document: Document) {}

  /** Answers where the text ended; what is higher than `height` ends in an ellipsis. */
  text(text: string, x: number, y: number, { font, size, color, ...box }: Style): number {
    this.document.font(font).fontSize(size).fillColor(color);
    const known = this.covered(text);
    if (known.trim() === '') return y;
    this.document.text(known, x, y, { lineGap: 2, ellipsis: box.height !== undefined, ...box });
    return this.document.y;
  }

  private covered(text: string): string {
    const { font } = (this.document as unknown as { _font: { font: { hasGlyphForCodePoint(point: number): boolean } } })._font;
    const kept = [...text.normalize('NFC')].filter(
      (character) => character === '\n' || font.hasGlyphForCodePoint(character.codePointAt(0)!),
    );
    return kept
      .join('')
      .replace(/[ \t]+/g, ' ')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  }
}

interface Style {
  readonly font: string;
  readonly size: number;
  readonly color: string;
  readonly width: number;
  readonly height?: number;
}

function face(writer: Writer, { brand, name }: PageNetwork, balance: string, code: string, qr: Buffer): void {
  const { document } = writer;
  const { onFace } = facesOf(brand);
  const { left, top } = SHEET;
  document.save().roundedRect(left, top, FACE.width, FACE.height, FACE.radius).clip();
  document.rect(left, top, FACE.width, FACE.height).fill(brand);
  document.fillOpacity(0.27).fillColor('#ffffff');
  document.rect(left + FACE.width * 0.73, top, FACE.width * 0.07, FACE.height).fill();
  document.rect(left, top + FACE.height * 0.33, FACE.width, FACE.height * 0.11).fill();
  document.fillOpacity(1).restore();
  const knot = { x: left + FACE.width * 0.765 - FACE.qr / 2, y: top + FACE.height * 0.385 - FACE.qr / 2 };
  document.roundedRect(knot.x, knot.y, FACE.qr, FACE.qr, 6).fill('#ffffff');
  document.image(qr, knot.x + 3, knot.y + 3, { width: FACE.qr - 6 });
  const at = left + FACE.pad;
  writer.text(name, at, top + FACE.pad, { font: 'serif', size: 17, color: onFace, width: 210, height: 100 });
  writer.text(balance, at, top + FACE.height - 82, { font: 'bold', size: 28, color: onFace, width: 350 });
  writer.text(code, at, top + FACE.height - 44, { font: 'mono', size: 15, color: onFace, width: 350 });
}

function words(writer: Writer, network: PageNetwork, card: CardListItem, reader: Reader, link: string): void {
  const { left, width } = SHEET;
  const recipient = reveal(card.recipient?.name);
  const buyer = reveal(card.buyer.name);
  const message = reveal(card.message ?? undefined);
  let y = SHEET.top + FACE.height + 34;
  const line = (text: string, font: string, size: number, color: string, gap: number, height?: number): void => {
    y = writer.text(text, left, y, { font, size, color, width, height }) + gap;
  };
  if (recipient !== undefined) line(reader.t('cards.print.for', { name: recipient }), 'serif', 16, INK, 4);
  if (buyer !== undefined) line(reader.t('cards.print.from', { name: buyer }), 'sans', 11, MUTED, 12);
  if (message !== undefined) line(message, 'sans', 12, INK, 18, 190);
  line(reader.t('cards.print.how', { network: network.name }), 'sans', 11, INK, 8);
  line(`${reader.t('cards.print.balance')} ${link}`, 'sans', 9, MUTED, 8);
  line(reader.t('cards.print.care', { email: network.contactEmail }), 'sans', 9, MUTED, 8);
  const until = goodUntil(card, reader);
  if (until !== undefined) line(until, 'sans', 9, MUTED, 8);
}

function collected(document: Document): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('end', () => resolve(Buffer.concat(chunks)));
    document.on('error', reject);
  });
}
