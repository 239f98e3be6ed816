import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChainBroken, verifyChain } from '../../../src/platform/event-store/chain';
import { Engine, type EngineOptions } from '../../../src/platform/event-store/engine';
import { AppendTooLarge } from '../../../src/platform/event-store/event-store';
import { SqliteEventStore } from '../../../src/platform/event-store/sqlite';
import { Busy, type Change } from '../../../src/platform/event-store/streams';
import { contextOf, SettableClock } from '../../support/fakes';
import { NoPersonKeys } from '../../support/no-person-keys';
import { deposit, type Purse, purse, purseCodec, type PurseFact, withdraw } from '../../support/purse';
import { UnreliableStore } from '../../support/unreliable-store';

const stream = 'purse-1';
type Answer = Promise<Change<Purse, PurseFact>>;

let folder: string;
let sqlite: SqliteEventStore;
let clock: SettableClock;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'largesse-engine-'));
  sqlite = await SqliteEventStore.open({ file: join(folder, 'events.db') });
  clock = new SettableClock();
});
afterEach(async () => {
  await sqlite.close();
  await rm(folder, { recursive: true });
});

interface Instance {
  readonly store: UnreliableStore;
  readonly engine: Engine;
  put(amount: number, id: string, on?: string): Answer;
  take(amount: number, id: string, on?: string): Answer;
}

/** One process with its own cache. `alone`: it holds the data folder's lock. */
function instance({ alone = true, ...options }: EngineOptions & { alone?: boolean } = {}): Instance {
  const store = new UnreliableStore(sqlite, alone);
  const engine = new Engine({ store, codec: purseCodec(), personKeys: new NoPersonKeys(), clock }, options);
  return {
    store,
    engine,
    put: (amount, id, on = stream) => engine.change(contextOf(id), on, purse, deposit(amount)),
    take: (amount, id, on = stream) => engine.change(contextOf(id), on, purse, withdraw(amount)),
  };
}

const isWhole = async (name = stream): Promise<boolean> => verifyChain(name, await sqlite.readStream(name)).whole;
const types = async (name = stream): Promise<string[]> => (await sqlite.readStream(name)).map(({ type }) => type);
const refusal = (code: string): object => expect.objectContaining({ name: 'Rejection', code }) as object;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('A command', () => {
  it('answers the new state, its facts, their revision and position', async () => {
    const { put, take } = instance();
    expect(await put(50, 'a')).toMatchObject({ state: { balance: 50 }, revision: 0, replayed: false });
    const change = await take(20, 'b');
    expect(change).toMatchObject({
      state: { balance: 30 },
      revision: 1,
      facts: [{ type: 'Withdrawn', data: { amount: 20, balance: 30 } }],
    });
    const [, stored] = await sqlite.readStream(stream);
    expect(change.position).toBe(stored?.position);
    expect(change.recorded[0]?.metadata).toMatchObject({
      eventId: stored?.id,
      revision: 1,
      commandId: 'b',
      network: 'net_1',
      recordedAt: clock.now(),
    });
  });

  it('is told a refusal with its details, and when there is nothing to do', async () => {
    const { put, take } = instance();
    await put(5, 'a');
    await expect(take(6, 'b')).rejects.toMatchObject({ code: 'insufficient-funds', details: { balance: 5 } });
    expect(await take(0, 'c')).toMatchObject({ facts: [], recorded: [], revision: 0, replayed: false, state: { balance: 5 } });
    expect(await types()).toEqual(['Deposited']);
  });

  it('reads a stream once and then decides from memory', async () => {
    const { put, store } = instance();
    await put(1, 'a');
    const { reads } = store;
    await put(1, 'b');
    await put(1, 'c');
    expect(store.reads).toBe(reads);
  });

  it('finds its stream again after the cache lost it, and keeps no streams that are not there', async () => {
    const { put, take, engine } = instance({ cacheBytes: 5_000 });
    for (let i = 0; i < 20; i++) await put(i, `a${i}`, `purse-${i}`);
    expect(engine.load.bytes).toBeLessThanOrEqual(5_000);
    expect((await take(7, 'b', 'purse-7')).state.balance).toBe(0);
    await turn();
    const { streams } = engine.load;
    await expect(take(1, 'c', 'purse-nobody')).rejects.toEqual(refusal('insufficient-funds'));
    await turn();
    expect(engine.load.streams).toBe(streams);
  });

  it('finds its stream packed, where its state is of nobody: the same balance, the same repeats, and nothing is read', async () => {
    const bearer = { ...purse, impersonal: true as const };
    const { engine, store } = instance({ cacheBytes: 20_000 });
    const put = (amount: number, id: string, on: string): Answer => engine.change(contextOf(id), on, bearer, deposit(amount));
    for (let i = 0; i < 20; i++) await put(i, `a${i}`, `purse-${i}`);
    await turn();
    expect(engine.load.bytes).toBeLessThanOrEqual(20_000);
    expect(engine.load.streams).toBe(20);
    const { reads } = store;
    for (let i = 0; i < 20; i++) expect((await put(100, `b${i}`, `purse-${i}`)).state.balance).toBe(i + 100);
    expect(store.reads).toBe(reads);
    expect(await put(7, 'a7', 'purse-7')).toMatchObject({ replayed: true, revision: 1, state: { balance: 107 } });
    for (let i = 0; i < 20; i++)
      expect([await types(`purse-${i}`), await isWhole(`purse-${i}`)]).toEqual([Array(2).fill('Deposited'), true]);
  });

  it('is recorded at the time of the clock, which never goes back within a stream', async () => {
    const { put } = instance();
    await put(1, 'a');
    clock.advance(-60_000);
    await put(1, 'b');
    clock.advance(120_000);
    await put(1, 'c');
    const times = (await instance().engine.history('net_1', stream)).map(({ metadata }) => metadata.recordedAt);
    expect(times).toEqual(['2026-11-22T09:00:00.000Z', '2026-11-22T09:00:00.000Z', '2026-11-22T09:01:00.000Z']);
  });

  it('fails alone when its decision has a bug', async () => {
    const { put, engine } = instance();
    const broken = engine.change(contextOf('b'), stream, purse, () => {
      throw new TypeError('bug');
    });
    await expect(broken).rejects.toThrow(TypeError);
    expect((await put(1, 'a')).state.balance).toBe(1);
  });
});

describe('A repeated command', () => {
  it('is answered with its first facts and not decided again', async () => {
    const { put, take } = instance();
    await put(10, 'a');
    await take(10, 'b');
    await put(3, 'c');
    const again = await take(10, 'b');
    expect(again).toMatchObject({
      replayed: true,
      revision: 2,
      state: { balance: 3 },
      facts: [{ type: 'Withdrawn', data: { amount: 10, balance: 0 } }],
    });
    expect(again.recorded[0]?.metadata).toMatchObject({ commandId: 'b', revision: 1 });
    expect(await types()).toHaveLength(3);
  });

  it('is known to a process that has just started, with all of its facts and no stranger’s', async () => {
    const { engine, put } = instance();
    await put(1, 'before');
    await engine.change(contextOf('two'), stream, purse, () => [...deposit(1)(), ...deposit(2)()]);
    await put(1, 'after');
    const again = await instance().engine.change(contextOf('two'), stream, purse, deposit(99));
    expect(again.facts).toEqual([...deposit(1)(), ...deposit(2)()]);
  });

  it('waits for the first when that is still being written', async () => {
    const { put, store } = instance();
    store.hold();
    const first = put(5, 'a');
    const second = put(5, 'a');
    await turn();
    store.release();
    expect(await first).toMatchObject({ replayed: false, state: { balance: 5 } });
    expect(await second).toMatchObject({ replayed: true, state: { balance: 5 } });
  });

  it('with another request is refused, with the same one answered', async () => {
    const { engine } = instance();
    const ask = (requestHash: string): Answer => engine.change(contextOf('a', { requestHash }), stream, purse, deposit(5));
    await ask('x');
    expect((await ask('x')).replayed).toBe(true);
    await expect(ask('y')).rejects.toEqual(refusal('idempotency-key-reused'));
  });

  it('may succeed after it was refused', async () => {
    const { put, take } = instance();
    await expect(take(5, 'a')).rejects.toEqual(refusal('insufficient-funds'));
    await put(5, 'b');
    expect(await take(5, 'a')).toMatchObject({ replayed: false, state: { balance: 0 } });
  });

  it('is recognised however long ago it was', async () => {
    const { put } = instance();
    await Promise.all(Array.from({ length: 1500 }, (_, i) => put(1, `a${i}`)));
    expect(await put(1, 'a0')).toMatchObject({ replayed: true, state: { balance: 1500 } });
    expect(await instance().put(1, 'a700')).toMatchObject({ replayed: true, state: { balance: 1500 } });
  });
});

describe('Many commands on one stream', () => {
  it('are decided one after another: of 1,000 only those that the balance allows', async () => {
    const { put, take, store } = instance();
    await put(600, 'a');
    const results = await Promise.allSettled(Array.from({ length: 1000 }, (_, i) => take(1, `b${i}`)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(600);
    expect(await types()).toHaveLength(601);
    expect(await isWhole()).toBe(true);
    expect(store.appends.length).toBeLessThan(25); // they share appends
  });

  it('are answered only when durable, refusals and nothing-to-do too', async () => {
    const { put, take, store } = instance();
    await put(5, 'a');
    store.hold();
    const answered: string[] = [];
    const note = (name: string) => (): void => void answered.push(name);
    const all = [take(5, 'b').then(note('taken')), take(1, 'c').catch(note('refused')), take(0, 'd').then(note('nothing'))];
    for (let i = 0; i < 20; i++) await turn();
    expect(answered).toEqual([]);
    store.release();
    await Promise.all(all);
    expect(answered.sort()).toEqual(['nothing', 'refused', 'taken']);
  });

  it('see what was decided before them while that is still being written', async () => {
    const { put, take, store } = instance();
    store.hold();
    const both = Promise.all([put(5, 'a'), take(5, 'b')]);
    await turn();
    store.release();
    expect((await both)[1].state.balance).toBe(0);
  });

  it('leave the other streams alone: their appends are under way at the same time', async () => {
    const { put, store } = instance();
    store.hold();
    const all = ['purse-1', 'purse-2', 'purse-3'].map((each) => put(1, `to-${each}`, each));
    for (let i = 0; i < 20; i++) await turn();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(store.mostInFlight).toBe(3);
    store.release();
    await Promise.all(all);
  });

  it('are told to come back when too many wait', async () => {
    const { put, store, engine } = instance({ queueLimit: 10 });
    store.hold();
    const waiting = Array.from({ length: 10 }, (_, i) => put(1, `a${i}`));
    await expect(put(1, 'one-too-many')).rejects.toBeInstanceOf(Busy);
    await turn();
    store.release();
    setTimeout(() => store.release(), 5);
    await Promise.all(waiting);
    await engine.drain();
    expect(engine.load.waiting).toBe(0);
    expect(await types()).toHaveLength(10);
  });

  it('are not held up by one that the store refuses for good', async () => {
    const { put, engine, store } = instance();
    await put(1, 'a');
    store.hold();
    const first = put(1, 'b');
    const large: PurseFact[] = [{ type: 'Deposited', data: { amount: 1, ...{ note: 'x'.repeat(300_000) } } }];
    const poison = engine.change(contextOf('c'), stream, purse, () => large);
    const last = put(1, 'd');
    await turn();
    store.release();
    await expect(poison).rejects.toBeInstanceOf(AppendTooLarge);
    expect((await Promise.all([first, last]))[1].state.balance).toBe(3);
    expect(await isWhole()).toBe(true);
  });
});

describe('Two processes on one log', () => {
  it('decide again when the other was first, and never overdraw', async () => {
    const [one, two] = [instance({ alone: false }), instance({ alone: false })];
    await one.put(10, 'a');
    await two.take(1, 'warm');
    const results = await Promise.allSettled([...Array(10).keys()].flatMap((i) => [one.take(1, `one-${i}`), two.take(1, `two-${i}`)]));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
    expect((await one.engine.state('net_1', stream, purse)).state).toEqual({ balance: 0 });
    expect(await isWhole()).toBe(true);
  });

  it('do not refuse from a state that is no longer true', async () => {
    const [one, two] = [instance({ alone: false }), instance({ alone: false })];
    await one.put(1, 'a');
    await two.put(9, 'b');
    expect((await one.take(10, 'c')).state.balance).toBe(0);
    await two.put(4, 'd');
    expect((await one.take(0, 'e')).state.balance).toBe(4); // nothing to do, but told with the newest state
    await expect(one.take(5, 'f')).rejects.toEqual(refusal('insufficient-funds'));
  });

  it('show the newest state and history', async () => {
    const [one, two] = [instance({ alone: false }), instance({ alone: false })];
    await one.put(1, 'a');
    await two.put(2, 'b');
    expect(await one.engine.state('net_1', stream, purse)).toEqual({ state: { balance: 3 }, revision: 1 });
    expect(await one.engine.history('net_1', stream)).toHaveLength(2);
  });

  it('do what was asked of both only once', async () => {
    const [one, two] = [instance({ alone: false }), instance({ alone: false })];
    await one.put(10, 'a');
    await two.put(1, 'b');
    const [x, y] = await Promise.all([one.take(5, 'same'), two.take(5, 'same')]);
    expect([x.replayed, y.replayed].sort()).toEqual([false, true]);
    expect((await two.engine.state('net_1', stream, purse)).state.balance).toBe(6);
  });

  it('drop what was decided on facts that lost the race, and decide it anew', async () => {
    const [one, two] = [instance({ alone: false }), instance({ alone: false })];
    await one.put(10, 'a');
    one.store.faults.push(() => two.take(8, 'first'));
    const results = await Promise.allSettled([one.take(5, 'b'), one.put(1, 'c'), one.take(3, 'd'), one.take(1, 'e')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'rejected']);
    expect((await one.engine.state('net_1', stream, purse)).state.balance).toBe(0);
    expect(await isWhole()).toBe(true);
  });
});

describe('An unknown outcome', () => {
  it.each(['fails-before', 'answer-is-lost'] as const)('is pursued with the identical append (%s)', async (fault) => {
    const { put, take, store } = instance();
    await put(10, 'a');
    store.faults.push(fault, fault);
    const [first, second] = await Promise.all([take(4, 'b'), take(3, 'c')]);
    expect([first.state.balance, second.state.balance]).toEqual([6, 3]);
    expect(store.appends[1]).toEqual(store.appends[2]);
    expect(await types()).toEqual(['Deposited', 'Withdrawn', 'Withdrawn']);
    expect(await isWhole()).toBe(true);
  });

  it('ends in Busy at the deadline; afterwards the stream is read afresh and the repeat finds what was written', async () => {
    const { put, take, store } = instance({ deadlineMs: 100 });
    await put(10, 'a');
    store.faults.push(...Array.from({ length: 20 }, () => 'answer-is-lost' as const));
    const results = await Promise.allSettled([take(4, 'b'), take(3, 'c'), take(99, 'd')]);
    expect(results.map((result) => (result.status === 'rejected' ? result.reason : undefined))).toEqual(Array(3).fill(expect.any(Busy)));
    store.faults.length = 0;
    expect(await take(4, 'b')).toMatchObject({ replayed: true, state: { balance: 3 } });
    expect(await take(3, 'c')).toMatchObject({ replayed: true, state: { balance: 3 } });
    expect(await take(3, 'e')).toMatchObject({ replayed: false, state: { balance: 0 } });
    expect(await isWhole()).toBe(true);
  });

  it('is not waited for when not even reading works: Busy at once, and all is well when the store is back', async () => {
    const { put, store } = instance();
    store.down = true;
    await expect(put(1, 'a')).rejects.toBeInstanceOf(Busy);
    store.down = false;
    expect((await put(1, 'a')).state.balance).toBe(1);
  });
});

describe('Another network', () => {
  it('finds the stream unknown: the decision speaks for itself, or `not-found`', async () => {
    const { put, engine } = instance();
    await put(10, 'a');
    const stranger = (id: string, decide: (state: Purse) => PurseFact[]): Answer =>
      engine.change(contextOf(id, { network: 'net_2' }), stream, purse, decide);
    await expect(stranger('b', withdraw(5))).rejects.toMatchObject({ code: 'insufficient-funds', details: { balance: 0 } });
    await expect(stranger('c', deposit(5))).rejects.toEqual(refusal('not-found'));
    await expect(stranger('a', deposit(10))).rejects.toEqual(refusal('not-found')); // also with a command id that the stream knows
    expect(await engine.state('net_2', stream, purse)).toEqual({ state: { balance: 0 }, revision: -1 });
    expect(await engine.history('net_2', stream)).toEqual([]);
    expect(await types()).toHaveLength(1);
  });
});

describe('A stream that was tampered with', () => {
  it('takes no further commands', async () => {
    const { put } = instance();
    await put(10, 'a');
    const [event] = await sqlite.readStream(stream);
    await sqlite.append(stream, 0, [
      { ...(event as { id: string; type: string; data: string; metadata: string }), id: '00000000-0000-4000-8000-000000000000' },
    ]);
    await expect(instance().put(1, 'b')).rejects.toBeInstanceOf(ChainBroken);
  });
});
