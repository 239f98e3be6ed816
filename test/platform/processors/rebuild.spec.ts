import Database from 'better-sqlite3';
import { join } from 'node:path';
import { AlreadyRebuilding, type Progress } from '../../../src/platform/processors/rebuild';
import { LogReader } from '../../../src/platform/processors/log-reader';
import { Generations, tableOf } from '../../../src/platform/processors/generations';
import { OnlyInstance } from '../../../src/platform/processors/leases';
import { modelsOf } from '../../../src/platform/processors/stores';
import { failingStore } from '../../support/failing-store';
import { counters, Processing, type Running, until } from '../../support/processing';

const { counterList, sums, poison } = counters;
let at: Processing;
let live: Running | undefined;

beforeEach(async () => void (at = await Processing.open()));
afterEach(async () => {
  poison.armed = true;
  await live?.stop();
  live = undefined;
  await at.remove();
});

async function fill(count: number): Promise<number> {
  let last = 0;
  for (let n = 0; n < count; n++) last = n % 10 === 0 ? await at.openCounter(`c${n}`) : await at.raise(`c${n - (n % 10)}`, n % 13 || 1);
  return last;
}

const generationOf = async (model: string): Promise<number> =>
  (await new Generations(at.store).pointers([model])).get(model)?.generation ?? 0;

it('makes the same documents as the live projector, beside it, while facts go on being written', async () => {
  live = at.project();
  const writing = fill(300);
  await at.documents(sums, 100);
  const before = await generationOf('sums');
  const swapped = await at.rebuild({ page: 20, keepBytes: 3_000 });
  expect(swapped).toEqual(['counter-list', 'sums', 'counters-due']);
  expect(await generationOf('sums')).toBe(before + 1);
  const last = await writing;
  const rebuilt = [await at.documents(counterList, last), await at.documents(sums, last)];
  await live.stop();
  await at.rebuild({ fresh: true });
  expect([await at.documents(counterList, last), await at.documents(sums, last)]).toEqual(rebuilt);
  expect(Object.keys(rebuilt[0]!)).toHaveLength(30);
});

it('comes to the same documents with a thread that reads ahead, also of persons who were erased', async () => {
  await fill(120);
  await at.keys.destroy('net_1', 'owner-c20');
  const last = await at.write('z', { type: 'PersonErased', data: { subject: 'owner-c10' } });
  await at.rebuild({ page: 30 });
  const expected = [await at.documents(counterList, last), await at.documents(sums, last)];
  let threads = 0;
  const readAhead = (wanted: ReadonlySet<string>): LogReader => {
    threads += 1;
    return new LogReader({ dataFolder: at.folder, masterKeys: [at.masterKey], wanted });
  };
  await at.rebuild({ page: 30, fresh: true, readAhead, longLog: 0 });
  expect(threads).toBe(1);
  expect(expected[0]).toMatchObject({
    c0: { owner: { value: 'Sam' } },
    c10: { owner: { erased: true } },
    c20: { owner: { erased: true } },
  });
  expect([await at.documents(counterList, last), await at.documents(sums, last)]).toEqual(expected);
});

it('parks what nobody can open, and folds what else is in its page, with and without a thread that reads ahead', async () => {
  const last = await fill(120);
  const log = new Database(join(at.folder, 'events.db'));
  const { changes } = log
    .prepare(
      `UPDATE events SET data = replace(data, '"sealed":"2.', '"sealed":"2.AAAA') WHERE data LIKE '%"id":"c30"%' AND data LIKE '%sealed%'`,
    )
    .run();
  log.close();
  expect(changes).toBe(1);
  const known = new Set<string>();
  const outcome = async (): Promise<{ documents: object; sums: object; parked: object[] }> => {
    // What is parked within one millisecond comes in any order.
    const parked = (await at.work.list()).filter(({ id }) => !known.has(id)).sort((a, b) => a.name.localeCompare(b.name));
    for (const { id } of parked) known.add(id);
    return {
      documents: await at.documents(counterList, last),
      sums: await at.documents(sums, last),
      parked: parked.map(({ name, position, error }) => ({ name, position, error })),
    };
  };
  await at.rebuild({ page: 30 });
  const expected = await outcome();
  expect(expected.parked).toHaveLength(3);
  expect(Object.keys(expected.documents)).toHaveLength(11);
  const readAhead = (wanted: ReadonlySet<string>): LogReader =>
    new LogReader({ dataFolder: at.folder, masterKeys: [at.masterKey], wanted });
  await at.rebuild({ page: 30, fresh: true, readAhead, longLog: 0 });
  expect(await outcome()).toEqual(expected);
});

it('tells how far it is', async () => {
  const last = await fill(30);
  const told: Progress[] = [];
  await at.rebuild({ onProgress: (progress) => told.push(progress) });
  expect(told.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['folding', 'indexing', 'swapped']));
  expect(told.at(-1)).toMatchObject({ events: 30, position: last, head: last, etaSeconds: 0 });
});

it.each([3, 6, 9, 12, 15])('goes on after it was killed at write %i, and comes to the same documents', async (nth) => {
  const last = await fill(100);
  await at.rebuild();
  const expected = [await at.documents(counterList, last), await at.documents(sums, last)];
  const failing = failingStore(at.store, nth, nth % 2 ? 'before' : 'after');
  await at.rebuild({ store: failing, page: 10, keepBytes: 500 }).catch(() => undefined);
  expect(failing.failed).toBe(true);
  await at.rebuild({ page: 10 });
  expect([await at.documents(counterList, last), await at.documents(sums, last)]).toEqual(expected);
});

it('is not done twice at a time', async () => {
  await fill(50);
  const leases = new OnlyInstance();
  const both = await Promise.allSettled([at.rebuild({ leases }), at.rebuild({ leases })]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect((both.find(({ status }) => status === 'rejected') as PromiseRejectedResult).reason).toBeInstanceOf(AlreadyRebuilding);
});

it('is made at the start for a model whose version was raised; the old one is served until then', async () => {
  live = at.project();
  await at.documents(counterList, await fill(30));
  await live.stop();
  const raised = {
    ...counterList,
    version: 2,
    begins: { CounterOpened: ({ id }: { id: string }) => ({ counter: id, total: 1_000, times: 0 }) },
  };
  live = at.project(at.store, [raised as never, ...modelsOf(counters.registry).slice(1)]);
  await until(
    'version 2 is live',
    async () => (await new Generations(at.store).pointers(['counter-list'])).get('counter-list')?.version === 2,
  );
  const documents = await at.documents(counterList, await at.raise('c0', 1));
  expect((documents.c0 as { total: number }).total).toBeGreaterThan(1_000);
  expect((await at.store.tables()).filter(({ model }) => model === 'counter-list')).toHaveLength(2);
});

it('drops a replaced generation ten minutes later, and not before', async () => {
  await fill(10);
  await at.rebuild();
  await at.rebuild();
  const generations = new Generations(at.store);
  const pointer = (await generations.pointers(['sums'])).get('sums')!;
  expect(await generations.dropReplaced(['sums'], 600_000, pointer.since + 599_999)).toEqual([]);
  expect(await generations.dropReplaced(['sums'], 600_000, pointer.since + 600_000)).toEqual([
    { ...tableOf(pointer), generation: pointer.generation - 1 },
  ]);
});

it('parks what it cannot fold, and leaves out what erased persons were', async () => {
  await at.openCounter('a', 'Ada');
  await at.raise('a', 13);
  await at.openCounter('b', 'Bea');
  await at.write('z', { type: 'PersonErased', data: { subject: 'owner-b' } });
  const last = await at.raise('b', 2);
  await at.rebuild({ page: 2 });
  expect(await at.documents(counterList, last)).toMatchObject({
    a: { total: 0, owner: { value: 'Ada' } },
    b: { total: 2, owner: { subject: 'owner-b', erased: true } },
  });
  expect((await at.work.list()).map(({ name, instance }) => `${name} ${instance}`).sort()).toEqual(['counter-list a', ...[]]);
});
