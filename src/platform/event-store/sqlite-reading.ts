import type Database from 'better-sqlite3';
import { type AllPage, categoryOf, type Direction, type StoredEvent } from './event-store';
import { BLOCK, openForReading } from './sqlite-schema';
import { SqliteStreamReading } from './sqlite-stream-reading';

/** position, stream, revision, id, type, data, metadata: what crosses between threads is flat, because that is cheap to copy. */
export type FlatEvents = (string | number)[];
export const WIDTH = 7;

export interface FlatPage {
  readonly rows: FlatEvents;
  readonly next: number;
  readonly end: boolean;
}

/** A page gives up after so many blocks without a full page, so that a rare filter never holds the thread for long. */
const BLOCKS_A_PAGE = 48;
/** A page is full at so many characters of data, whatever its limit: memory stays bounded when events are large. */
const CHARACTERS_A_PAGE = 8_000_000;
const ROWS_AT_ONCE = 128;

type Row = [number, string, number, string, string, string, string];
const columns = 'e.position, s.name, e.revision, e.id, e.type, e.data, e.metadata';
const joined = 'FROM events e JOIN streams s ON s.number = e.stream';

/** Reads the log on a connection of its own, synchronously: in a worker thread, or for a few rows on the main one. */
export class SqliteReading {
  private readonly db: Database.Database;
  private readonly statements = new Map<string, Database.Statement>();
  private readonly streams = new SqliteStreamReading((sql) => this.prepared(sql));

  constructor(file: string) {
    this.db = openForReading(file);
  }

  logId(): string {
    return (this.prepared('SELECT id FROM log').get() as [string])[0];
  }

  head(): number {
    return (this.prepared('SELECT coalesce(max(position), 0) FROM events').get() as [number])[0];
  }

  stream(name: string, from: number | undefined, direction: Direction, limit: number): FlatEvents {
    return this.streams.read(name, from, direction, limit);
  }

  /**
   * The head is read first and bounds the page: whatever is committed meanwhile belongs to the next one, so a filter cannot run
   * past an event that it has not looked at.
   */
  all(after: number, prefixes: readonly string[] | undefined, limit: number): FlatPage {
    const head = this.head();
    if (head <= after) return { rows: [], next: after, end: true };
    return prefixes && prefixes.length > 0 ? this.filtered(after, head, prefixes, limit) : this.everything(after, head, limit);
  }

  close(): void {
    this.db.close();
  }

  private everything(after: number, head: number, limit: number): FlatPage {
    const page = new Page(after, limit);
    this.fill(page, `SELECT ${columns} ${joined} WHERE e.position > ? AND e.position <= ? ORDER BY e.position LIMIT ?`, head, []);
    return page.ended(head);
  }

  private filtered(after: number, head: number, prefixes: readonly string[], limit: number): FlatPage {
    const categories = this.categories(prefixes);
    const marks = categories.map(() => '?').join(', ');
    const sql = `SELECT ${columns} ${joined}
      WHERE e.position > ? AND e.position <= ? AND e.category IN (${marks}) ORDER BY e.position LIMIT ?`;
    const whole = prefixes.every((prefix) => prefix.indexOf('-') === prefix.length - 1);
    const page = new Page(after, limit, whole ? undefined : (stream) => prefixes.some((prefix) => stream.startsWith(prefix)));
    for (let blocks = 0; blocks < BLOCKS_A_PAGE && !page.full && page.next < head; blocks++) {
      const block = this.occupied(categories, Math.floor((page.next + 1) / BLOCK));
      if (block === undefined) return page.ended(head, head);
      page.next = Math.max(page.next, block * BLOCK - 1);
      this.fill(page, sql, Math.min(head, (block + 1) * BLOCK - 1), categories);
    }
    return page.ended(head);
  }

  /** Searches up to `last`, or until the page is full. A few rows at a time: whole blocks of large events would be too much at once. */
  private fill(page: Page, sql: string, last: number, categories: readonly number[]): void {
    const statement = this.prepared(sql);
    while (!page.full && page.next < last) {
      const rows = statement.all(page.next, last, ...categories, ROWS_AT_ONCE) as Row[];
      page.take(rows);
      if (rows.length < ROWS_AT_ONCE && !page.full) page.next = last;
    }
  }

  /** The first block from `block` on that holds an event of one of the categories. */
  private occupied(categories: readonly number[], block: number): number | undefined {
    const statement = this.prepared('SELECT min(block) FROM zones WHERE category = ? AND block >= ?');
    let first: number | undefined;
    for (const category of categories) {
      const found = (statement.get(category, block) as [number | null])[0];
      if (found !== null && (first === undefined || found < first)) first = found;
    }
    return first;
  }

  /** The categories that streams with one of these prefixes can be in. */
  private categories(prefixes: readonly string[]): number[] {
    const all = this.prepared('SELECT number, name FROM categories').all() as [number, string][];
    const within = (name: string, prefix: string): boolean =>
      prefix.includes('-') ? name === categoryOf(prefix) : name === '' || name.startsWith(prefix);
    return all.filter(([, name]) => prefixes.some((prefix) => within(name, prefix))).map(([number]) => number);
  }

  private prepared(sql: string): Database.Statement {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.db.prepare(sql).raw(true);
      this.statements.set(sql, statement);
    }
    return statement;
  }
}

/** Collects rows until the limit, or until they are too many characters to hand over at once. */
class Page {
  private readonly rows: FlatEvents = [];
  private characters = 0;
  full = false;

  constructor(
    public next: number,
    private readonly limit: number,
    private readonly accepts?: (stream: string) => boolean,
  ) {}

  take(rows: readonly Row[]): void {
    for (const row of rows) {
      this.next = row[0];
      if (this.accepts && !this.accepts(row[1])) continue;
      this.rows.push(row[0], row[1], row[2], row[3], row[4], row[5], row[6]);
      this.characters += row[5].length + row[6].length;
      this.full = this.rows.length >= this.limit * WIDTH || this.characters >= CHARACTERS_A_PAGE;
      if (this.full) return;
    }
  }

  ended(head: number, next = this.next): FlatPage {
    return { rows: this.rows, next, end: next >= head };
  }
}

export function events(rows: FlatEvents): StoredEvent[] {
  const result: StoredEvent[] = [];
  for (let i = 0; i < rows.length; i += WIDTH) {
    result.push({
      position: rows[i] as number,
      stream: rows[i + 1] as string,
      revision: rows[i + 2] as number,
      id: rows[i + 3] as string,
      type: rows[i + 4] as string,
      data: rows[i + 5] as string,
      metadata: rows[i + 6] as string,
    });
  }
  return result;
}

export const page = ({ rows, next, end }: FlatPage): AllPage => ({ events: events(rows), next, end });
