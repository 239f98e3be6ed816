import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '../../src/platform/event-store/sqlite';
import { SqliteReadStore } from '../../src/platform/read-store/sqlite';
import { StoredPersonKeys } from '../../src/platform/security/person-keys';
import { VaultKeys } from '../../src/platform/security/vault-keys';

/** Both embedded stores, keys of persons and a vault with a fixed key, in a folder of their own. */
export interface Stores {
  readonly folder: string;
  readonly events: SqliteEventStore;
  readonly store: SqliteReadStore;
  readonly vault: VaultKeys;
  readonly personKeys: StoredPersonKeys;
  /** The same keys seen by another process: nothing cached. */
  otherPersonKeys(): StoredPersonKeys;
  close(): Promise<void>;
}

export const masterKey = Buffer.alloc(32, 7);

export async function openStores(): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'largesse-stores-'));
  const events = await SqliteEventStore.open({ file: join(folder, 'events.db') });
  const store = await SqliteReadStore.open({ folder, role: 'main' });
  const vault = new VaultKeys(masterKey);
  const personKeys = new StoredPersonKeys(store, vault);
  await personKeys.prepare();
  return {
    folder,
    events,
    store,
    vault,
    personKeys,
    otherPersonKeys: () => new StoredPersonKeys(store, vault),
    close: async () => {
      await events.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
