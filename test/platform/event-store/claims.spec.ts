import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ClaimSweeper } from '../../../src/platform/event-store/claim-sweeper';
import { Claims } from '../../../src/platform/event-store/claims';
import { Engine } from '../../../src/platform/event-store/engine';
import { contextOf, SettableClock } from '../../support/fakes';
import { deposit, purse, purseCodec } from '../../support/purse';
import { openStores, type Stores } from '../../support/stores';

const kind = 'employee-email';
let stores: Stores;
let clock: SettableClock;
let engine: Engine;
let claims: Claims;
let count = 0;

const claim = (value: string, owner: string, commandId = `command-${++count}`): Promise<boolean> =>
  claims.claim(contextOf(commandId), kind, value, owner);
const release = (value: string, owner: string): Promise<void> => claims.release(contextOf(`release-${++count}`), kind, value, owner);

beforeEach(async () => {
  stores = await openStores();
  clock = new SettableClock();
  engine = new Engine({ store: stores.events, codec: purseCodec(), personKeys: stores.personKeys, clock });
  claims = new Claims(engine, stores.vault);
});
afterEach(() => stores.close());

describe('A claim', () => {
  it('is the first one’s, who may ask again', async () => {
    expect(await claim('a@b.c', 'emp_1')).toBe(true);
    expect(await claim('a@b.c', 'emp_2')).toBe(false);
    expect(await claim('a@b.c', 'emp_1')).toBe(true);
    expect(await claims.owner('net_1', kind, 'a@b.c')).toBe('emp_1');
  });
  it('goes to exactly one of many who ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => claim('a@b.c', `emp_${i}`)));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });
  it('is one a network and kind, and does not show the value', async () => {
    await claim('a@b.c', 'emp_1');
    expect(await claims.claim(contextOf('x', { network: 'net_2' }), kind, 'a@b.c', 'emp_2')).toBe(true);
    expect(await claims.claim(contextOf('y'), 'device-code', 'a@b.c', 'dev_1')).toBe(true);
    expect(JSON.stringify(await stores.events.readAll())).not.toContain('a@b.c');
  });
  it('is free again when its owner gives it up, not when another does', async () => {
    await claim('a@b.c', 'emp_1');
    await release('a@b.c', 'emp_2');
    expect(await claim('a@b.c', 'emp_2')).toBe(false);
    await release('a@b.c', 'emp_1');
    expect(await claim('a@b.c', 'emp_2')).toBe(true);
  });
  it('is not believed on a repeated command’s first answer when it was freed since', async () => {
    expect(await claim('a@b.c', 'emp_1', 'same')).toBe(true);
    await release('a@b.c', 'emp_1');
    expect(await claim('a@b.c', 'emp_1', 'same')).toBe(true);
    expect(await claims.owner('net_1', kind, 'a@b.c')).toBe('emp_1');
    await release('a@b.c', 'emp_1');
    await claim('a@b.c', 'emp_2');
    expect(await claim('a@b.c', 'emp_1', 'same')).toBe(false);
  });
});

describe('The sweeper', () => {
  it('frees after an hour what was claimed for somebody who never came to be, and looks once', async () => {
    const sweeper = new ClaimSweeper(engine, stores.events, stores.store, clock);
    await claim('orphan@b.c', 'emp_1');
    await claim('real@b.c', 'emp_2');
    await engine.change(contextOf('invite'), 'employee-emp_2', purse, deposit(1));
    clock.advance(30 * 60_000);
    await claim('young@b.c', 'emp_3');
    clock.advance(29 * 60_000);
    expect(await sweeper.sweep()).toBe(0);
    clock.advance(2 * 60_000);
    expect(await sweeper.sweep()).toBe(1);
    const owners = await Promise.all(['orphan@b.c', 'real@b.c', 'young@b.c'].map((value) => claims.owner('net_1', kind, value)));
    expect(owners).toEqual([undefined, 'emp_2', 'emp_3']);
    clock.advance(60 * 60_000);
    expect(await sweeper.sweep()).toBe(1);
    expect(await sweeper.sweep()).toBe(0);
  });
});
