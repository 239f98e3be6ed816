import Database from 'better-sqlite3';
import { mkdtemp, open as openFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NO_STREAM, RevisionConflict, StoreUnavailable } from '../../../src/platform/event-store/event-store';
import { type SqliteOptions, SqliteEventStore } from '../../../src/platform/event-store/sqlite';
import { BLOCK, renewLogId } from '../../../src/platform/event-store/sqlite-schema';
import { compiled } from '../../../src/platform/workers';
import { event, follow, many, pages } from '../../support/log';

const soon = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('The embedded event store', () => {
  let folder: string;
  let file: string;
  const stores: SqliteEventStore[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'largesse-events-'));
    file = join(folder, 'deep', 'events.db');
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    await rm(folder, { recursive: true });
  });

  async function open(options: Partial<SqliteOptions> = {}): Promise<SqliteEventStore> {
    const store = await SqliteEventStore.open({ file, ...options });
    stores.push(store);
    return store;
  }

  it('acknowledges only what was synced', async () => {
    const store = await open();
    expect(store.durability).toEqual({ synchronous: 2, journal: 'wal' });
    expect(store.exclusive).toBe(true);
  });

  it('has no index that each event would have to be entered in', async () => {
    await open();
    const db = new Database(file, { readonly: true });
    expect(db.pragma('index_list(events)')).toEqual([]);
    db.close();
  });

  it('keeps everything, and its name, when it is opened again', async () => {
    const store = await open();
    const logId = await store.logId();
    for (let i = 0; i < 20; i++) await store.append(`card-${i}`, NO_STREAM, many(3));
    const before = (await store.readAll()).events;
    await store.close();
    const again = await open();
    expect(await again.logId()).toBe(logId);
    expect((await again.readAll()).events).toEqual(before);
    expect(await again.append('card-3', 2, [event()])).toMatchObject({ revision: 3, position: 61 });
    await expect(again.append('card-4', 1, [event()])).rejects.toMatchObject({ actual: 2 });
  });

  it('takes a new name when it is told to', async () => {
    const store = await open();
    const logId = await store.logId();
    await store.close();
    const renewed = renewLogId(file);
    expect(renewed).not.toBe(logId);
    expect(await (await open()).logId()).toBe(renewed);
  });

  it('recognises a repeat that comes after it was opened again', async () => {
    const group = many(2);
    const store = await open();
    const first = await store.append('card-1', NO_STREAM, group);
    await store.append('card-1', 1, many(1));
    await store.close();
    expect(await (await open()).append('card-1', NO_STREAM, group)).toEqual(first);
  });

  it('writes what one turn of the event loop asked for even when some of it is refused', async () => {
    const store = await open();
    await store.append('card-0', NO_STREAM, [event()]);
    const results = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => store.append(`card-${i % 20}`, NO_STREAM, [event()])));
    expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, (_, i) => (i > 0 && i < 20 ? 'fulfilled' : 'rejected')));
    expect((await store.readAll()).events).toHaveLength(20);
  });

  it('finds rare streams among many without reading the rest', async () => {
    const store = await open();
    await store.append('rare-1', NO_STREAM, many(1));
    for (let i = 0; i < 6; i++) await store.append(`card-${i}`, NO_STREAM, many(BLOCK));
    await store.append('rare-2', NO_STREAM, many(2));
    for (let i = 6; i < 12; i++) await store.append(`card-${i}`, NO_STREAM, many(BLOCK));
    const found = await pages(store, 0, ['rare-']);
    expect(found).toHaveLength(1);
    expect(found[0].events.map((e) => `${e.stream} ${e.revision}`)).toEqual(['rare-1 0', 'rare-2 0', 'rare-2 1']);
    expect(found[0].next).toBe(await store.head());
    const common = await pages(store, 0, ['card-'], 1_000);
    expect(common.reduce((sum, page) => sum + page.events.length, 0)).toBe(12 * BLOCK);
    const mixed = (await pages(store, 0, ['card-11', 'rare-2'], 10_000)).flatMap((page) => page.events.map((e) => e.stream));
    expect([...new Set(mixed)]).toEqual(['rare-2', 'card-11']);
  });

  it('is read and followed by another store of the process, without writing', async () => {
    const store = await open();
    const reader = SqliteEventStore.openReader({ file });
    stores.push(reader);
    expect(reader.exclusive).toBe(false);
    await expect(reader.append('card-1', NO_STREAM, [event()])).rejects.toThrow('read only');
    await expect(reader.check()).rejects.toThrow('read only');
    const following = follow(reader, 0, undefined, (seen) => seen.length === 30);
    for (let i = 0; i < 10; i++) await store.append(`card-${i}`, NO_STREAM, many(3)).then(() => soon(2));
    expect((await following).map((e) => e.position)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(await reader.head()).toBe(30);
  });

  it('is followed by another thread, which is woken by each commit', async () => {
    const store = await open();
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       const { SqliteEventStore } = require(workerData.module);
       (async () => {
         const store = SqliteEventStore.openReader({ file: workerData.file });
         const stop = new AbortController();
         parentPort.postMessage(await store.head());
         for await (const page of store.subscribe({ after: 0, signal: stop.signal })) {
           parentPort.postMessage(page.events.map((e) => e.stream));
           if (page.events.some((e) => e.stream === 'card-last')) stop.abort();
         }
         await store.close();
       })();`,
      { eval: true, workerData: { file, module: compiled(join(__dirname, '../../../src/platform/event-store'), 'sqlite.js') } },
    );
    const heard: unknown[] = [];
    worker.on('message', (message) => heard.push(message));
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    while (heard.length === 0) await soon(5);
    for (const name of ['card-1', 'card-2', 'card-last']) await store.append(name, NO_STREAM, [event()]).then(() => soon(30));
    expect(await ended).toBe(0);
    expect(heard.flat()).toEqual([0, 'card-1', 'card-2', 'card-last']);
  });

  it('refuses early when more waits than it takes, and goes on', async () => {
    const store = await open({ mostWaiting: 50 });
    const results = await Promise.allSettled(Array.from({ length: 200 }, (_, i) => store.append(`card-${i}`, NO_STREAM, [event()])));
    const refused = results.filter((r): r is PromiseRejectedResult => r.status === 'rejected');
    expect(refused).toHaveLength(150);
    expect(refused.every(({ reason }) => reason instanceof StoreUnavailable && /Try again/.test(reason.message))).toBe(true);
    expect(await store.append('card-after', NO_STREAM, [event()])).toMatchObject({ revision: 0 });
    expect((await store.readAll()).events).toHaveLength(51);
  });

  it('says that the disk is full, writes nothing by halves, and goes on when there is room', async () => {
    const store = await open({ maxBytes: 400_000 });
    const large = (): ReturnType<typeof event> => ({ ...event(), data: JSON.stringify('x'.repeat(50_000)) });
    let written = 0;
    let refusal: Error | undefined;
    while (!refusal && written < 20) {
      await store.append(`card-${written}`, NO_STREAM, [large(), large()]).then(
        () => written++,
        (error: Error) => (refusal = error),
      );
    }
    expect(refusal).toBeInstanceOf(StoreUnavailable);
    expect(refusal?.message).toMatch(/full.*without a restart/);
    expect(await store.readStream(`card-${written}`)).toEqual([]);
    expect((await store.readAll()).events).toHaveLength(written * 2);
    expect(await store.append(`card-${written}`, NO_STREAM, [event()])).toMatchObject({ revision: 0 });
    await expect(store.append('card-0', NO_STREAM, [event()])).rejects.toThrow(RevisionConflict);
  });

  it('tells those who wait when its writer dies, and starts another', async () => {
    const store = await open();
    await store.append('card-1', NO_STREAM, [event()]);
    const writer = (store as unknown as { appends: { worker: Worker } }).appends.worker;
    const waiting = Array.from({ length: 30 }, (_, i) => store.append(`card-x${i}`, NO_STREAM, many(50)));
    void writer.terminate();
    const results = await Promise.allSettled(waiting);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StoreUnavailable);
    await expect(store.append('card-2', NO_STREAM, [event()])).rejects.toThrow(StoreUnavailable);
    let again = false;
    for (let i = 0; i < 100 && !again; i++)
      again = await store.check().then(
        () => true,
        () => soon(30).then(() => false),
      );
    expect(again).toBe(true);
    expect(await store.append('card-1', 0, [event()])).toMatchObject({ revision: 1 });
  });

  it('tells those who read when its reader dies, and starts another', async () => {
    const store = await open();
    await store.append('card-1', NO_STREAM, many(200));
    expect(await store.readStream('card-1')).toHaveLength(200);
    const reader = (store as unknown as { reads: { worker: Worker } }).reads.worker;
    const waiting = Promise.allSettled(Array.from({ length: 300 }, () => store.readAll()));
    await reader.terminate();
    const lost = (await waiting).filter((r): r is PromiseRejectedResult => r.status === 'rejected');
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.every(({ reason }) => reason instanceof StoreUnavailable)).toBe(true);
    expect((await store.readAll()).events).toHaveLength(200);
  });

  it('acknowledges nothing more once the disk cannot be trusted, and says so', async () => {
    const store = await open();
    await store.append('card-1', NO_STREAM, many(100));
    await store.close();
    const handle = await openFile(file, 'r+');
    await handle.write(Buffer.alloc((await handle.stat()).size - 4 * 4096, 0xa5), 0, undefined, 4 * 4096);
    await handle.close();
    let sentence = '';
    const broken = await open({ onFatal: (said) => (sentence = said) });
    await expect(broken.append('card-1', 99, [event()])).rejects.toThrow(StoreUnavailable);
    expect(sentence).toMatch(/cannot be written.*SQLITE_CORRUPT/);
  });

  it('does not open what is no database', async () => {
    await expect(SqliteEventStore.open({ file: folder })).rejects.toThrow('cannot be opened');
  });

  it('writes what was accepted before it closes, and refuses afterwards', async () => {
    const store = await open();
    const accepted = Promise.all(Array.from({ length: 100 }, (_, i) => store.append(`card-${i}`, NO_STREAM, [event()])));
    await store.close();
    expect(await accepted).toHaveLength(100);
    await expect(store.append('card-1', 0, [event()])).rejects.toThrow(StoreUnavailable);
    expect((await (await open()).readAll()).events).toHaveLength(100);
  });

  it('empties its write-ahead file while it is written, and leaves none behind', async () => {
    const store = await open();
    const large = { ...event(), data: JSON.stringify('x'.repeat(200_000)) };
    for (let i = 0; i < 40; i++) await store.append(`card-${i}`, NO_STREAM, [{ ...large, id: event().id }]);
    const grown = (await stat(`${file}-wal`)).size;
    expect(grown).toBeGreaterThan(4 * 1024 * 1024);
    for (let i = 0; i < 100 && (await stat(file)).size < 8_000_000; i++) await soon(50);
    expect((await stat(file)).size).toBeGreaterThan(8_000_000);
    await store.append('card-1', 0, [event()]);
    expect((await stat(`${file}-wal`)).size).toBeLessThanOrEqual(grown + 64 * 1024);
    await store.close();
    await expect(stat(`${file}-wal`)).rejects.toThrow('ENOENT');
    expect((await (await open()).readStream('card-39'))[0].data).toHaveLength(200_002);
  });
});
