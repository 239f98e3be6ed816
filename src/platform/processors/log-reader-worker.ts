/** The thread of log-reader.ts. It loads no module of the product and no driver of a server: it starts in a few milliseconds. */
import { join } from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { StoredEvent } from '../event-store/event-store';
import { LazyMetadata } from '../event-store/lazy-metadata';
import type { Keys } from '../event-store/personal-values';
import { SqliteEventStore } from '../event-store/sqlite';
import type { FlatEvents } from '../event-store/sqlite-reading';
import { SqliteReadStore } from '../read-store/sqlite';
import { StoredPersonKeys } from '../security/person-keys';
import { VaultKeys } from '../security/vault-keys';
import { type FlatKeys, type FlatReadyPage, KEY_BYTES, MORE, type ReaderQuestion, type ReaderSettings } from './log-reader';

async function start(port: MessagePort, { dataFolder, masterKeys, wanted }: ReaderSettings): Promise<void> {
  const store = await SqliteReadStore.open({ folder: dataFolder, role: 'projector' });
  const log = SqliteEventStore.openReader({ file: join(dataFolder, 'events.db') });
  const keys = new StoredPersonKeys(store, new VaultKeys(...masterKeys.map((key) => Buffer.from(key))));
  await keys.prepare();

  const answer = async (after: number, limit: number): Promise<FlatReadyPage> => {
    const page = await log.readAll({ after, limit });
    const used = page.events.filter(({ type }) => wanted.has(type));
    const about = { rows: flat(used), count: page.events.length, next: page.next, end: page.end };
    try {
      return { ...about, keys: flatKeys(await keys.load(subjectsOf(used))) };
    } catch {
      return about;
    }
  };

  /** What is asked for; undefined after the end of the log, until somebody begins again. */
  let asked: { after: number; readonly limit: number; pages: number } | undefined;
  let busy = false;
  const work = async (): Promise<void> => {
    busy = true;
    try {
      while (asked && asked.pages > 0) {
        const page = await answer(asked.after, asked.limit);
        port.postMessage(page, page.keys && [page.keys.bytes.buffer as ArrayBuffer]);
        asked = page.end ? undefined : { ...asked, after: page.next, pages: asked.pages - 1 };
      }
    } catch (error) {
      asked = undefined;
      port.postMessage((error as Error).message);
    }
    busy = false;
  };

  port.on('message', (message: ReaderQuestion | typeof MORE | null) => {
    if (message === null) {
      void Promise.all([log.close(), store.close()]).then(() => port.close());
      return;
    }
    if (message !== MORE) asked = message;
    else if (asked) asked = { ...asked, pages: asked.pages + 1 };
    if (!busy) void work();
  });
}

const subjectsOf = (events: readonly StoredEvent[]): string[] => [
  ...new Set(events.flatMap((event) => new LazyMetadata(event).subjects ?? [])),
];

function flatKeys(keys: Keys): FlatKeys {
  const bytes = new Uint8Array(keys.size * KEY_BYTES);
  let at = 0;
  for (const key of keys.values()) {
    if (key.length !== KEY_BYTES) throw new Error('A key of a person has another length');
    bytes.set(key, at);
    at += KEY_BYTES;
  }
  return { subjects: [...keys.keys()], bytes };
}

const flat = (events: readonly StoredEvent[]): FlatEvents => {
  const rows: FlatEvents = [];
  for (const { position, stream, revision, id, type, data, metadata } of events)
    rows.push(position, stream, revision, id, type, data, metadata);
  return rows;
};

if (parentPort) void start(parentPort, workerData as ReaderSettings);
