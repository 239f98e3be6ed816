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

/** Makes pages ready one after the other, as many as are wanted. */
class PageMaker {
  /** What is asked for; undefined after the end of the log, until somebody begins again. */
  private asked: { after: number; readonly limit: number; pages: number } | undefined;
  private busy = false;

  constructor(
    private readonly port: MessagePort,
    private readonly log: SqliteEventStore,
    private readonly keys: StoredPersonKeys,
    private readonly wanted: ReadonlySet<string>,
  ) {}

  hear(message: ReaderQuestion | typeof MORE): void {
    if (message !== MORE) this.asked = message;
    else if (this.asked) this.asked = { ...this.asked, pages: this.asked.pages + 1 };
    if (!this.busy) void this.work();
  }

  private async work(): Promise<void> {
    this.busy = true;
    try {
      while (this.asked && this.asked.pages > 0) {
        const page = await this.page(this.asked.after, this.asked.limit);
        this.port.postMessage(page, page.keys && [page.keys.bytes.buffer as ArrayBuffer]);
        this.asked = page.end ? undefined : { ...this.asked, after: page.next, pages: this.asked.pages - 1 };
      }
    } catch (error) {
      this.asked = undefined;
      this.port.postMessage((error as Error).message);
    }
    this.busy = false;
  }

  private async page(after: number, limit: number): Promise<FlatReadyPage> {
    const page = await this.log.readAll({ after, limit });
    const used = page.events.filter(({ type }) => this.wanted.has(type));
    const about = { rows: flat(used), count: page.events.length, next: page.next, end: page.end };
    try {
      return { ...about, keys: flatKeys(await this.keys.load(subjectsOf(used))) };
    } catch {
      return about;
    }
  }
}

async function start(port: MessagePort, { dataFolder, masterKeys, wanted }: ReaderSettings): Promise<void> {
  const store = await SqliteReadStore.open({ folder: dataFolder, role: 'projector' });
  const log = SqliteEventStore.openReader({ file: join(dataFolder, 'events.db') });
  const keys = new StoredPersonKeys(store, new VaultKeys(...masterKeys.map((key) => Buffer.from(key))));
  await keys.prepare();
  const maker = new PageMaker(port, log, keys, wanted);
  port.on('message', (message: ReaderQuestion | typeof MORE | null) => {
    if (message === null) void Promise.all([log.close(), store.close()]).then(() => port.close());
    else maker.hear(message);
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
