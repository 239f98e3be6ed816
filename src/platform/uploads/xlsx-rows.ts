import { parser as xmlParser } from 'sax';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { FileRow } from './csv-rows';

/**
 * The rows of the first sheet of an XLSX workbook (ECMA-376), read as a stream: 50,000 rows take the memory of the texts that the
 * workbook shares between cells, and no more. Every part has a limit on what it may unpack to, held against what it says of itself
 * before it is opened and against what comes out of it (yauzl checks that), so that a small file can't become a large one.
 */
const MOST_ENTRIES = 2_000;
const MOST_UNPACKED = { outline: 2_000_000, texts: 48_000_000, sheet: 200_000_000 } as const;
const MOST_DEPTH = 50;
const MOST_COLUMNS = 200;
const MOST_CHARACTERS_A_CELL = 20_000;

export const isZip = (bytes: Buffer): boolean => bytes.length > 4 && bytes.readUInt32BE(0) === 0x504b0304;

/** @throws Error when it is no workbook, is encrypted, or unpacks to too much */
export async function* xlsxRows(bytes: Buffer): AsyncGenerator<FileRow> {
  const book = await Book.open(bytes);
  try {
    const texts = await sharedTexts(book);
    yield* book.elements(await sheetOf(book), MOST_UNPACKED.sheet, new RowReader(texts));
  } finally {
    book.close();
  }
}

/** What a part's elements are given to; `take` answers what has come together since. */
interface Reading<T> {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(text: string): void;
  close(name: string): void;
  take(): readonly T[];
}

/** The parts of a workbook by their names. */
class Book {
  private constructor(
    private readonly zip: ZipFile,
    private readonly parts: ReadonlyMap<string, Entry>,
  ) {}

  static async open(bytes: Buffer): Promise<Book> {
    const zip = await promisify<Buffer, object, ZipFile>(fromBuffer)(bytes, { lazyEntries: true });
    if (zip.entryCount > MOST_ENTRIES) throw new Error('Too many parts');
    const parts = new Map<string, Entry>();
    await new Promise<void>((resolve, reject) => {
      zip.on('entry', (entry: Entry) => {
        parts.set(entry.fileName, entry);
        zip.readEntry();
      });
      zip.on('end', resolve).on('error', reject);
      zip.readEntry();
    });
    return new Book(zip, parts);
  }

  close(): void {
    this.zip.close();
  }

  has(name: string): boolean {
    return this.parts.has(name);
  }

  /** The elements of a part, piece by piece; names come without their prefix. */
  async *elements<T>(name: string, most: number, reading: Reading<T>): AsyncGenerator<T> {
    const entry = this.parts.get(name);
    if (!entry) throw new Error(`There is no ${name}`);
    if (entry.uncompressedSize > most) throw new Error(`${name} is too large`);
    const stream = await promisify<Entry, Readable>(this.zip.openReadStream.bind(this.zip) as never)(entry);
    const decoder = new TextDecoder('utf-8');
    const parser = parserFor(reading);
    for await (const piece of stream) {
      parser.write(decoder.decode(piece as Buffer, { stream: true }));
      yield* reading.take();
    }
    parser.end();
    yield* reading.take();
  }
}

function parserFor(reading: Reading<unknown>) {
  const parser = xmlParser(true);
  const bare = (name: string): string => name.slice(name.indexOf(':') + 1);
  let depth = 0;
  parser.onopentag = ({ name, attributes }) => {
    if ((depth += 1) > MOST_DEPTH) throw new Error('Too deep');
    reading.open(bare(name), attributes as Readonly<Record<string, string>>);
  };
  parser.onclosetag = (name) => {
    depth -= 1;
    reading.close(bare(name));
  };
  parser.ontext = parser.oncdata = (text) => reading.text(text);
  parser.onerror = (error) => {
    throw error;
  };
  return { write: (text: string) => void parser.write(text), end: () => void parser.close() };
}

/** The attributes of all elements of one name. */
class Attributes implements Reading<Readonly<Record<string, string>>> {
  private found: Readonly<Record<string, string>>[] = [];

  constructor(private readonly wanted: string) {}

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === this.wanted) this.found.push(attributes);
  }
  text(): void {}
  close(): void {}
  take(): readonly Readonly<Record<string, string>>[] {
    return this.found.splice(0);
  }
}

async function sheetOf(book: Book): Promise<string> {
  const usual = 'xl/worksheets/sheet1.xml';
  const sheets: Readonly<Record<string, string>>[] = [];
  for await (const each of book.elements('xl/workbook.xml', MOST_UNPACKED.outline, new Attributes('sheet'))) sheets.push(each);
  const first = sheets.find(({ state }) => state === undefined || state === 'visible') ?? sheets[0];
  const wanted = Object.entries(first ?? {}).find(([name]) => /(^|:)id$/.test(name))?.[1];
  for await (const { Id, Target = '' } of book.elements(
    'xl/_rels/workbook.xml.rels',
    MOST_UNPACKED.outline,
    new Attributes('Relationship'),
  )) {
    if (Id === wanted) return Target.startsWith('/') ? Target.slice(1) : `xl/${Target}`;
  }
  return usual;
}

/** Texts that cells share, by their number; what is spoken above a character (`rPh`) is left out. */
class SharedTexts implements Reading<string> {
  private readonly found: string[] = [];
  private text_ = '';
  private inText = false;
  private spoken = false;

  open(name: string): void {
    if (name === 'si') this.text_ = '';
    else if (name === 't') this.inText = true;
    else if (name === 'rPh') this.spoken = true;
  }
  text(text: string): void {
    if (this.inText && !this.spoken && this.text_.length < MOST_CHARACTERS_A_CELL) this.text_ += text;
  }
  close(name: string): void {
    if (name === 'si') this.found.push(unescaped(this.text_));
    else if (name === 't') this.inText = false;
    else if (name === 'rPh') this.spoken = false;
  }
  take(): readonly string[] {
    return this.found.splice(0);
  }
}

async function sharedTexts(book: Book): Promise<readonly string[]> {
  const part = 'xl/sharedStrings.xml';
  const texts: string[] = [];
  if (book.has(part)) for await (const text of book.elements(part, MOST_UNPACKED.texts, new SharedTexts())) texts.push(text);
  return texts;
}

/** Rows of a sheet. A formula counts as what the spreadsheet last showed for it. */
class RowReader implements Reading<FileRow> {
  private readonly found: FileRow[] = [];
  private line = 0;
  private cells: string[] = [];
  private column = 0;
  private type = 'n';
  private value = '';
  private inValue = false;
  private spoken = false;

  constructor(private readonly texts: readonly string[]) {}

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'row') {
      this.line = Number(attributes.r ?? this.line + 1);
      this.cells = [];
      this.column = -1;
    } else if (name === 'c') {
      this.column = attributes.r === undefined ? this.column + 1 : columnOf(attributes.r);
      if (this.column >= MOST_COLUMNS) throw new Error('Too many columns');
      this.type = attributes.t ?? 'n';
      this.value = '';
    } else if (name === 'v' || name === 't') this.inValue = true;
    else if (name === 'rPh') this.spoken = true;
  }

  text(text: string): void {
    if (this.inValue && !this.spoken && this.value.length < MOST_CHARACTERS_A_CELL) this.value += text;
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.inValue = false;
    else if (name === 'rPh') this.spoken = false;
    else if (name === 'c') this.keep();
    else if (name === 'row') this.found.push({ line: this.line, cells: this.cells });
  }

  take(): readonly FileRow[] {
    return this.found.splice(0);
  }

  private keep(): void {
    while (this.cells.length < this.column) this.cells.push('');
    this.cells[this.column] = this.shown().trim();
  }

  private shown(): string {
    if (this.type === 's') return this.texts[Number(this.value)] ?? '';
    if (this.type === 'b') return this.value === '1' ? 'TRUE' : 'FALSE';
    // 1.017E3 is how a number may be kept; people see 1017.
    if (this.type === 'n' && /e/i.test(this.value)) return String(Number(this.value));
    return unescaped(this.value);
  }
}

/** What XML can't hold is written `_x000D_`. */
const unescaped = (text: string): string =>
  text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));

/** `B7` is column 1. */
function columnOf(reference: string): number {
  const letters = /^[A-Z]{1,3}/.exec(reference)?.[0] ?? 'A';
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}
