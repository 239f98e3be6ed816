import { type Lease, StoredLeases } from '../../../src/platform/processors/leases';
import { failingStore } from '../../support/failing-store';
import { Processing, until } from '../../support/processing';

let at: Processing;
const held: Lease[] = [];
/** Long enough that no machine sleeps through it, short enough to wait for. */
const TERM_MS = 1_000;

beforeEach(async () => void (at = await Processing.open()));
afterEach(async () => {
  await Promise.all(held.splice(0).map((lease) => lease.release()));
  await at.remove();
});

const instance = (holder: string, store = at.store): { tryHold: () => Promise<Lease | undefined> } => {
  const leases = new StoredLeases({ store, holder, ttlMs: TERM_MS });
  return {
    tryHold: async () => {
      const lease = await leases.tryHold('processors');
      if (lease) held.push(lease);
      return lease;
    },
  };
};

it('has one holder, until it lets go', async () => {
  const [a, b] = [instance('a'), instance('b')];
  const first = await a.tryHold();
  expect(first?.fence).toBe(1);
  expect(await b.tryHold()).toBeUndefined();
  await first!.release();
  expect((await b.tryHold())?.fence).toBe(2);
  expect(await a.tryHold()).toBeUndefined();
});

it('gives one of two who ask at the same time', async () => {
  const all = await Promise.all(['a', 'b', 'c', 'd'].map((name) => instance(name).tryHold()));
  expect(all.filter((lease) => lease !== undefined)).toHaveLength(1);
});

it('is kept by renewing it, however long', async () => {
  const lease = await instance('a').tryHold();
  const other = instance('b');
  for (let n = 0; n < 10; n++) {
    expect(await other.tryHold()).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, TERM_MS / 4));
  }
  expect(lease!.lost.aborted).toBe(false);
});

it('passes on when its holder has been silent for a term; the old holder has stopped by itself before', async () => {
  const failing = failingStore(at.store, Infinity, 'before');
  const lease = await instance('a', failing).tryHold();
  failing.cut();
  const other = instance('b');
  let next: Lease | undefined;
  await until('the other one holds it', async () => {
    next = await other.tryHold();
    if (next) expect(lease!.lost.aborted).toBe(true);
    return next !== undefined;
  });
  expect(next!.fence).toBe(2);
});
