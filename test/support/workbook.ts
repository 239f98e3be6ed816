import { crc32, deflateRawSync } from 'node:zlib';

/** Zip and XLSX files as tests need them: well-formed ones, and ones that lie. */
export function zip(parts: Readonly<Record<string, string | Buffer>>): Buffer {
  const files: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(parts)) {
    const bytes = Buffer.from(content as string);
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    files.push(Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed);
    const entry = Buffer.alloc(42);
    entry.writeUInt16LE(20, 0);
    common.copy(entry, 2);
    entry.writeUInt32LE(at, 38);
    entries.push(Buffer.from('PK\x01\x02'), entry, Buffer.from(name));
    at += 30 + Buffer.byteLength(name) + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(Object.keys(parts).length, 4);
  end.writeUInt16LE(Object.keys(parts).length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...files, directory, Buffer.from('PK\x05\x06'), end]);
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const letters = (column: number): string =>
  (column < 26 ? '' : letters(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));

export type Cell = string | number | { readonly formula: string; readonly shown: string };

/** A workbook as Excel writes it: texts shared, numbers plain, formulas with what they last showed. */
export function workbook(rows: readonly (readonly Cell[])[]): Buffer {
  const texts: string[] = [];
  const numbers = new Map<string, number>();
  const shared = (text: string): number => {
    if (!numbers.has(text)) numbers.set(text, texts.push(`<si><t xml:space="preserve">${escaped(text)}</t></si>`) - 1);
    return numbers.get(text)!;
  };
  const cell = (value: Cell, reference: string): string => {
    if (value === '') return '';
    if (typeof value === 'number') return `<c r="${reference}"><v>${value}</v></c>`;
    if (typeof value === 'string') return `<c r="${reference}" t="s"><v>${shared(value)}</v></c>`;
    return `<c r="${reference}" t="str"><f>${escaped(value.formula)}</f><v>${escaped(value.shown)}</v></c>`;
  };
  const lines = rows.map((row, y) => `<row r="${y + 1}">${row.map((value, x) => cell(value, letters(x) + (y + 1))).join('')}</row>`);
  return book(`<worksheet><sheetData>${lines.join('')}</sheetData></worksheet>`, `<sst>${texts.join('')}</sst>`);
}

/** A workbook of one sheet, written by hand. */
export function book(sheet: string | Buffer, texts = '<sst/>'): Buffer {
  return zip({
    '[Content_Types].xml': '<Types/>',
    'xl/workbook.xml': '<workbook xmlns:r="x"><sheets><sheet name="Members" sheetId="1" r:id="rId7"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': '<Relationships><Relationship Id="rId7" Target="worksheets/sheet7.xml"/></Relationships>',
    'xl/sharedStrings.xml': texts,
    'xl/worksheets/sheet7.xml': sheet,
  });
}
