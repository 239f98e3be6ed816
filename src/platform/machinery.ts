import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from './clock';
import type { Config } from './config';
import { Codec } from './event-store/codec';
import { Engine } from './event-store/engine';
import type { EventStore } from './event-store/event-store';
import { SqliteEventStore } from './event-store/sqlite';
import type { Streams } from './event-store/streams';
import type { Ids } from './ids';
import { RandomIds } from './random-ids';
import type { Models } from './read-store/models';
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
}

/** What the configuration opened: both stores and everything that rests on them. */
export abstract class Machinery {
  readonly ids!: Ids;
  readonly vault!: Vault;
  readonly personKeys!: PersonKeys;
  readonly events!: EventStore;
  readonly store!: ReadStore;
  readonly streams!: Streams;
  readonly models!: Models;
  /** After the last request: lets what is decided become durable, then closes both stores. */
  abstract close(): Promise<void>;
}

/** Opens the adapters that the configuration names: embedded SQLite in the data folder, or EventStoreDB and MongoDB. */
export async function openMachinery({ config, registry, clock }: MachineryOptions): Promise<Machinery> {
  const vault = new VaultKeys(config.masterKey ?? (await keptMasterKey(config.dataFolder)));
  const ids = new RandomIds(clock, vault);
  const events = await SqliteEventStore.open({ file: join(config.dataFolder, 'events.db') });
  const store = await SqliteReadStore.open({ folder: config.dataFolder, role: 'main', now: () => clock.millis() });
  const personKeys = new StoredPersonKeys(store, vault);
  await personKeys.prepare();
  const streams = new Engine({ store: events, codec: new Codec(registry), personKeys, clock });
  return {
    ids,
    vault,
    personKeys,
    events,
    store,
    streams,
    models: undefined as unknown as Models,
    close: async () => {
      await events.close();
      await store.close();
    },
  };
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
