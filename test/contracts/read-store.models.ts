import type { ModelDocument, Query, Table } from '../../src/platform/read-store/read-store';
import type { ReadStorePair } from './read-store.contract';
import { newTable } from './read-store.contract';

const at = (id: string, position: number, doc: object | null, subjects: string[] = []): ModelDocument => ({ id, position, doc, subjects });

export function modelPromises(pair: () => ReadStorePair, race: typeof it | typeof it.skip): void {
  const make = async (indexes: string[][] = []): Promise<Table> => {
    const table = newTable();
    await pair().store.ensureTable(table, indexes);
    return table;
  };
  const pages = async (table: Table) => pair().store.scan(table, undefined, 1_000);

  it('gives back what was written, value for value', async () => {
    const { store } = pair();
    const table = await make();
    const doc = {
      text: 'Zoë 🎁 "quoted" \\ \n',
      empty: '',
      zero: 0,
      negative: -12.5,
      large: 9_007_199_254_740_991,
      yes: true,
      no: false,
      nothing: null,
      nested: { list: [1, 'two', null, { three: [] }], object: {} },
      'dotted.key': 1,
      $dollar: 2,
      'per%cent': 3,
      matrix: [[1], [2, [3]]],
    };
    await store.replace(table, [at('a', 1, doc)]);
    expect(await store.get(table, 'a')).toEqual({ ...doc, id: 'a' });
    expect((await store.load(table, ['a'])).get('a')).toEqual(at('a', 1, doc));
  });

  it('keeps the order of fields', async () => {
    const { store } = pair();
    const table = await make();
    await store.replace(table, [at('a', 1, { z: 1, a: { y: 2, b: 3 }, m: 4 })]);
    expect(JSON.stringify((await store.load(table, ['a'])).get('a')?.doc)).toBe('{"z":1,"a":{"y":2,"b":3},"m":4}');
  });

  it('leaves out what is undefined, as JSON does', async () => {
    const { store } = pair();
    const table = await make();
    await store.replace(table, [at('a', 1, { there: 1, gone: undefined, list: [undefined] })]);
    expect((await store.load(table, ['a'])).get('a')?.doc).toEqual({ there: 1, list: [null] });
  });

  it('adds the id to a document that has none, and leaves one that has', async () => {
    const { store } = pair();
    const table = await make();
    await store.replace(table, [at('a', 1, { n: 1 }), at('b', 1, { id: 'b', n: 2 })]);
    expect(await store.find(table, { sort: ['id'] })).toEqual([
      { id: 'a', n: 1 },
      { id: 'b', n: 2 },
    ]);
  });

  it('knows nothing of an id that was never written', async () => {
    const { store } = pair();
    const table = await make();
    expect(await store.get(table, 'none')).toBeUndefined();
    expect((await store.load(table, ['none'])).size).toBe(0);
  });

  it('replaces where the stored position is lower, and tells how many', async () => {
    const { store } = pair();
    const table = await make();
    expect(await store.replace(table, [at('a', 5, { n: 5 }), at('b', 5, { n: 5 })])).toBe(2);
    expect(await store.replace(table, [at('a', 6, { n: 6 }), at('b', 4, { n: 4 }), at('c', 1, { n: 1 })])).toBe(2);
    expect(await store.find(table, { sort: ['id'] })).toEqual([
      { id: 'a', n: 6 },
      { id: 'b', n: 5 },
      { id: 'c', n: 1 },
    ]);
    expect(await store.replace(table, [])).toBe(0);
  });

  it('never lets a late lower or equal position win', async () => {
    const { store, other } = pair();
    const table = await make();
    await store.replace(table, [at('a', 9, { n: 9 })]);
    expect(await other.replace(table, [at('a', 8, { n: 8 })])).toBe(0);
    expect(await other.replace(table, [at('a', 9, { n: 'again' })])).toBe(0);
    expect((await store.load(table, ['a'])).get('a')).toEqual(at('a', 9, { n: 9 }));
  });

  it('takes positions up to the largest safe integer', async () => {
    const { store } = pair();
    const table = await make();
    const far = Number.MAX_SAFE_INTEGER;
    await store.replace(table, [at('a', far - 1, { n: 1 })]);
    expect(await store.replace(table, [at('a', far, { n: 2 })])).toBe(1);
    expect((await store.load(table, ['a'])).get('a')).toEqual(at('a', far, { n: 2 }));
  });

  race('converges on the highest positions when two projectors race', async () => {
    const { store, other } = pair();
    const table = await make([['n']]);
    const ids = Array.from({ length: 20 }, (_, i) => `id-${i}`);
    const batches = Array.from({ length: 30 }, (_, b) =>
      ids.map((id, i) => at(id, b * 20 + ((i * 7) % 20) + 1, { n: b * 20 + ((i * 7) % 20) + 1 })),
    );
    const shuffled = batches.toReversed().map((batch, i) => (i % 2 ? batch : batch.toReversed()));
    await Promise.all([
      (async () => {
        for (const batch of batches) await store.replace(table, batch);
      })(),
      (async () => {
        for (const batch of shuffled) await other.replace(table, batch);
      })(),
      ...batches.map((batch, i) => (i % 2 ? store : other).replace(table, batch)),
    ]);
    for (const document of await pages(table)) expect(document.doc).toEqual({ n: document.position });
    expect((await pages(table)).map(({ position }) => position).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => 581 + i),
    );
  });

  it('keeps a removed document as an entry that is never found', async () => {
    const { store } = pair();
    const table = await make([['n']]);
    await store.replace(table, [at('a', 1, { n: 1 }), at('b', 1, { n: 2 })]);
    expect(await store.replace(table, [at('a', 2, null)])).toBe(1);
    expect(await store.get(table, 'a')).toBeUndefined();
    expect(await store.find(table, {})).toEqual([{ id: 'b', n: 2 }]);
    expect(await store.find(table, { filter: { n: null } })).toEqual([]);
    expect(await store.count(table, {})).toBe(1);
    expect((await pages(table)).map(({ id }) => id)).toEqual(['b']);
    expect((await store.load(table, ['a', 'b', 'c'])).get('a')).toEqual(at('a', 2, null));
  });

  it('does not resurrect a removed document, but lets a later fact begin it again', async () => {
    const { store, other } = pair();
    const table = await make();
    await store.replace(table, [at('a', 3, null)]);
    expect(await other.replace(table, [at('a', 2, { n: 2 })])).toBe(0);
    expect(await store.get(table, 'a')).toBeUndefined();
    expect(await other.replace(table, [at('a', 4, { n: 4 })])).toBe(1);
    expect(await store.get(table, 'a')).toEqual({ id: 'a', n: 4 });
  });

  it('finds the documents of a person, and forgets those that hold the person no longer', async () => {
    const { store, other } = pair();
    const table = await make();
    await store.replace(table, [at('a', 1, {}, ['ann', 'bob']), at('b', 1, {}, ['bob']), at('c', 1, {})]);
    expect(await store.idsOfSubject(table, 'bob')).toEqual(['a', 'b']);
    await store.load(table, ['a']);
    await store.replace(table, [at('a', 2, {}, ['ann']), at('c', 2, {}, ['bob'])]);
    expect(await other.idsOfSubject(table, 'bob')).toEqual(['b', 'c']);
    await other.replace(table, [at('b', 3, null)]);
    expect(await store.idsOfSubject(table, 'bob')).toEqual(['c']);
    expect(await store.idsOfSubject(table, 'ann')).toEqual(['a']);
    expect(await store.idsOfSubject(table, 'nobody')).toEqual([]);
  });

  it('fills a table without its indexes and builds them afterwards', async () => {
    const { store } = pair();
    const table = newTable();
    const indexes = [['network', '-n'], ['person.name']];
    await store.ensureTable(table, indexes, { deferIndexes: true });
    await store.replace(
      table,
      Array.from({ length: 50 }, (_, i) => at(`id-${i}`, i + 1, { network: `n${i % 2}`, n: i, person: { name: `p${i}` } }, [`s${i}`])),
    );
    expect(await store.idsOfSubject(table, 's7')).toEqual(['id-7']);
    await store.buildIndexes(table, indexes);
    expect(await store.idsOfSubject(table, 's7')).toEqual(['id-7']);
    await store.replace(table, [at('id-7', 100, { network: 'n1', n: 7 }), at('new', 101, { network: 'n1', n: 99 }, ['s7'])]);
    expect(await store.idsOfSubject(table, 's7')).toEqual(['new']);
    expect(await store.find(table, { filter: { network: 'n1' }, sort: ['-n', '-id'], limit: 2 })).toMatchObject([{ n: 99 }, { n: 49 }]);
  });

  it('makes a table once, however often it is asked to', async () => {
    const { store, other } = pair();
    const table = newTable();
    await store.ensureTable(table, [['a']]);
    await store.replace(table, [at('a', 1, { a: 1 })]);
    await other.ensureTable(table, [['a'], ['b']]);
    expect(await other.get(table, 'a')).toEqual({ id: 'a', a: 1 });
  });

  race('makes a table once when several ask for it together', async () => {
    const { store, other } = pair();
    const table = newTable();
    await Promise.all([store.ensureTable(table, [['a']]), other.ensureTable(table, [['a']]), store.ensureTable(table, [['a']])]);
    expect((await other.tables()).filter(({ model }) => model === table.model)).toEqual([table]);
  });

  it('lists tables and drops one with everything in it', async () => {
    const { store, other } = pair();
    const first = await make();
    const second = { ...first, generation: 2 };
    await store.ensureTable(second, [['n']]);
    await store.replace(second, [at('a', 1, { n: 1 }, ['ann'])]);
    expect(await other.tables()).toEqual(expect.arrayContaining([first, second]));
    await store.dropTable(second);
    expect(await other.tables()).not.toContainEqual(second);
    expect(await other.tables()).toContainEqual(first);
    await store.dropTable(second);
    await store.ensureTable(second, [['n']]);
    expect(await store.find(second, {})).toEqual([]);
    expect(await store.idsOfSubject(second, 'ann')).toEqual([]);
  });

  it('scans every document in the order of ids', async () => {
    const { store } = pair();
    const table = await make();
    await store.replace(
      table,
      Array.from({ length: 25 }, (_, i) => at(`id-${String(i).padStart(2, '0')}`, i + 1, { n: i }, ['s'])).toReversed(),
    );
    const first = await store.scan(table, undefined, 10);
    const second = await store.scan(table, first.at(-1)?.id, 10);
    const third = await store.scan(table, second.at(-1)?.id, 10);
    expect([...first, ...second, ...third].map(({ doc }) => (doc as { n: number }).n)).toEqual(Array.from({ length: 25 }, (_, i) => i));
    expect(first[0]).toEqual(at('id-00', 1, { n: 0 }, ['s']));
    expect(await store.scan(table, third.at(-1)?.id, 10)).toEqual([]);
  });

  it('holds documents of a megabyte', async () => {
    const { store } = pair();
    const table = await make();
    const text = 'é🎁x'.repeat(150_000);
    await store.replace(table, [at('a', 1, { text })]);
    expect(await store.get(table, 'a')).toEqual({ id: 'a', text });
  });

  it('writes thousands in one go', async () => {
    const { store } = pair();
    const table = await make([['n']]);
    const documents = Array.from({ length: 5_000 }, (_, i) => at(`id-${i}`, i + 1, { n: i }));
    expect(await store.replace(table, documents)).toBe(5_000);
    expect(await store.replace(table, documents)).toBe(0);
    expect(
      (
        await store.load(
          table,
          documents.map(({ id }) => id),
        )
      ).size,
    ).toBe(5_000);
    expect(await store.count(table, { filter: { n: { gte: 4_000 } } })).toBe(1_000);
  });

  it('counts no further than it is asked to', async () => {
    const { store } = pair();
    const table = await make([['n']]);
    await store.replace(
      table,
      Array.from({ length: 20 }, (_, i) => at(`id-${i}`, i + 1, { n: i % 4 })),
    );
    const counts = [4, 5, 6].map((limit) => store.count(table, { filter: { n: 1 }, limit }));
    expect(await Promise.all(counts)).toEqual([4, 5, 5]);
    expect(await store.count(table, { anyOf: [{ n: 1 }, { n: 2 }], limit: 9 })).toBe(9);
  });

  it('finds few, many and none by either of two names, page by page in order, each once', async () => {
    const { store } = pair();
    const table = await make([
      ['network', 'n'],
      ['network', 'first'],
      ['network', 'last'],
    ]);
    // Some have both names, some are another network's, some are removed.
    const documents = Array.from({ length: 5_000 }, (_, n) => {
      const rare = n % 200 === 0;
      const network = n % 2 === 0 ? 'one' : 'two';
      return at(`id-${n}`, n + 1, { network, n, first: rare ? 'ray' : 'alan', last: n % 3 === 0 ? 'albright' : rare ? 'rao' : 'moore' });
    });
    await store.replace(table, documents);
    await store.replace(
      table,
      documents.filter((_, n) => n % 50 === 0 && n % 100 !== 0).map(({ id }) => ({ id, position: 9_000, doc: null, subjects: [] })),
    );
    await store.replace(table, [{ id: 'id-0', position: 9_000, doc: null, subjects: [] }]);
    for (const [prefix, expected] of [
      ['ra', 24],
      ['al', 2_433],
      ['zz', 0],
    ] as const) {
      const query: Query = { filter: { network: 'one' }, anyOf: [{ first: { prefix } }, { last: { prefix } }] };
      const found: number[] = [];
      for (let after: readonly number[] | undefined; ;) {
        const page = await store.find<{ n: number }>(table, { ...query, sort: ['-n'], after, limit: 700 });
        found.push(...page.map(({ n }) => n));
        if (page.length < 700) break;
        after = [page.at(-1)!.n];
      }
      expect(found).toHaveLength(expected);
      expect(found).toEqual([...new Set(found)].sort((a, b) => b - a));
      expect(await store.count(table, query)).toBe(expected);
      expect(await store.count(table, { ...query, limit: 10 })).toBe(Math.min(expected, 10));
    }
  });
}
