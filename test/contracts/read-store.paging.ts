import type { Query, Sort, Table, Value } from '../../src/platform/read-store/read-store';
import type { ReadStorePair } from './read-store.contract';
import { newTable } from './read-store.contract';

interface Item {
  readonly id: string;
  readonly network: string;
  readonly day: string | null;
  readonly amount?: number;
}

/** Many equal values, so that most pages end among equals; some null, some absent. */
const items: Item[] = Array.from({ length: 60 }, (_, i) => ({
  id: `card-${String((i * 37) % 60).padStart(2, '0')}`,
  network: `n${i % 2}`,
  day: i % 5 === 0 ? null : `2026-11-0${(i % 4) + 1}`,
  ...(i % 7 === 0 ? {} : { amount: (i % 3) - 1 }),
}));

const rank = (value: Value | undefined): Value => value ?? null;
function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}
const values = (item: Item, sort: Sort): Value[] => sort.map((path) => rank(item[path.replace('-', '') as keyof Item]));
function ordered(some: readonly Item[], sort: Sort): Item[] {
  return some.toSorted((a, b) => {
    for (const path of sort) {
      const key = path.replace('-', '') as keyof Item;
      const difference = compare(rank(a[key]), rank(b[key]));
      if (difference !== 0) return path.startsWith('-') ? -difference : difference;
    }
    return 0;
  });
}

export function pagingPromises(pair: () => ReadStorePair): void {
  let table: Table;
  const write = (some: readonly Item[], position = 1) =>
    pair().store.replace(
      table,
      some.map((doc) => ({ id: doc.id, position, doc, subjects: [] })),
    );
  beforeEach(async () => {
    table = newTable();
    await pair().store.ensureTable(table, [['network', '-day'], ['amount']]);
    await write(items);
  });

  async function* pages(query: Query & { sort: Sort }): AsyncGenerator<readonly Item[]> {
    let after: Value[] | undefined;
    for (;;) {
      const page = await pair().store.find<Item>(table, { ...query, after });
      if (page.length === 0) return;
      yield page;
      after = values(page.at(-1)!, query.sort);
    }
  }

  it.each<[Sort]>([
    [['id']],
    [['-id']],
    [['day', 'id']],
    [['-day', '-id']],
    [['-day', 'id']],
    [['day', '-amount', 'id']],
    [['-network', 'day', '-amount', 'id']],
    [['amount', '-day', '-id']],
  ])('walks through everything once in the order of %j', async (sort) => {
    for (const limit of [7, 60]) {
      const seen: Item[] = [];
      for await (const page of pages({ sort, limit })) seen.push(...page);
      expect(seen.map(({ id }) => id)).toEqual(ordered(items, sort).map(({ id }) => id));
    }
  });

  it('walks through what a filter leaves', async () => {
    const sort = ['-day', '-id'];
    const seen: Item[] = [];
    for await (const page of pages({ sort, limit: 4, filter: { network: 'n1' }, anyOf: [{ amount: { gte: 0 } }, { day: null }] }))
      seen.push(...page);
    const expected = ordered(
      items.filter(({ network, amount, day }) => network === 'n1' && ((amount ?? -1) >= 0 || day === null)),
      sort,
    );
    expect(seen).toEqual(expected);
  });

  it('neither repeats nor misses what was there, whatever comes in between', async () => {
    const sort = ['-day', 'amount', 'id'];
    const seen: Item[] = [];
    let round = 0;
    for await (const page of pages({ sort, limit: 5 })) {
      seen.push(...page);
      round += 1;
      await write([
        { id: `new-a-${round}`, network: 'n0', day: '2026-12-01', amount: 0 },
        { id: `new-b-${round}`, network: 'n0', day: page[0].day, amount: -5 },
        { id: `new-c-${round}`, network: 'n0', day: null, amount: -9 },
      ]);
      if (round > 60) throw new Error('The walk does not end');
    }
    const old = seen.filter(({ id }) => id.startsWith('card-'));
    expect(old.map(({ id }) => id)).toEqual(ordered(items, sort).map(({ id }) => id));
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  });

  it('orders texts by code points', async () => {
    const names = ['', 'A', 'Z', 'a', 'é', '\uFFFD', '🎁', '中'];
    table = newTable();
    await pair().store.ensureTable(table, [['day']]);
    await write(names.map((day, i) => ({ id: `id-${i}`, network: 'n', day })).toReversed());
    const seen: string[] = [];
    for await (const page of pages({ sort: ['day', 'id'], limit: 3 })) seen.push(...page.map(({ day }) => day!));
    expect(seen).toEqual(['', 'A', 'Z', 'a', 'é', '中', '\uFFFD', '🎁']);
  });

  it('gives a hundred when nothing is said, in the order of ids', async () => {
    await write(Array.from({ length: 120 }, (_, i) => ({ id: `x-${String(i).padStart(3, '0')}`, network: 'n', day: null })));
    const page = await pair().store.find<Item>(table, { filter: { network: 'n' } });
    expect(page.map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, i) => `x-${String(i).padStart(3, '0')}`));
  });

  it('refuses a cursor of another order', async () => {
    await expect(pair().store.find(table, { sort: ['day', 'id'], after: ['2026-11-01'] })).rejects.toThrow('cursor has 1 values');
  });
}
