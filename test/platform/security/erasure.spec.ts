import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isErased } from '../../../src/kernel/personal';
import { verifyChain } from '../../../src/platform/event-store/chain';
import { Engine } from '../../../src/platform/event-store/engine';
import { Erasure, FinishErasureHandler } from '../../../src/platform/security/erasure';
import { finishWhatWasBegun, type PersonErasureBegun } from '../../../src/platform/security/person';
import type { PersonKeys } from '../../../src/platform/security/vault';
import { contextOf, SettableClock } from '../../support/fakes';
import { deposit, open, purse, purseCodec, type Opened } from '../../support/purse';
import { openStores, type Stores } from '../../support/stores';

let stores: Stores;
let engine: Engine;
let erasure: Erasure;

const withKeys = (personKeys: PersonKeys): Engine =>
  new Engine({ store: stores.events, codec: purseCodec(), personKeys, clock: new SettableClock() });

beforeEach(async () => {
  stores = await openStores();
  engine = withKeys(stores.personKeys);
  erasure = new Erasure(engine, stores.personKeys, stores.events);
});
afterEach(() => stores.close());

const opened = (n: number, email: string): Promise<unknown> =>
  engine.change(contextOf(`open-${n}`), `purse-${n}`, purse, open(`purse-${n}:owner`, `Anna ${n}`, email));
const ownerOf = async (n: number, by: Engine = engine): Promise<string | undefined> => {
  const { owner } = (await by.state('net_1', `purse-${n}`, purse)).state;
  return owner && !isErased(owner) ? owner.value : undefined;
};
const factOf = async (n: number): Promise<Opened['data']['owner']> =>
  ((await engine.history<Opened>('net_1', `purse-${n}`))[0]?.fact.data as Opened['data']).owner;

describe('Keys of persons', () => {
  it('are stored sealed before the fact is, and open it in another process', async () => {
    await opened(1, 'anna@example.com');
    const [event] = await stores.events.readStream('purse-1');
    expect(event?.data).not.toContain('Anna');
    expect(await ownerOf(1, withKeys(stores.otherPersonKeys()))).toBe('Anna 1');
    const [key] = (await stores.personKeys.load(['purse-1:owner'])).values();
    const plain = await stores.store.fetch('person-keys', 'purse-1:owner');
    expect(JSON.stringify(plain)).not.toContain(key?.toString('base64url'));
  });
  it('are one a subject, whoever asks first', async () => {
    const asked = new Map([['s', { email: 'a@b.c' }]]);
    const [one, two] = await Promise.all([stores.personKeys.ensure('net_1', asked), stores.otherPersonKeys().ensure('net_1', asked)]);
    expect(one.get('s')).toEqual(two.get('s'));
    expect(one.get('s')).toHaveLength(32);
  });
  it('are not made again for the erased', async () => {
    await stores.personKeys.ensure('net_1', new Map([['s', {}]]));
    await stores.personKeys.destroy('net_1', 's');
    expect((await stores.otherPersonKeys().ensure('net_1', new Map([['s', {}]]))).size).toBe(0);
    expect((await stores.personKeys.load(['s', 'unknown'])).size).toBe(0);
  });
});

describe('Erasing a person', () => {
  it('takes them out of every stream that the address joins, in any spelling, and nobody else', async () => {
    await opened(1, 'anna@example.com');
    await opened(2, ' Anna@Example.COM ');
    await opened(3, 'ben@example.com');
    await engine.change(contextOf('deposit'), 'purse-1', purse, deposit(5));
    const { subjects } = await erasure.erase(contextOf('erase'), 'ANNA@example.com');
    expect([...subjects].sort()).toEqual(['purse-1:owner', 'purse-2:owner']);
    expect([await ownerOf(1), await ownerOf(2), await ownerOf(3)]).toEqual([undefined, undefined, 'Anna 3']);
    expect(await factOf(1)).toEqual({
      name: { subject: 'purse-1:owner', erased: true },
      email: { subject: 'purse-1:owner', erased: true },
    });
    expect((await engine.state('net_1', 'purse-1', purse)).state.balance).toBe(5);
    expect(verifyChain('purse-1', await stores.events.readStream('purse-1')).whole).toBe(true);
  });

  it('leaves facts that name the subjects, and no trace of the address', async () => {
    await opened(1, 'anna@example.com');
    await erasure.erase(contextOf('erase'), 'anna@example.com');
    const { events } = await stores.events.readAll({ prefixes: ['person-'] });
    expect(events.map(({ type, data }) => [type, (JSON.parse(data) as { subjects: unknown }).subjects])).toEqual([
      ['PersonErasureBegun', ['purse-1:owner']],
      ['PersonErased', ['purse-1:owner']],
    ]);
    expect(JSON.stringify(events)).not.toContain('anna');
  });

  it('can be repeated, and erases what came since', async () => {
    await opened(1, 'anna@example.com');
    await erasure.erase(contextOf('e1'), 'anna@example.com');
    expect((await erasure.erase(contextOf('e1'), 'anna@example.com')).subjects).toEqual(['purse-1:owner']);
    await opened(2, 'anna@example.com');
    await erasure.erase(contextOf('e2'), 'anna@example.com');
    expect(await ownerOf(2)).toBeUndefined();
    expect((await stores.events.readAll({ prefixes: ['person-'] })).events).toHaveLength(4);
  });

  it('of somebody unknown writes nothing; another network’s person stays', async () => {
    await opened(1, 'anna@example.com');
    expect((await erasure.erase(contextOf('e', { network: 'net_2' }), 'anna@example.com')).subjects).toEqual([]);
    expect(await ownerOf(1)).toBe('Anna 1');
    expect(await factOf(1)).toMatchObject({ name: { value: 'Anna 1' } });
  });

  it('is finished by the policy when the process died after the intent', async () => {
    await opened(1, 'anna@example.com');
    const keys = stores.otherPersonKeys();
    keys.destroy = () => Promise.reject(new Error('killed'));
    await expect(new Erasure(engine, keys, stores.events).erase(contextOf('e'), 'anna@example.com')).rejects.toThrow('killed');
    expect(await ownerOf(1)).toBe('Anna 1');

    const [begun] = (await stores.events.readAll({ prefixes: ['person-'] })).events;
    const cause = { metadata: { stream: begun?.stream }, context: () => contextOf('policy-step') } as never;
    const [command] = finishWhatWasBegun.on.PersonErasureBegun({} as PersonErasureBegun['data'], cause);
    const handler = new FinishErasureHandler(engine, stores.personKeys, stores.events);
    await handler.execute(command as never);
    await handler.execute(command as never);
    expect(await ownerOf(1)).toBeUndefined();
    expect((await stores.events.readAll({ prefixes: ['person-'] })).events).toHaveLength(2);
  });

  it('is repeated after a restore that brought a key back', async () => {
    await opened(1, 'anna@example.com');
    const backup = await stores.store.fetch<Record<string, unknown>>('person-keys', 'purse-1:owner');
    await erasure.erase(contextOf('e'), 'anna@example.com');
    await stores.store.put('person-keys', 'purse-1:owner', backup?.doc as object);
    const restored = stores.otherPersonKeys();
    expect(await ownerOf(1, withKeys(restored))).toBe('Anna 1');
    expect(await new Erasure(engine, restored, stores.events).repeatAll()).toBe(1);
    expect(await ownerOf(1, withKeys(stores.otherPersonKeys()))).toBeUndefined();
  });

  it('holds for facts that are written later: their values are left out, in memory too', async () => {
    await opened(1, 'anna@example.com');
    await erasure.erase(contextOf('e'), 'anna@example.com');
    await engine.change(contextOf('again'), 'purse-1', purse, open('purse-1:owner', 'Anna again', 'anna@example.com'));
    expect(await ownerOf(1)).toBeUndefined();
    expect(JSON.stringify(await stores.events.readStream('purse-1'))).not.toContain('again@');
    expect((await stores.events.readStream('purse-1'))[1]?.data).not.toContain('sealed');
  });
});
