import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { type Clock, SystemClock } from './clock';
import type { Config } from './config';
import { dataFiles, DataFolder } from './data-folder';
import { Codec } from './event-store/codec';
import { Engine } from './event-store/engine';
import type { EventStore } from './event-store/event-store';
import { SqliteEventStore } from './event-store/sqlite';
import type { Streams } from './event-store/streams';
import type { Ids } from './ids';
import { RandomIds } from './random-ids';
import type { LiveModels } from './processors/live-models';
import { liveModels, Processors } from './processors/processors';
import { eventStoreDb, mongoReadStore } from './servers';
import type { ReadStore } from './read-store/read-store';
import { SqliteReadStore } from './read-store/sqlite';
import type { Registry } from './registry';
import { Erasure } from './security/erasure';
import { StoredPersonKeys } from './security/person-keys';
import type { PersonKeys, Vault } from './security/vault';
import { VaultKeys } from './security/vault-keys';

export interface MachineryOptions {
  readonly config: Config;
  readonly registry: Registry;
  readonly registryFile: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** False for an operator's command: nothing reacts to what is in the log. */
  readonly reacts?: boolean;
}

/** What the configuration opened: both stores and everything that rests on them. */
export abstract class Machinery {
  readonly ids!: Ids;
  readonly vault!: Vault;
  readonly personKeys!: PersonKeys;
  readonly events!: EventStore;
  readonly store!: ReadStore;
  readonly streams!: Streams;
  readonly models!: LiveModels;
  /** Follows the log from now on; `execute` runs a command of a policy or wake-up. */
  abstract startProcessors(execute: (command: object) => Promise<unknown>): Promise<Processors>;
  /** After the last request and the processors: closes both stores. */
  abstract close(): Promise<void>;
}

/**
 * Opens the adapters that the configuration names: embedded SQLite in the data folder (held until the end), or EventStoreDB and MongoDB.
 * @throws DataFolderInUse
 */
export async function openMachinery(options: MachineryOptions): Promise<Machinery> {
  const { config } = options;
  const embedded = !config.eventStoreUrl || !config.mongoUrl || !config.masterKeys;
  const folder = embedded ? await DataFolder.open(config.dataFolder) : undefined;
  try {
    const masterKeys = config.masterKeys ?? [await folder!.masterKey()];
    return await assemble(options, masterKeys, () => folder?.release());
  } catch (error) {
    folder?.release();
    throw error;
  }
}

async function assemble(options: MachineryOptions, masterKeys: readonly Buffer[], release: () => void): Promise<Machinery> {
  const { config, registry, clock } = options;
  const vault = new VaultKeys(...masterKeys);
  const ids = new RandomIds(clock, vault);
  const { store, events } = await openStores(config, clock);
  const personKeys = new StoredPersonKeys(store, vault);
  await personKeys.prepare();
  const models = liveModels(store, registry);
  await models.open();
  const streams = new Engine({ store: events, codec: new Codec(registry), personKeys, clock });
  return {
    ...{ ids, vault, personKeys, events, store, streams, models },
    async startProcessors(execute) {
      // Before anything is folded or answered: a restored backup may hold the key of somebody whom the log says is erased.
      const erased = await new Erasure(streams, personKeys, events).repeatAll();
      if (erased > 0)
        options.log.warn({ erased }, 'Keys of erased persons had come back, from a backup it seems, and were destroyed again');
      return Processors.start({ ...followers(options, masterKeys), events, store, keys: personKeys, models, execute });
    },
    close: async () => {
      await events.close();
      await store.close();
      release();
    },
  };
}

async function openStores(
  { dataFolder, mongoUrl, eventStoreUrl }: Config,
  clock: Clock,
): Promise<{ store: ReadStore; events: EventStore }> {
  const now = (): number => clock.millis();
  const store = mongoUrl
    ? await mongoReadStore({ url: mongoUrl, now })
    : await SqliteReadStore.open({ folder: dataFolder, role: 'main', now });
  const events = eventStoreUrl ? eventStoreDb({ url: eventStoreUrl }) : await SqliteEventStore.open({ file: dataFiles(dataFolder).events });
  return { store, events };
}

/** What processors are told beside the stores. */
function followers({ config, registry, registryFile, clock, log, reacts }: MachineryOptions, masterKeys: readonly Buffer[]) {
  const { dataFolder, eventStoreUrl, mongoUrl } = config;
  const connections = { dataFolder, eventStoreUrl, mongoUrl, masterKeys };
  const holder = mongoUrl ? `${hostname()}:${process.pid}` : undefined;
  // A clock that tests move must not look like a computer whose clock jumped.
  const ticks = clock instanceof SystemClock ? undefined : (): number => clock.millis();
  return { registry, registryFile, connections, clock, log, holder, ticks, reacts };
}
