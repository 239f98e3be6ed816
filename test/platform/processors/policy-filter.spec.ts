import { describe, expect, it } from '@jest/globals';
import type { AnyPolicy, Cause, Fact } from '../../../src/kernel/event-sourcing';
import { Codec } from '../../../src/platform/event-store/codec';
import type { StoredEvent } from '../../../src/platform/event-store/event-store';
import { FactReader } from '../../../src/platform/processors/facts';
import { PolicyFilter } from '../../../src/platform/processors/policy-filter';
import { contextOf } from '../../support/fakes';

class Tell {}
const tell: AnyPolicy = {
  name: 'tell-when-asked-to',
  on: {
    Taken: ({ tell: told }: { tell: boolean }, cause: Cause) => (told ? [Object.assign(new Tell(), cause.context())] : []),
    Invited: () => [],
    Broken: (data: { deep: { er: string } }) => (data.deep.er === 'x' ? [new Tell()] : []),
  },
};

const codec = new Codec({ upcasts: {}, personal: { Invited: ['guest'] } });
const keys = new Map([['anna', Buffer.alloc(32, 'anna')]]);
const stored = (...facts: readonly Fact[]): StoredEvent[] =>
  codec
    .encode('purse-1', contextOf('a'), facts, '2026-11-22T09:00:00.000Z', { revision: -1, hash: '' }, keys)
    .map((event, revision) => ({ ...event, stream: 'purse-1', revision, position: 100 + revision }));

const filter = new PolicyFilter([tell], new FactReader(codec, undefined as never));
const wanted = new Set([...Object.keys(tell.on), 'Elsewhere']);
const positions = async (events: readonly StoredEvent[]): Promise<number[]> =>
  (await filter.asking(events, wanted)).map(({ position }) => position);

describe('What is handed to the policies', () => {
  it('is what asks something of one, in its order', async () => {
    const told = { type: 'Taken', data: { tell: true } };
    const quiet = { type: 'Taken', data: { tell: false } };
    expect(await positions(stored(quiet, told, quiet, told))).toEqual([101, 103]);
    expect(await positions(stored(quiet))).toEqual([]);
  });

  it('is of the wanted types, and of a type that no policy here knows all of it', async () => {
    expect(await positions(stored({ type: 'Other', data: {} }, { type: 'Elsewhere', data: {} }))).toEqual([101]);
  });

  it('is every fact about a person: what it says is not opened here', async () => {
    expect(await positions(stored({ type: 'Invited', data: { guest: { subject: 'anna', value: 'Anna' } } }))).toEqual([100]);
  });

  it('is what a policy fails on or nobody can read: the lane parks it', async () => {
    const [broken, unreadable] = stored({ type: 'Broken', data: {} }, { type: 'Taken', data: { tell: false } });
    expect(await positions([broken!, { ...unreadable!, data: '{' }])).toEqual([100, 101]);
  });
});
