import { Rejection } from '../../../src/kernel/rejection';
import { ClockDrift } from '../../../src/platform/processors/drift';
import type { LiveModels } from '../../../src/platform/processors/live-models';
import { liveModels } from '../../../src/platform/processors/processors';
import { WakeUps } from '../../../src/platform/processors/wake-ups';
import { type Command, counters, Processing, type Running, silent, until } from '../../support/processing';

let at: Processing;
let running: Running;
let models: LiveModels;
let ticks = 0;

beforeEach(async () => {
  at = await Processing.open();
  await at.work.prepare();
  running = at.project();
  models = liveModels(at.store, counters.registry);
  await models.open();
  await until('every model is served', async () => (await models.refresh(), models.complete));
});
afterEach(async () => {
  models.close();
  await running.stop();
  await at.remove();
});

const move = (ms: number): void => {
  at.clock.advance(ms);
  ticks += ms;
};

/** Closes the counter once, whatever it is told: the way of every command that a wake-up gives. */
const close = (given: Command[]) => async (command: object) => {
  given.push(command as Command);
  const { context, id } = command as Command;
  const { position } = await at.engine.change(
    context,
    `counter-${id}`,
    counters.counter,
    () => [{ type: 'CounterClosed', data: { id } }] as never,
  );
  return position;
};

const wakeUps = (execute: (command: object) => Promise<unknown>, more: object = {}): WakeUps =>
  new WakeUps({
    wakeUps: counters.registry.wakeUps,
    models,
    work: at.work,
    execute,
    clock: at.clock,
    drift: new ClockDrift(
      () => at.clock.millis(),
      () => ticks,
    ),
    log: silent,
    ...more,
  });

const closings = async (id: string): Promise<number> =>
  (await at.events.readStream(`counter-${id}`)).filter(({ type }) => type === 'CounterClosed').length;

it('tells what is due, with the time, as a job; what is not due waits', async () => {
  const given: Command[] = [];
  await at.documents(counters.due, await at.openCounter('a'));
  const wake = wakeUps(close(given));
  expect(await wake.tick()).toBe(0);
  move(59_000);
  expect(await wake.tick()).toBe(0);
  move(2_000);
  expect(await wake.tick()).toBe(1);
  expect(given[0]).toMatchObject({
    id: 'a',
    context: { network: 'net_1', actor: { kind: 'job', id: 'counters-due' }, at: at.clock.now() },
  });
});

it('changes nothing by double ticks, late ticks or two machines', async () => {
  const given: Command[] = [];
  await at.openCounter('a');
  await at.documents(counters.due, await at.openCounter('b'));
  move(3 * 60 * 60_000);
  const [one, other] = [wakeUps(close(given)), wakeUps(close(given))];
  await Promise.all([one.tick(), one.tick(), other.tick(), other.tick()]);
  expect([await closings('a'), await closings('b')]).toEqual([1, 1]);
  expect(new Set(given.map(({ context }) => context.commandId)).size).toBe(2);
  await at.documents(counters.due, await at.events.head());
  move(60_000);
  expect(await one.tick()).toBe(0);
});

it('stops closing and expiring while the clock cannot be trusted, says so, and goes on when it is right again', async () => {
  const given: Command[] = [];
  await at.documents(counters.due, await at.openCounter('a'));
  const drift = new ClockDrift(
    () => at.clock.millis(),
    () => ticks,
  );
  const wake = wakeUps(close(given), { drift });
  at.clock.advance(6 * 60_000);
  expect(await wake.tick()).toBe(0);
  expect(drift.sentence).toMatch(/moved 6 minutes ahead/);
  at.clock.advance(-12 * 60_000);
  expect(drift.sentence).toMatch(/moved 6 minutes back/);
  at.clock.advance(6 * 60_000);
  expect(drift.sentence).toBeUndefined();
  move(61_000);
  expect(await wake.tick()).toBe(1);
  at.clock.advance(60 * 60_000);
  drift.accept();
  expect(drift.trusted).toBe(true);
});

it('tells again, ever more rarely, what was refused, and parks what is broken until it is asked for', async () => {
  await at.documents(counters.due, await at.openCounter('a'));
  move(61_000);
  let calls = 0;
  let error: Error = new Rejection('not-yet');
  const wake = wakeUps(() => (calls++, Promise.reject(error)), { triesBeforeParking: 3 });
  await wake.tick();
  await wake.tick();
  expect(calls).toBe(1);
  error = new Error('broken');
  for (let n = 0; n < 5; n++) {
    move(20 * 60_000);
    await wake.tick();
  }
  expect(calls).toBe(3);
  const [parked] = await at.work.list();
  expect(parked).toMatchObject({ kind: 'wake-up', name: 'counters-due', instance: 'a', error: 'Error: broken', tries: 3 });
  await at.work.retry(parked!.id);
  await wake.tick();
  expect(calls).toBe(4);
});

it('does nothing where another instance is on duty', async () => {
  await at.documents(counters.due, await at.openCounter('a'));
  move(61_000);
  const given: Command[] = [];
  expect(await wakeUps(close(given), { mayRun: () => false }).tick()).toBe(0);
  expect(given).toEqual([]);
});
