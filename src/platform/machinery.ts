import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Clock, SystemClock } from './clock';
import type { Config } from './config';
import { Codec } from './event-store/codec';
import { Engine } from './event-store/engine';
import type { EventStore } from './event-store/event-store';
import { EventStoreDbEventStore } from './event-store/eventstoredb';
import { SqliteEventStore } from './event-store/sqlite';
import type { Streams } from './event-store/streams';
import type { Ids } from './ids';
import { RandomIds } from './random-ids';
import type { LiveModels } from './processors/live-models';
import { liveModels, Processors } from './processors/processors';
import { MongoReadStore } from './read-store/mongodb';
import type { ReadStore } from './read-store/read-store';
import { SqliteReadStore } from './read-store/sqlite';
import type { Registry } from './registry';
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

/** Opens the adapters that the configuration names: embedded SQLite in the data folder, or EventStoreDB and MongoDB. */
export async function openMachinery(options: MachineryOptions): Promise<Machinery> {
  const { config, registry, clock } = options;
  const masterKey = config.masterKey ?? (await keptMasterKey(config.dataFolder));
  const vault = new VaultKeys(masterKey);
  const ids = new RandomIds(clock, vault);
  const { store, events } = await openStores(config, clock);
  const personKeys = new StoredPersonKeys(store, vault);
  await personKeys.prepare();
  const models = liveModels(store, registry);
  await models.open();
  const streams = new Engine({ store: events, codec: new Codec(registry), personKeys, clock });
  const parts = { ids, vault, personKeys, events, store, streams, models };
  return {
    ...parts,
    startProcessors: (execute) => Processors.start({ ...followers(options, masterKey), events, store, keys: personKeys, models, execute }),
    close: async () => {
      await streams.drain();
      await events.close();
      await store.close();
    },
  };
}

async function openStores(
  { dataFolder, mongoUrl, eventStoreUrl }: Config,
  clock: Clock,
): Promise<{ store: ReadStore; events: EventStore }> {
  const now = (): number => clock.millis();
  const store = mongoUrl
    ? await MongoReadStore.open({ url: mongoUrl, now })
    : await SqliteReadStore.open({ folder: dataFolder, role: 'main', now });
  const events = eventStoreUrl
    ? new EventStoreDbEventStore({ url: eventStoreUrl })
    : await SqliteEventStore.open({ file: join(dataFolder, 'events.db') });
  return { store, events };
}

/** What processors are told beside the stores. */
function followers({ config, registry, registryFile, clock, log, reacts }: MachineryOptions, masterKey: Buffer) {
  const { dataFolder, eventStoreUrl, mongoUrl } = config;
  const connections = { dataFolder, eventStoreUrl, mongoUrl, masterKeys: [masterKey] };
  const holder = mongoUrl ? `${hostname()}:${process.pid}` : undefined;
  // A clock that tests move must not look like a computer whose clock jumped.
  const ticks = clock instanceof SystemClock ? undefined : (): number => clock.millis();
  return { registry, registryFile, connections, clock, log, holder, ticks, reacts };
}

/** The embedded store's own key: made once, readable by its owner only. Whoever loses it loses every name, code and secret. */
async function keptMasterKey(folder: string): Promise<Buffer> {
  const file = join(folder, 'master.key');
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return Buffer.from((await readFile(file, 'utf8')).trim(), 'base64');
}
