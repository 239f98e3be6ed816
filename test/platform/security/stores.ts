import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '../../../src/platform/event-store/event-store';
import { RandomIds } from '../../../src/platform/random-ids';
import { SqliteReadStore } from '../../../src/platform/read-store/sqlite';
import { VaultKeys } from '../../../src/platform/security/vault-keys';
import { SettableClock } from '../../support/fakes';

/** A real store in a folder of its own, a clock that stands still, and a process that is or is not alone on its log. */
export async function openParts() {
  const folder = await mkdtemp(join(tmpdir(), 'largesse-security-'));
  const clock = new SettableClock();
  const store = await SqliteReadStore.open({ folder, role: 'main', now: () => clock.millis() });
  const vault = new VaultKeys(Buffer.alloc(32, 7));
  const close = async (): Promise<void> => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { clock, store, vault, ids: new RandomIds(clock, vault), close };
}

export type Parts = Awaited<ReturnType<typeof openParts>>;

export const alone = { exclusive: true } as EventStore;
export const oneOfSeveral = { exclusive: false } as EventStore;
