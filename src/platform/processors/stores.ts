import { join } from 'node:path';
import type { AnyProjection } from '../../kernel/event-sourcing';
import { Codec } from '../event-store/codec';
import type { EventStore } from '../event-store/event-store';
import { SqliteEventStore } from '../event-store/sqlite';
import { eventStoreDb, mongoReadStore } from '../servers';
import type { ReadStore } from '../read-store/read-store';
import { SqliteReadStore } from '../read-store/sqlite';
import type { Registry } from '../registry';
import { StoredPersonKeys } from '../security/person-keys';
import type { PersonKeys } from '../security/vault';
import { VaultKeys } from '../security/vault-keys';
import { FactReader } from './facts';
import { LogReader } from './log-reader';
import { ParkedWork } from './parked-work';

/** How a worker thread (or a command-line verb without a running server) reaches the stores; can be posted to a thread. */
export interface Connections {
  readonly dataFolder: string;
  readonly eventStoreUrl?: string;
  readonly mongoUrl?: string;
  /** 32 bytes each, oldest first. */
  readonly masterKeys: readonly Uint8Array[];
}

/** What folding needs: the log to read, the documents to write, the keys to open personal values with. */
export interface Folding {
  readonly events: EventStore;
  readonly store: ReadStore;
  readonly keys: PersonKeys;
  readonly facts: FactReader;
  readonly work: ParkedWork;
  /** For rebuilds of an embedded log: a thread that reads and opens what is folded next. */
  readonly readAhead?: (wanted: ReadonlySet<string>) => LogReader;
  close(): Promise<void>;
}

/** Stores of one's own, for a thread that does nothing but fold. The embedded log is opened to read only. */
export async function openFolding({ dataFolder, eventStoreUrl, mongoUrl, masterKeys }: Connections, registry: Registry): Promise<Folding> {
  const store = mongoUrl ? await mongoReadStore({ url: mongoUrl }) : await SqliteReadStore.open({ folder: dataFolder, role: 'projector' });
  const events = eventStoreUrl
    ? eventStoreDb({ url: eventStoreUrl })
    : SqliteEventStore.openReader({ file: join(dataFolder, 'events.db') });
  const keys = new StoredPersonKeys(store, new VaultKeys(...masterKeys.map((key) => Buffer.from(key))));
  await keys.prepare();
  const close = async (): Promise<void> => {
    await events.close();
    await store.close();
  };
  const readAhead = (wanted: ReadonlySet<string>): LogReader => new LogReader({ dataFolder, masterKeys, wanted });
  const facts = new FactReader(new Codec(registry), keys);
  return { events, store, keys, facts, work: new ParkedWork(store), readAhead: eventStoreUrl || mongoUrl ? undefined : readAhead, close };
}

/** The registry's projections as they are folded and asked: models of wake-ups are always searched by time. */
export function modelsOf({ projections, wakeUps }: Pick<Registry, 'projections' | 'wakeUps'>): readonly AnyProjection[] {
  const timed = new Set(wakeUps.map(({ projection }) => projection.name));
  const has = (projection: AnyProjection): boolean => projection.indexes.some(([first]) => first === 'dueAt');
  return projections.map((each) => (timed.has(each.name) && !has(each) ? { ...each, indexes: [...each.indexes, ['dueAt']] } : each));
}
