import { Generations, tableOf } from '../../../src/platform/processors/generations';
import { counters, Processing, until } from '../../support/processing';
import { failingStore } from '../../support/failing-store';

const { counterList, sums, poison } = counters;
let at: Processing;

beforeEach(async () => void (at = await Processing.open()));
afterEach(async () => {
  poison.armed = true;
  await at.remove();
});

const total = (documents: Record<string, object | null>, id: string): number | undefined =>
  (documents[id] as { total: number } | undefined)?.total;

it('folds what is there and what comes, and goes on where it was after a restart', async () => {
  await at.openCounter('a');
  await at.raise('a', 2);
  const first = at.project();
  expect(total(await at.documents(counterList, await at.raise('a', 3)), 'a')).toBe(5);
  await first.stop();
  await at.raise('a', 4);
  at = await at.reopen();
  const second = at.project();
  expect(total(await at.documents(counterList, await at.raise('a', 1)), 'a')).toBe(10);
  expect(total(await at.documents(sums, await at.events.head()), 'all')).toBe(10);
  await second.stop();
});

it('comes to the same documents with two projectors at once', async () => {
  poison.armed = false;
  const both = [at.project(), at.project()];
  let last = 0;
  for (let n = 0; n < 120; n++) last = n % 10 === 0 ? await at.openCounter(`c${n}`) : await at.raise(`c${n - (n % 10)}`, n);
  const documents = await at.documents(sums, last);
  await Promise.all(both.map(({ stop }) => stop()));
  const expected = Array.from({ length: 120 }, (_, n) => (n % 10 === 0 ? 0 : n)).reduce((sum, n) => sum + n, 0);
  expect(total(documents, 'all')).toBe(expected);
  expect(Object.values(await at.documents(counterList, last)).reduce((sum, doc) => sum + (doc as { total: number }).total, 0)).toBe(
    expected,
  );
});

it.each([1, 2, 3, 4, 5, 6, 7, 8])('comes to the same documents when it dies at its %ith write, before or after', async (nth) => {
  const built = at.project();
  await at.documents(counterList, await at.openCounter('a'));
  await built.stop();
  let last = 0;
  for (let n = 1; n <= 20; n++) last = await at.raise('a', n === 13 ? 14 : n);
  for (const when of ['before', 'after'] as const) {
    const failing = failingStore(at.store, nth, when);
    const dying = at.project(failing);
    await until(
      'the store failed, or everything was written',
      async () => failing.failed || dying.news.some((each) => each.kind === 'folded' && each.position >= last),
    );
    await dying.stop();
  }
  const healthy = at.project();
  expect(total(await at.documents(counterList, last), 'a')).toBe(211);
  expect(total(await at.documents(sums, last), 'all')).toBe(211);
  await healthy.stop();
});

it('parks the key of a poisoned fact, folds everything else, and folds the key in full when it is tried again', async () => {
  const running = at.project();
  await at.openCounter('a');
  await at.openCounter('b');
  await at.raise('a', 1);
  await at.raise('a', 13);
  await at.raise('b', 5);
  const last = await at.raise('a', 2);
  const documents = await at.documents(counterList, last);
  expect([total(documents, 'a'), total(documents, 'b')]).toEqual([1, 5]);
  const [parked] = await at.work.list();
  expect(parked).toMatchObject({
    kind: 'projection',
    name: 'counter-list',
    instance: 'a',
    type: 'CounterRaised',
    tries: 1,
    network: 'net_1',
    status: 'parked',
  });
  expect(parked?.error).toBe('Error: thirteen is not a number that …@… can add');

  await at.work.retry(parked!.id);
  await until('the retry failed', async () => (await at.work.list())[0]?.tries === 2);
  expect((await at.work.list())[0]?.status).toBe('parked');

  poison.armed = false;
  await at.work.retry(parked!.id);
  await until('nothing is parked any more', async () => (await at.work.count()) === 0);
  expect(total(await at.documents(counterList, await at.raise('a', 4)), 'a')).toBe(20);
  await running.stop();
});

it('remembers over a restart what is parked', async () => {
  const first = at.project();
  await at.openCounter('a');
  await at.documents(counterList, await at.raise('a', 13));
  await first.stop();
  at = await at.reopen();
  const second = at.project();
  expect(total(await at.documents(counterList, await at.raise('a', 2)), 'a')).toBe(0);
  poison.armed = false;
  await at.work.retry((await at.work.list())[0]!.id);
  await until('nothing is parked any more', async () => (await at.work.count()) === 0);
  expect(total(await at.documents(counterList, await at.events.head()), 'a')).toBe(15);
  await second.stop();
});

it('takes an erased person out of every document, also of one that is parked', async () => {
  const running = at.project();
  await at.openCounter('a', 'Ada');
  await at.openCounter('b', 'Bea');
  await at.raise('b', 13);
  await at.openCounter('c', 'Cy');
  await at.documents(counterList, await at.raise('a', 1));
  for (const id of ['a', 'b']) await at.keys.destroy('net_1', `owner-${id}`);
  const last = await at.write('z', { type: 'PersonErased', data: { subjects: ['owner-a', 'owner-b'] } });
  const documents = await at.documents(counterList, last);
  expect(documents).toMatchObject({
    a: { owner: { subject: 'owner-a', erased: true }, total: 1 },
    b: { owner: { subject: 'owner-b', erased: true } },
    c: { owner: { value: 'Cy' } },
  });
  expect(JSON.stringify(documents)).not.toMatch(/Ada|Bea/);
  poison.armed = false;
  await at.work.retry((await at.work.list())[0]!.id);
  const after = await at.raise('b', 1);
  await until('nothing is parked any more', async () => (await at.work.count()) === 0);
  expect((await at.documents(counterList, after)).b).toMatchObject({ owner: { erased: true }, total: 14 });
  await running.stop();
});

it('builds anew from a log of another name, and serves the old documents until then', async () => {
  const first = at.project();
  await at.openCounter('a');
  await at.documents(counterList, await at.raise('a', 2));
  await first.stop();
  at = await at.reopen({ restored: true });
  const generations = new Generations(at.store);
  const before = tableOf((await generations.pointers(['counter-list'])).get('counter-list')!);
  const second = at.project();
  await until(
    'the model is of the new log',
    async () => (await generations.pointers(['counter-list'])).get('counter-list')!.generation > before.generation,
  );
  expect(total(await at.documents(counterList, await at.raise('a', 3)), 'a')).toBe(5);
  await second.stop();
});

it('tells what is being folded for those who wait', async () => {
  const running = at.project();
  await at.documents(counterList, await at.openCounter('a'));
  const position = await at.raise('a', 1);
  await until('it was told', () => running.news.some((each) => each.kind === 'folded' && each.position >= position && each.end));
  const serving = running.news.filter((each) => each.kind === 'serving').at(-1);
  expect(serving).toMatchObject({
    models: expect.arrayContaining([expect.objectContaining({ model: 'sums', types: ['CounterOpened', 'CounterRaised'] })]),
  });
  await running.stop();
});

it('keeps documents in memory, and takes up what another projector put right', async () => {
  const loads: string[] = [];
  const counting = new Proxy(at.store, {
    get: (store, name) => {
      const member = Reflect.get(store, name, store) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: [{ model: string }, ...unknown[]]) => {
        if (name === 'load' && args[0].model === 'counter-list') loads.push(...(args[1] as string[]));
        return (member as (...of: unknown[]) => unknown).apply(store, args);
      };
    },
  });
  const running = at.project(counting);
  await at.documents(counterList, await at.openCounter('a'));
  for (let n = 1; n <= 5; n++) await at.documents(counterList, await at.raise('a', n));
  expect(loads.filter((id) => id === 'a').length).toBeLessThan(3);
  await at.documents(counterList, await at.raise('a', 13));
  poison.armed = false;
  const other = at.project();
  await at.work.retry((await at.work.list())[0]!.id);
  await until('nothing is parked any more', async () => (await at.work.count()) === 0);
  await other.stop();
  expect(total(await at.documents(counterList, await at.raise('a', 2)), 'a')).toBe(30);
  await running.stop();
});
