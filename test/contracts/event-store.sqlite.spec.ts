import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '../../src/platform/event-store/sqlite';
import { eventStoreContract } from './event-store.contract';

describe('The event store on SQLite', () => {
  eventStoreContract(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'largesse-events-'));
    const store = await SqliteEventStore.open({ file: join(folder, 'events.db') });
    return {
      store,
      close: async () => {
        await store.close();
        await rm(folder, { recursive: true });
      },
    };
  });
});
