import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NewEvent, NO_STREAM, RevisionConflict, type StoredEvent } from '../../../src/platform/event-store/event-store';
import { SqliteEventStore } from '../../../src/platform/event-store/sqlite';

/** More than are left out of `places` at once (8,192), so that they are entered while we write, and more than twice. */
const EVENTS = 26_000;
const STREAMS = 300;
const AT_ONCE = 500;

const event = (n: number): NewEvent => ({
  id: `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`,
  type: 'T',
  data: '{}',
  metadata: '{}',
});
/** Looks scattered, and is the same each time. */
const streamOf = (n: number): string => `s-${createHash('sha1').update(String(n)).digest().readUInt32BE() % STREAMS}`;
const ids = (events: readonly StoredEvent[]): string[] => events.map(({ id }) => id);

describe('Where the events of a stream stand in the embedded log', () => {
  let folder: string;
  let file: string;
  const stores: SqliteEventStore[] = [];
  const expected = new Map<string, string[]>();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'largesse-places-'));
    file = join(folder, 'events.db');
    expected.clear();
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    await rm(folder, { recursive: true });
  });

  async function open(path = file): Promise<SqliteEventStore> {
    const store = await SqliteEventStore.open({ file: path });
    stores.push(store);
    return store;
  }

  async function fill(store: SqliteEventStore, from: number, to: number, each?: (n: number) => Promise<void>): Promise<void> {
    for (let n = from; n < to; n += AT_ONCE) {
      const appends = Array.from({ length: Math.min(AT_ONCE, to - n) }, (_, i) => {
        const stream = streamOf(n + i);
        const known = expected.get(stream) ?? [];
        expected.set(stream, known);
        known.push(event(n + i).id);
        return store.append(stream, known.length === 1 ? NO_STREAM : known.length - 2, [event(n + i)]);
      });
      await Promise.all(appends);
      await each?.(n + AT_ONCE);
    }
  }

  async function agrees(store: SqliteEventStore, streams: Iterable<string> = expected.keys()): Promise<void> {
    for (const stream of streams) {
      const all = expected.get(stream)!;
      const middle = all.length >> 1;
      expect(ids(await store.readStream(stream))).toEqual(all);
      expect(ids(await store.readStream(stream, { from: middle, limit: 5 }))).toEqual(all.slice(middle, middle + 5));
      expect(ids(await store.readStream(stream, { direction: 'backwards', limit: 4 }))).toEqual(all.slice(-4).reverse());
      expect(ids(await store.readStream(stream, { direction: 'backwards', from: middle }))).toEqual(all.slice(0, middle + 1).reverse());
      expect(await store.readStream(stream, { from: all.length })).toEqual([]);
    }
  }

  const entered = (path = file): number[] => {
    const db = new Database(path, { readonly: true });
    const row = db.prepare('SELECT entered, (SELECT count(*) FROM places), (SELECT count(*) FROM events) FROM log').raw(true).get();
    db.close();
    return row as number[];
  };

  it('is known while they are being entered, to one who has read all along and to one who comes late', async () => {
    const store = await open();
    const seen: number[][] = [];
    await fill(store, 0, EVENTS, async (n) => {
      await agrees(store, [streamOf(n - 1), streamOf(n / 2), streamOf(7)]);
      const late = SqliteEventStore.openReader({ file });
      await agrees(late, [streamOf(Math.floor(n / 3))]);
      await late.close();
      seen.push(entered());
    });
    await agrees(store);
    expect(seen.some(([, places]) => places === 0)).toBe(true); // nothing yet
    expect(seen.some(([upTo, places]) => places! > upTo!)).toBe(true); // some of what is being entered
    expect(seen.at(-1)![0]).toBeGreaterThan(EVENTS / 2);
    expect(seen.every(([upTo, places, all]) => upTo! <= places! && all! - upTo! < 2 * 8_192)).toBe(true);
  });

  it('is found again after the process ended in the middle', async () => {
    const store = await open();
    let copied = 0;
    await fill(store, 0, 12_000, async () => {
      const [upTo, places, all] = entered() as [number, number, number];
      if (copied > 0 || upTo === places) return;
      for (const part of ['', '-wal']) await copyFile(file + part, `${file}.killed${part}`);
      copied = all;
    });
    expect(copied).toBeGreaterThan(8_000);
    for (const [stream, known] of expected)
      expected.set(
        stream,
        known.filter((id) => Number(id.slice(-12)) < copied),
      );
    const again = await open(`${file}.killed`);
    await agrees(again);
    await again.append('other', NO_STREAM, [event(copied)]);
    expect(entered(`${file}.killed`)).toEqual([copied, copied, copied + 1]);
    await agrees(again);
  });

  it('decides which revision comes next, and knows a repeat, before and after they are entered', async () => {
    const store = await open();
    await fill(store, 0, 3_000);
    const check = async (): Promise<void> => {
      const known = expected.get('s-7')!;
      const last = event(Number(known.at(-1)!.slice(-12)));
      const { revision } = await store.append('s-7', known.length - 2, [last]);
      expect(revision).toBe(known.length - 1);
      await expect(store.append('s-7', known.length - 2, [event(99_999_999)])).rejects.toEqual(
        new RevisionConflict('s-7', known.length - 2, known.length - 1),
      );
    };
    await check();
    await fill(store, 3_000, 13_000);
    await check();
    const db = new Database(file); // another program writes: the writer forgets what it remembered
    db.exec('UPDATE log SET checks = checks + 1');
    db.close();
    await check();
    await agrees(store);
  });

  it('is taken over from a log of a former version', async () => {
    const store = await open();
    await fill(store, 0, 10_000);
    await store.close();
    const db = new Database(file);
    db.exec('DROP TABLE places; ALTER TABLE log DROP COLUMN entered; CREATE UNIQUE INDEX events_by_stream ON events (stream, revision)');
    db.close();
    const again = await open();
    expect(entered()).toEqual([10_000, 10_000, 10_000]);
    await agrees(again);
    await fill(again, 10_000, 10_500);
    await agrees(again);
    await again.close();
    const downgraded = new Database(file);
    downgraded.exec('CREATE UNIQUE INDEX events_by_stream ON events (stream, revision)');
    downgraded.close();
    const upgraded = await open();
    expect(entered()).toEqual([10_500, 10_500, 10_500]);
    await agrees(upgraded);
    await fill(upgraded, 10_500, 11_000);
    await agrees(upgraded);
    const looking = new Database(file, { readonly: true });
    expect(looking.pragma('index_list(events)')).toEqual([]);
    looking.close();
  });

  it('refuses a log in which two events claim one place', async () => {
    const store = await open();
    await fill(store, 0, 9_000);
    await store.close();
    const db = new Database(file);
    const copy = 'SELECT 99999, stream, revision, category, id, type, data, metadata FROM events WHERE position = 3';
    db.exec(`INSERT INTO events (position, stream, revision, category, id, type, data, metadata) ${copy}`);
    db.close();
    const again = await open();
    await expect(again.append('new', NO_STREAM, [event(1)])).rejects.toThrow('has two events of revision');
  });
});
