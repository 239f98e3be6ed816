/** The thread of log-reader.ts. It loads no module of the product and no driver of a server: it starts in a few milliseconds. */
import { join } from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { StoredEvent } from '../event-store/event-store';
import { LazyMetadata } from '../event-store/lazy-metadata';
import { openAll } from '../event-store/personal-values';
import { SqliteEventStore } from '../event-store/sqlite';
import type { FlatEvents } from '../event-store/sqlite-reading';
import { SqliteReadStore } from '../read-store/sqlite';
import { StoredPersonKeys } from '../security/person-keys';
import { VaultKeys } from '../security/vault-keys';
import type { FlatReadyPage, ReaderQuestion, ReaderSettings } from './log-reader';

async function start(port: MessagePort, { dataFolder, masterKeys, wanted }: ReaderSettings): Promise<void> {
  const store = await SqliteReadStore.open({ folder: dataFolder, role: 'projector' });
  const log = SqliteEventStore.openReader({ file: join(dataFolder, 'events.db') });
  const keys = new StoredPersonKeys(store, new VaultKeys(...masterKeys.map((key) => Buffer.from(key))));
  await keys.prepare();

  /** The same events with their personal values in clear. */
  const opened = async (sealed: readonly StoredEvent[]): Promise<readonly StoredEvent[]> => {
    const persons = sealed.map((event) => new LazyMetadata(event).subjects);
    const subjects = [...new Set(persons.flatMap((some) => some ?? []))];
    if (subjects.length === 0) return sealed;
    const found = await keys.load(subjects);
    return sealed.map((event, i) =>
      persons[i] ? { ...event, data: JSON.stringify(openAll(JSON.parse(event.data), found, event.id)) } : event,
    );
  };

  const answer = async ({ after, limit }: ReaderQuestion): Promise<FlatReadyPage> => {
    const page = await log.readAll({ after, limit });
    const used = page.events.filter(({ type }) => wanted.has(type));
    const about = { count: page.events.length, next: page.next, end: page.end };
    try {
      return { ...about, rows: flat(await opened(used)), opened: true };
    } catch {
      return { ...about, rows: flat(used), opened: false };
    }
  };

  port.on('message', (question: ReaderQuestion | null) => {
    if (question === null) {
      void Promise.all([log.close(), store.close()]).then(() => port.close());
      return;
    }
    answer(question).then(
      (page) => port.postMessage(page),
      (error: Error) => port.postMessage(error.message),
    );
  });
}

const flat = (events: readonly StoredEvent[]): FlatEvents => {
  const rows: FlatEvents = [];
  for (const { position, stream, revision, id, type, data, metadata } of events)
    rows.push(position, stream, revision, id, type, data, metadata);
  return rows;
};

if (parentPort) void start(parentPort, workerData as ReaderSettings);
