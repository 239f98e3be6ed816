import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteReadStore } from '../../src/platform/read-store/sqlite';
import type { ReadStorePair } from './read-store.contract';
import { readStoreContract } from './read-store.contract';

describe.each([
  ['two main threads', 'main', 'main'],
  ['a main thread and a projector', 'main', 'projector'],
  ['two projectors', 'projector', 'projector'],
] as const)('The embedded read store, %s', (_, first, second) => {
  let folder: string;
  let pair: ReadStorePair;
  let now = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'largesse-read-store-'));
    const store = await SqliteReadStore.open({ folder, role: first, now: () => now });
    const other = await SqliteReadStore.open({ folder, role: second, now: () => now });
    pair = {
      store,
      other,
      setNow: (millis) => {
        now = millis;
      },
    };
  });
  afterAll(async () => {
    await pair.store.close();
    await pair.other.close();
    await rm(folder, { recursive: true });
  });

  readStoreContract(() => pair);
});
