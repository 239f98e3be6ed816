import { readdirSync, readFileSync } from 'node:fs';
import { liveModels, Processors } from '../../../src/platform/processors/processors';
import type { Progress } from '../../../src/platform/processors/rebuild';
import { ProjectorThread } from '../../../src/platform/processors/projector-thread';
import type { LiveModels } from '../../../src/platform/processors/live-models';
import { type Command, counters, Processing, registryFile, silent, until } from '../../support/processing';

let at: Processing;
let models: LiveModels;
let processors: Processors | undefined;
const given: Command[] = [];

beforeEach(async () => {
  at = await Processing.open();
  given.length = 0;
});
afterEach(async () => {
  await processors?.stop();
  processors = undefined;
  await at.remove();
});

const connections = (): { dataFolder: string; masterKeys: Buffer[] } => ({ dataFolder: at.folder, masterKeys: [at.masterKey] });

async function start(more: { holder?: string } = {}): Promise<Processors> {
  models = liveModels(at.store, counters.registry);
  const execute = async (command: object): Promise<void> => void given.push(command as Command);
  return (processors = await Processors.start({
    ...at,
    ...more,
    registry: counters.registry,
    registryFile,
    connections: connections(),
    models,
    execute,
    log: silent,
    lookEveryMs: 50,
  }));
}

it('folds in its thread, answers who waits for what they wrote, and runs policies', async () => {
  await start();
  await at.openCounter('a', 'Ada');
  const position = await at.raise('a', 3);
  expect(await models.settled(counters.counterList, position, 5_000)).toBe(true);
  expect(await models.get(counters.counterList, 'a')).toMatchObject({ id: 'a', total: 3, owner: { subject: 'owner-a', value: 'Ada' } });
  expect(await models.find(counters.counterList, { filter: { total: { gt: 2 } } })).toHaveLength(1);
  expect(await models.count(counters.sums)).toBe(2);
  await until('the policy ran', () => given.length === 1);
  expect(processors!.figures).toMatchObject({ onDuty: true, projected: position, retrying: 0 });
  expect(await processors!.troubles()).toEqual([]);
});

/** Of each thread of this process: what stands 17th behind its name, proc(5). */
const niceness = (): number[] =>
  readdirSync('/proc/self/task').map((thread) =>
    Number(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ')[1]!.split(' ')[16]),
  );

(process.platform === 'linux' ? it : it.skip)('stands back where requests want the processor: its thread alone', async () => {
  const standingBack = (): number => niceness().filter((nice) => nice > niceness()[0]!).length;
  expect(standingBack()).toBe(0);
  await start();
  await until('the thread stands back', () => standingBack() === 1);
});

it('does not wait for models that fold nothing of what was written, nor longer than it may', async () => {
  await start();
  const head = await at.openCounter('a');
  const started = performance.now();
  expect(await models.settled(counters.counterList, head + 1_000, 100)).toBe(false);
  expect(performance.now() - started).toBeGreaterThanOrEqual(99);
  expect(await models.settled(counters.counterList, head + 1_000, 100, ['CounterPolished'])).toBe(true);
});

it('rebuilds on demand while it folds, and tells how far it is', async () => {
  await start();
  for (let n = 0; n < 20; n++) await at.openCounter(`c${n}`);
  const told: Progress[] = [];
  const swapped = await processors!.rebuild(undefined, { onProgress: (progress) => told.push(progress) });
  expect(swapped).toEqual(['counter-list', 'sums', 'counters-due']);
  expect(told.at(-1)).toMatchObject({ phase: 'swapped', events: 20 });
  const position = await at.raise('c3', 5);
  expect(await models.settled(counters.counterList, position, 5_000)).toBe(true);
  expect(await models.get(counters.counterList, 'c3')).toMatchObject({ total: 5 });
  await expect(processors!.rebuild(['sums'])).resolves.toEqual(['sums']);
});

it('starts its thread again when it dies, says so meanwhile, and loses nothing', async () => {
  await start();
  await models.settled(counters.counterList, await at.openCounter('a'), 5_000);
  const { thread } = (processors as unknown as { onDuty: { thread: ProjectorThread } }).onDuty;
  await (thread as unknown as { worker: { terminate(): Promise<number> } }).worker.terminate();
  await until('health says so', async () => (await processors!.troubles()).some((sentence) => /started again/.test(sentence)));
  const position = await at.raise('a', 2);
  expect(await models.settled(counters.counterList, position, 10_000)).toBe(true);
  await until('the policy ran', () => given.length === 1);
  await until('health is good again', async () => (await processors!.troubles()).length === 0);
});

it('puts one instance of several on duty; the others serve what it folds', async () => {
  const first = await start({ holder: 'one' });
  const firstModels = models;
  const second = await start({ holder: 'two' });
  expect([first.figures.onDuty, second.figures.onDuty]).toEqual([true, false]);
  const position = await at.openCounter('a');
  expect(await models.settled(counters.counterList, position, 5_000)).toBe(true);
  expect(await second.rebuild(['sums'])).toEqual(['sums']);
  await first.stop();
  await until('the other one takes over', () => second.figures.onDuty);
  expect(await models.settled(counters.counterList, await at.raise('a', 1), 5_000)).toBe(true);
  firstModels.close();
});

it('forgets the keys of persons whose erasure it folds', async () => {
  await start();
  await models.settled(counters.counterList, await at.openCounter('a', 'Ada'), 5_000);
  const forgotten: string[] = [];
  at.keys.onForgotten((subjects) => forgotten.push(...subjects));
  const position = await at.write('z', { type: 'PersonErased', data: { subject: 'owner-a' } });
  expect(await models.settled(counters.counterList, position, 5_000)).toBe(true);
  expect(forgotten).toEqual(['owner-a']);
  expect((await models.get<{ owner: object }>(counters.counterList, 'a'))?.owner).toEqual({ subject: 'owner-a', erased: true });
});
