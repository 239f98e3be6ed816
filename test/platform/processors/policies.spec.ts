import { Rejection } from '../../../src/kernel/rejection';
import { Busy } from '../../../src/platform/event-store/streams';
import { ParkedWork } from '../../../src/platform/processors/parked-work';
import { PolicyRunner, type PolicyRunnerOptions } from '../../../src/platform/processors/policy-runner';
import { failingStore } from '../../support/failing-store';
import { type Command, counters, Processing, silent, until } from '../../support/processing';

const { greetWhenRaised, newcomer } = counters;
let at: Processing;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => void (at = await Processing.open()));
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await at.remove();
});

/** Stands for the outside world: remembers what reached it, by the command's id. */
class World {
  readonly given: Command[] = [];
  refuse: (command: Command) => Error | undefined = () => undefined;

  readonly execute = async (command: object): Promise<void> => {
    const error = this.refuse(command as Command);
    if (error) throw error;
    this.given.push(command as Command);
  };

  get amounts(): number[] {
    return this.given.map(({ by }) => by);
  }
  of(id: string): number[] {
    return this.given.filter((each) => each.id === id).map(({ by }) => by);
  }
  get different(): number {
    return new Set(this.given.map(({ context }) => context.commandId)).size;
  }
}

async function run(world: World, more: Partial<PolicyRunnerOptions> = {}): Promise<{ runner: PolicyRunner; stop: () => Promise<void> }> {
  const store = more.store ?? at.store;
  const runner = new PolicyRunner({
    ...at,
    store,
    work: new ParkedWork(store),
    policies: [greetWhenRaised],
    execute: world.execute,
    log: silent,
    backoff: { firstMs: 5, mostMs: 20 },
    triesBeforeParking: 4,
    lookEveryMs: 20,
    ...more,
  });
  await runner.prepare();
  const stopping = new AbortController();
  const running = runner.run(stopping.signal);
  const stop = (): Promise<void> => (stopping.abort(), running);
  stops.push(stop);
  return { runner, stop };
}

it('waits for its fact, fires once, and does not repeat itself after a restart', async () => {
  const world = new World();
  const first = await run(world);
  await at.openCounter('a');
  await at.raise('a', 1);
  await at.raise('a', -1);
  await until('it fired', () => world.given.length === 1);
  await first.stop();
  const second = await run(world);
  await at.raise('a', 2);
  await until('it fired again', () => world.given.length === 2);
  await second.stop();
  expect(world.amounts).toEqual([1, 2]);
});

it('gives commands a context that follows from the cause', async () => {
  const world = new World();
  await at.raise('a', 7);
  await run(world);
  await until('it fired', () => world.given.length === 1);
  const [event] = await at.events.readStream('counter-a');
  expect(world.given[0]?.context).toMatchObject({
    network: 'net_1',
    actor: { kind: 'policy', id: 'greet-when-a-counter-is-raised' },
    causation: event!.id,
    at: at.clock.now(),
  });
  const again = new World();
  await at.store.removeWhere('effects', {});
  await at.store.removeWhere('policy-checkpoints', {});
  await run(again);
  await until('it fired again', () => again.given.length === 1);
  expect(again.given[0]?.context.commandId).toBe(world.given[0]?.context.commandId);
});

it('begins at the head when it is new, unless it says otherwise; what comes after it was prepared is not missed', async () => {
  await at.raise('a', 1);
  const world = new World();
  const { runner } = await run(world, { policies: [newcomer] });
  const position = await at.raise('a', 2);
  await until('it got there', () => runner.positions().get(newcomer.name)! >= position);
  expect(world.amounts).toEqual([2]);
});

it.each(Array.from({ length: 9 }, (_, n) => n + 1))(
  'has every effect under one id when it is killed at write %i, before or after',
  async (nth) => {
    const world = new World();
    for (const by of [1, 2, 3]) await at.raise('a', by);
    for (const when of ['before', 'after'] as const) {
      const store = failingStore(at.store, nth, when);
      const dying = await run(world, { store }).catch(() => undefined);
      await until('it died, or had done everything', () => store.failed || world.different === 3);
      await dying?.stop();
    }
    const healthy = await run(world);
    await until('all is done', () => world.different === 3 && (healthy.runner.positions().get(greetWhenRaised.name) ?? 0) >= 3);
    await healthy.stop();
    // At least once, in order, and recognisable: what the receiver sees without repeats is exactly what was asked.
    expect([...new Map(world.given.map((each) => [each.context.commandId, each.by])).values()]).toEqual([1, 2, 3]);
    const done = world.given.length;
    const later = await run(world);
    await at.raise('a', 4);
    await until('the new one is done', () => world.different === 4);
    await later.stop();
    expect(world.given.length).toBe(done + 1);
  },
);

it('tries again what fails, in order within the stream, while other streams go on', async () => {
  const world = new World();
  let failures = 2;
  world.refuse = ({ id }) => (id === 'a' && failures-- > 0 ? new Error('not now') : undefined);
  for (const by of [1, 2]) for (const id of ['a', 'b']) await at.raise(id, by);
  await run(world);
  await until('all is done', () => world.given.length === 4);
  expect([world.of('a'), world.of('b')]).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

it('parks a stream for one policy when it keeps failing; its later facts wait, and follow in order when it is tried again', async () => {
  const world = new World();
  let broken = true;
  world.refuse = ({ id }) => (id === 'a' && broken ? new Error('no mail to ann@example.com') : undefined);
  for (const by of [1, 2]) await at.raise('a', by);
  const { runner, stop } = await run(world);
  await until('it is parked', async () => (await at.work.count()) === 1);
  const [parked] = await at.work.list('net_1');
  expect(parked).toMatchObject({
    kind: 'policy',
    name: greetWhenRaised.name,
    instance: 'counter-a',
    revision: 0,
    tries: 4,
    error: 'Error: no mail to …@…',
  });
  const position = await at.raise('b', 9);
  await at.raise('a', 3);
  await until(
    'others go on, and so does the checkpoint',
    () => world.of('b').length === 1 && runner.positions().get(greetWhenRaised.name)! >= position,
  );
  await stop();

  broken = false;
  await run(world);
  await at.raise('a', 4);
  expect(world.of('a')).toEqual([]);
  await at.work.retry(parked!.id);
  await until('everything that waited was done', () => world.of('a').length === 4);
  expect(world.of('a')).toEqual([1, 2, 3, 4]);
  await until('nothing is parked', async () => (await at.work.count()) === 0);
});

it('parks again, further on, when a retry gets only so far', async () => {
  const world = new World();
  let limit = 0;
  world.refuse = ({ by }) => (by > limit ? new Error('too much') : undefined);
  for (const by of [1, 2]) await at.raise('a', by);
  await run(world);
  await until('it is parked', async () => (await at.work.count()) === 1);
  limit = 1;
  await at.work.retry((await at.work.list())[0]!.id);
  await until('it is parked at the second', async () => (await at.work.list())[0]?.revision === 1);
  expect((await at.work.list())[0]?.status).toBe('parked');
  expect(world.amounts).toEqual([1]);
});

it('takes a refusal by a rule for an answer, enters it, and goes on', async () => {
  const world = new World();
  world.refuse = ({ by }) => (by === 1 ? new Rejection('card-blocked') : undefined);
  for (const by of [1, 2]) await at.raise('a', by);
  await run(world);
  await until('the second is done', () => world.given.length === 1);
  expect(world.amounts).toEqual([2]);
  await until('both are in the ledger', async () => (await at.store.countPlain('effects', { state: { in: ['refused', 'done'] } })) === 2);
  expect(await at.work.count()).toBe(0);
});

it('waits for a busy stream or store as long as it takes, without parking', async () => {
  const world = new World();
  let left = 12;
  world.refuse = () => (left-- > 0 ? new Busy('later') : undefined);
  await at.raise('a', 1);
  const { runner } = await run(world);
  await until('it counts as waiting', () => runner.retrying === 1);
  await until('it is done', () => world.given.length === 1);
  await until('nothing waits any more', () => runner.retrying === 0);
  expect(await at.work.count()).toBe(0);
});

it('finds its place in a restored log by time, and repeats nothing', async () => {
  const world = new World();
  for (const by of [1, 2, 3]) await at.raise('a', by);
  const first = await run(world);
  await until('all is done', () => world.given.length === 3);
  await first.stop();
  at = await at.reopen({ restored: true });
  await run(world);
  await at.raise('a', 4);
  await until('the new one is done', () => world.given.length >= 4);
  expect(world.amounts).toEqual([1, 2, 3, 4]);
});
