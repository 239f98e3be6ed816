import { afterEach, describe, expect, it } from '@jest/globals';
import type { EventStore } from '../../../src/platform/event-store/event-store';
import { Busy } from '../../../src/platform/event-store/streams';
import type { ReadStore } from '../../../src/platform/read-store/read-store';
import { ApiKeyRing } from '../../../src/platform/security/api-key-ring';
import type { ApiKeyCaller } from '../../../src/platform/security/caller';
import type { Identities } from '../../../src/platform/security/identities';
import { VaultKeys } from '../../../src/platform/security/vault-keys';
import { SettableClock } from '../../support/fakes';

const vault = new VaultKeys(Buffer.alloc(32, 3));
const caller: ApiKeyCaller = { kind: 'apiKey', id: 'key_1', network: 'net_1', permissions: new Set() };

/** A model that lags behind the log: it has only the keys that it is told of. */
class LateList {
  readonly keys = new Map<string, ApiKeyCaller>();
  settled = false;
  readonly apiKeys = () => Promise.resolve({ keys: this.keys, settled: this.settled });
}

let ring: ApiKeyRing;
afterEach(() => ring.onApplicationShutdown());

async function ringOn(list: LateList): Promise<ApiKeyRing> {
  const store = { ensureCollection: () => Promise.resolve(), putMany: () => Promise.resolve() } as unknown as ReadStore;
  ring = new ApiKeyRing(list as unknown as Identities, vault, { exclusive: true } as EventStore, store, new SettableClock());
  await ring.onApplicationBootstrap();
  return ring;
}

describe('The ring of API keys, after a start', () => {
  it('knows a wrong key only when it has seen every key', async () => {
    const list = new LateList();
    const keys = await ringOn(list);
    list.keys.set(keys.hashOf('lg_early'), caller);
    await keys.onApplicationBootstrap();
    expect(keys.find('lg_early')).toBe(caller);
    expect(() => keys.find('lg_late')).toThrow(Busy);
    keys.admit(keys.hashOf('lg_new'), caller);
    expect(keys.find('lg_new')).toBe(caller);

    list.settled = true;
    await keys.onApplicationBootstrap();
    expect(keys.find('lg_late')).toBeUndefined();
  });
});

describe('A connection that shows its key again and again', () => {
  it('is told apart by what it shows now, and is refused as soon as the key is revoked', async () => {
    const list = new LateList();
    list.settled = true;
    const keys = await ringOn(list);
    const other: ApiKeyCaller = { ...caller, id: 'key_2' };
    keys.admit(keys.hashOf('lg_one'), caller);
    keys.admit(keys.hashOf('lg_two'), other);
    const connection = {};
    expect(keys.find('lg_one', connection)).toBe(caller);
    expect(keys.find('lg_one', connection)).toBe(caller);
    expect(keys.find('lg_two', connection)).toBe(other);
    expect(keys.find('lg_one', {})).toBe(caller);
    keys.evict(keys.hashOf('lg_two'));
    expect(keys.find('lg_two', connection)).toBeUndefined();
    expect(keys.find('lg_wrong', connection)).toBeUndefined();
  });
});
