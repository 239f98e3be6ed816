import { parse } from 'csv-parse';
import { Readable } from 'node:stream';

/** A row of a file: its cells as texts, and the line that it ends on. */
export interface FileRow {
  /** Of the file, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

const MOST_CHARACTERS_A_ROW = 20_000;
const SLICE = 64_000;
/** Enough of the beginning to know the separator by: the first line is one of short names. */
const BEGINNING = 8_000;

/**
 * The rows of a CSV file (RFC 4180, and what spreadsheets make of it): any of the usual separators and line ends, quotes, and `sep=;`
 * as the first line. Decoded and parsed slice by slice, so that the event loop is never held up and the text never held whole.
 * @throws Error with `lines`, where it stopped making sense
 */
export async function* csvRows(bytes: Buffer): AsyncGenerator<FileRow> {
  const encoding = encodingOf(bytes);
  const beginning = new TextDecoder(encoding).decode(bytes.subarray(0, BEGINNING));
  const declared = /^sep=([^\r\n])(?=\r|\n)/i.exec(beginning);
  const reading = Readable.from(slices(bytes, encoding, declared?.[0].length ?? 0)).pipe(
    parse({
      delimiter: declared?.[1] ?? delimiterOf(beginning),
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      info: true,
      max_record_size: MOST_CHARACTERS_A_ROW,
    }),
  );
  for await (const { record, info } of reading as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    yield { line: info.lines, cells: record };
  }
}

/** UTF-8, with or without its mark; UTF-16 as Excel saves "Unicode text"; else what Windows writes in the Americas. */
function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for (let at = 0; at < bytes.length; at += SLICE) decoder.decode(bytes.subarray(at, at + SLICE), { stream: true });
    decoder.decode();
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

function* slices(bytes: Buffer, encoding: string, skipped: number): Generator<string> {
  const decoder = new TextDecoder(encoding);
  let skip = skipped;
  for (let at = 0; at < bytes.length; at += SLICE) {
    const text = decoder.decode(bytes.subarray(at, at + SLICE), { stream: true });
    const rest = text.slice(skip);
    skip -= text.length - rest.length;
    if (rest !== '') yield rest;
  }
  const last = decoder.decode();
  if (last !== '') yield last;
}

/** Whichever separator the line of names has most of, outside quotes; spreadsheets write semicolons where the comma is decimal. */
function delimiterOf(beginning: string): string {
  const line = /^[^\r\n]*/.exec(beginning.replace(/^[\s\uFEFF]+/, '').replace(/"[^"]*"/g, '""'))![0];
  const counted = [',', ';', '\t', '|'].map((delimiter) => [delimiter, line.split(delimiter).length] as const);
  return counted.sort((a, b) => b[1] - a[1])[0]![0];
}
