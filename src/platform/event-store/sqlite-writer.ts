/**
 * The thread that writes the embedded log: one transaction and one fsync a group of appends. Groups are flat lists (stream, expected
 * revision, number of events, then id, type, data, metadata of each; an empty one only proves that the disk takes a write), answers are
 * one number an append: the position of its last event, or −2 − the actual revision where somebody was first.
 */
import type Database from 'better-sqlite3';
import { BroadcastChannel, parentPort, workerData } from 'node:worker_threads';
import { categoryOf } from './event-store';
import { Places } from './sqlite-places';
import { BLOCK, channelName, openForWriting } from './sqlite-schema';

export type Group = (string | number)[];
export type Answer = { readonly results: readonly number[]; readonly head: number } | Failure;

export interface Failure {
  readonly failed: string;
  /** The disk cannot be trusted any more: the process must end, and recover from the file as it is. */
  readonly fatal: boolean;
}

export interface WriterData {
  readonly file: string;
  readonly maxBytes?: number;
}

interface Stream {
  readonly number: number;
  readonly category: number;
  revision: number;
}

/** Streams that the writer remembers; a stream that it has forgotten costs two look-ups. */
const STREAMS_REMEMBERED = 100_000;
/** Readers are told of commits at once, then again no sooner than this: each telling wakes a thread. */
const ANNOUNCE_EVERY_MS = 10;

class Writer {
  private readonly streams = new Map<string, Stream>();
  private readonly categories = new Map<string, number>();
  private readonly inBlock = new Set<number>();
  private block = -1;
  private head = 0;
  private version: unknown;
  private readonly places: Places;
  private readonly statements: ReturnType<typeof prepare>;

  constructor(private readonly db: Database.Database) {
    this.places = new Places(db);
    this.statements = prepare(db);
  }

  write(group: Group): Answer {
    try {
      this.statements.begin.run();
      this.notice();
      const before = this.head;
      const results = this.appendAll(group);
      this.places.goOn(this.head - before);
      if (group.length === 0) this.statements.check.run();
      this.statements.commit.run();
      return { results, head: this.head };
    } catch (error) {
      return this.failed(error as Error & { code?: string });
    }
  }

  private appendAll(group: Group): number[] {
    const results: number[] = [];
    for (let at = 0; at < group.length;) {
      const count = group[at + 2] as number;
      results.push(this.append(group, at, count));
      at += 3 + 4 * count;
    }
    return results;
  }

  private append(group: Group, at: number, count: number): number {
    const name = group[at] as string;
    const expected = group[at + 1] as number;
    const stream = this.find(name);
    const actual = stream ? stream.revision : -1;
    if (actual !== expected) return this.repeated(stream, expected, group, at + 3, count) ?? -2 - actual;
    const known = stream ?? this.begin(name);
    const { number, category } = known;
    for (let i = 0, field = at + 3; i < count; i++, field += 4) {
      this.head += 1;
      this.mark(category);
      this.statements.insert.run(
        this.head,
        number,
        expected + 1 + i,
        category,
        group[field],
        group[field + 1],
        group[field + 2],
        group[field + 3],
      );
      this.places.written(number, expected + 1 + i, this.head);
    }
    known.revision = expected + count;
    return this.head;
  }

  /** The position that the first attempt was answered with, if this is a repeat of one that was written. */
  private repeated(stream: Stream | undefined, expected: number, group: Group, field: number, count: number): number | undefined {
    if (!stream || stream.revision < expected + count) return undefined;
    const positions = this.places.positions(stream.number, expected + 1, expected + count);
    const ids = positions.map((position) => (this.statements.id.get(position) as [string])[0]);
    const same = ids.length === count && ids.every((id, i) => id === group[field + 4 * i]);
    return same ? positions[count - 1] : undefined;
  }

  private find(name: string): Stream | undefined {
    const known = this.streams.get(name);
    if (known) return known;
    const row = this.statements.stream.get(name) as [number] | undefined;
    if (!row) return undefined;
    const [number] = row;
    return this.remember(name, { number, category: this.category(categoryOf(name)), revision: this.places.revision(number) });
  }

  private begin(name: string): Stream {
    const number = Number(this.statements.addStream.run(name).lastInsertRowid);
    return this.remember(name, { number, category: this.category(categoryOf(name)), revision: -1 });
  }

  private remember(name: string, stream: Stream): Stream {
    if (this.streams.size >= STREAMS_REMEMBERED && !this.streams.has(name)) {
      this.streams.delete(this.streams.keys().next().value as string);
    }
    this.streams.set(name, stream);
    return stream;
  }

  private category(name: string): number {
    let number = this.categories.get(name);
    if (number === undefined) {
      this.statements.addCategory.run(name);
      number = (this.statements.category.get(name) as [number])[0];
      this.categories.set(name, number);
    }
    return number;
  }

  /** Enters the category in the block of positions that is being filled. */
  private mark(category: number): void {
    const block = Math.floor(this.head / BLOCK);
    if (block !== this.block) {
      this.inBlock.clear();
      this.block = block;
    }
    if (this.inBlock.has(category)) return;
    this.statements.mark.run(category, block);
    this.inBlock.add(category);
  }

  /** Somebody else wrote to the file (a restore, a tool): what is remembered may be wrong. */
  private notice(): void {
    const version = (this.statements.version.get() as [number])[0];
    if (version !== this.version) this.forget();
    this.version = version;
  }

  private forget(): void {
    this.streams.clear();
    this.categories.clear();
    this.inBlock.clear();
    this.places.enterAll();
    this.head = (this.statements.head.get() as [number])[0];
  }

  private failed(error: Error & { code?: string }): Failure {
    const code = error.code ?? '';
    const full = code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE';
    const fatal = !full && /^SQLITE_(IOERR|CORRUPT|NOTADB)/.test(code);
    if (!fatal) {
      if (this.db.inTransaction) this.statements.rollback.run();
      this.version = undefined;
    }
    if (full)
      return { failed: 'The disk that holds the event log is full. Free some space: writing goes on by itself, without a restart.', fatal };
    if (code === 'SQLITE_BUSY') return { failed: 'Another program holds the event log. Writing goes on when it lets go.', fatal };
    return { failed: `The event log cannot be written: ${error.message} (${code || error.name}).`, fatal };
  }
}

function prepare(db: Database.Database) {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    version: db.prepare('PRAGMA data_version').raw(true),
    head: db.prepare('SELECT coalesce(max(position), 0) FROM events').raw(true),
    stream: db.prepare('SELECT number FROM streams WHERE name = ?').raw(true),
    addStream: db.prepare('INSERT INTO streams (name) VALUES (?)'),
    category: db.prepare('SELECT number FROM categories WHERE name = ?').raw(true),
    addCategory: db.prepare('INSERT OR IGNORE INTO categories (name) VALUES (?)'),
    mark: db.prepare('INSERT OR IGNORE INTO zones (category, block) VALUES (?, ?)'),
    id: db.prepare('SELECT id FROM events WHERE position = ?').raw(true),
    insert: db.prepare(
      'INSERT INTO events (position, stream, revision, category, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    /** Changes nothing but a counter: proves that the disk takes a write. */
    check: db.prepare('UPDATE log SET checks = checks + 1'),
  };
}

/** Tells readers how far the log goes. */
class Announcer {
  private readonly channel: BroadcastChannel;
  private head = 0;
  private told = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(file: string) {
    this.channel = new BroadcastChannel(channelName(file));
  }

  committed(head: number): void {
    this.head = head;
    if (this.timer === undefined) this.tell();
  }

  close(): void {
    clearTimeout(this.timer);
    this.channel.close();
  }

  private tell(): void {
    this.timer = undefined;
    if (this.head <= this.told) return;
    this.told = this.head;
    this.channel.postMessage(this.head);
    this.timer = setTimeout(() => this.tell(), ANNOUNCE_EVERY_MS);
  }
}

function run(port: NonNullable<typeof parentPort>, { file, maxBytes }: WriterData): void {
  const db = openForWriting(file, maxBytes);
  const writer = new Writer(db);
  const announcer = new Announcer(file);
  port.on('message', (message: Group | 'close') => {
    if (message === 'close') {
      announcer.close();
      db.close();
      port.close();
      return;
    }
    const answer = writer.write(message);
    port.postMessage(answer);
    if ('results' in answer) announcer.committed(answer.head);
  });
  port.postMessage({
    ready: true,
    synchronous: db.pragma('synchronous', { simple: true }),
    journal: db.pragma('journal_mode', { simple: true }),
  });
}

if (parentPort) run(parentPort, workerData as WriterData);
