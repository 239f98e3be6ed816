import type { ReadStorePair } from './read-store.contract';
import { newCollection } from './read-store.contract';

const NOON = Date.UTC(2026, 10, 22, 12);

export function plainPromises(pair: () => ReadStorePair, race: typeof it | typeof it.skip): void {
  let name: string;
  beforeEach(async () => {
    name = newCollection();
    pair().setNow(NOON);
    await pair().store.ensureCollection({ name, indexes: [['owner', '-at'], ['at']] });
  });

  it('reads what was put, with a revision that counts', async () => {
    const { store, other } = pair();
    await store.put(name, 'k', { owner: 'ann', 'dotted.key': { $a: [[1]] } });
    expect(await store.fetch(name, 'k')).toEqual({ key: 'k', doc: { owner: 'ann', 'dotted.key': { $a: [[1]] } }, revision: 1 });
    await other.put(name, 'k', { owner: 'bob' });
    expect(await store.fetch(name, 'k')).toEqual({ key: 'k', doc: { owner: 'bob' }, revision: 2 });
    expect(await store.fetch(name, 'other')).toBeUndefined();
  });

  it('reads many at once', async () => {
    const { store, other, setNow } = pair();
    const keys = Array.from({ length: 450 }, (_, i) => `it's "${i}"`);
    await store.putMany(
      name,
      keys.map((key, i) => ({ key, doc: { i }, expiresAt: i === 7 ? NOON + 1 : undefined })),
    );
    const found = await other.fetchMany(name, [...keys, 'nobody']);
    expect([...found].sort((a, b) => (a.doc as { i: number }).i - (b.doc as { i: number }).i)).toEqual(
      keys.map((key, i) => ({ key, doc: { i }, revision: 1 })),
    );
    setNow(NOON + 2);
    expect(await store.fetchMany(name, keys.slice(6, 9))).toHaveLength(2);
    expect(await store.fetchMany(name, [])).toEqual([]);
    expect(await store.fetchMany(newCollection(), keys)).toEqual([]);
  });

  it('reads a collection that nobody wrote to as empty', async () => {
    const { store } = pair();
    const unknown = newCollection();
    expect(await store.fetch(unknown, 'k')).toBeUndefined();
    expect(await store.list(unknown, { filter: { a: 1 } })).toEqual([]);
    expect(await store.countPlain(unknown, {})).toBe(0);
    expect(await store.removeWhere(unknown, { a: 1 })).toBe(0);
    await store.remove(unknown, 'k');
    expect(await store.putIfAbsent(unknown, 'k', { a: 1 })).toBe(true);
    expect(await store.list(unknown, {})).toHaveLength(1);
  });

  it('lets one of fifty who put if absent win', async () => {
    const { store, other } = pair();
    const won = await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 ? store : other).putIfAbsent(name, 'k', { i })));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await store.fetch(name, 'k')).toEqual({ key: 'k', doc: { i: won.indexOf(true) }, revision: 1 });
    expect(await other.putIfAbsent(name, 'k', { i: 99 })).toBe(false);
  });

  race('lets one of many who compare and set win, each time', async () => {
    const { store, other } = pair();
    await store.put(name, 'k', { i: -1 });
    for (const revision of [1, 2, 3]) {
      const won = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? store : other).compareAndSet(name, 'k', revision, { i })),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.fetch(name, 'k')).toEqual({ key: 'k', doc: { i: won.indexOf(true) }, revision: revision + 1 });
    }
    expect(await store.compareAndSet(name, 'none', 1, {})).toBe(false);
    await store.remove(name, 'k');
    expect(await store.compareAndSet(name, 'k', 4, {})).toBe(false);
  });

  it('writes many at once', async () => {
    const { store } = pair();
    await store.put(name, 'k1', { n: 0 });
    await store.putMany(
      name,
      Array.from({ length: 300 }, (_, i) => ({ key: `k${i}`, doc: { n: i }, ...(i > 250 ? { expiresAt: NOON + 1 } : {}) })),
    );
    expect(await store.countPlain(name, {})).toBe(300);
    expect(await store.fetch(name, 'k1')).toEqual({ key: 'k1', doc: { n: 1 }, revision: 2 });
    pair().setNow(NOON + 1);
    expect(await store.countPlain(name, {})).toBe(251);
    await store.putMany(name, []);
  });

  it('reads what has expired as absent, everywhere', async () => {
    const { store } = pair();
    await store.put(name, 'k', { n: 1 }, { expiresAt: NOON + 1_000 });
    await store.put(name, 'stays', { n: 1 });
    pair().setNow(NOON + 999);
    expect(await store.fetch(name, 'k')).toBeDefined();
    expect(await store.putIfAbsent(name, 'k', { n: 2 })).toBe(false);
    pair().setNow(NOON + 1_000);
    expect(await store.fetch(name, 'k')).toBeUndefined();
    expect((await store.list(name, { filter: { n: 1 } })).map(({ key }) => key)).toEqual(['stays']);
    expect(await store.countPlain(name, { n: 1 })).toBe(1);
    expect(await store.compareAndSet(name, 'k', 1, { n: 3 })).toBe(false);
  });

  race('lets a new one take the place of what has expired, and one winner only', async () => {
    const { store, other } = pair();
    await store.put(name, 'k', { n: 1 }, { expiresAt: NOON });
    await store.put(name, 'p', { n: 1 }, { expiresAt: NOON });
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? store : other).putIfAbsent(name, 'k', { i }, { expiresAt: NOON + 5 })),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await store.fetch(name, 'k')).toMatchObject({ doc: { i: won.indexOf(true) }, revision: 1 });
    await store.put(name, 'p', { n: 3 });
    expect(await store.fetch(name, 'p')).toMatchObject({ key: 'p', doc: { n: 3 } });
  });

  it('moves the expiry with each write', async () => {
    const { store } = pair();
    await store.put(name, 'k', { n: 1 }, { expiresAt: NOON + 10 });
    expect(await store.compareAndSet(name, 'k', 1, { n: 2 }, { expiresAt: NOON + 20 })).toBe(true);
    pair().setNow(NOON + 15);
    expect(await store.fetch(name, 'k')).toMatchObject({ revision: 2 });
    await store.put(name, 'k', { n: 3 });
    pair().setNow(NOON + 1_000);
    expect(await store.fetch(name, 'k')).toMatchObject({ revision: 3 });
  });

  it('sweeps what has expired and nothing else', async () => {
    const { store } = pair();
    await store.sweep(NOON + 1_000);
    await store.putMany(
      name,
      Array.from({ length: 30 }, (_, i) => ({ key: `k${i}`, doc: {}, expiresAt: NOON + 2_000 + i })),
    );
    await store.put(name, 'stays', {});
    expect(await store.sweep(NOON + 2_009)).toBe(10);
    expect(await store.sweep(NOON + 2_009)).toBe(0);
    expect(await store.countPlain(name, {})).toBe(21);
  });

  it('removes one, and all that a filter matches', async () => {
    const { store } = pair();
    await store.putMany(
      name,
      Array.from({ length: 40 }, (_, i) => ({ key: `k${i}`, doc: { owner: i % 2 ? 'ann' : 'bob', at: i } })),
    );
    await store.remove(name, 'k1');
    await store.remove(name, 'k1');
    expect(await store.removeWhere(name, { owner: 'ann', at: { lt: 20 } })).toBe(9);
    expect(await store.countPlain(name, { owner: 'ann' })).toBe(10);
    expect(await store.removeWhere(name, {})).toBe(30);
    expect(await store.countPlain(name, {})).toBe(0);
  });

  it('lists by what the collection is searched by, in pages', async () => {
    const { store } = pair();
    await store.putMany(
      name,
      Array.from({ length: 40 }, (_, i) => ({ key: `k${String(i).padStart(2, '0')}`, doc: { owner: i % 2 ? 'ann' : 'bob', at: i % 10 } })),
    );
    const sort = ['-at', '_id'];
    const first = await store.list<{ at: number }>(name, { filter: { owner: 'ann' }, sort, limit: 7 });
    const last = first.at(-1)!;
    const second = await store.list<{ at: number }>(name, { filter: { owner: 'ann' }, sort, limit: 100, after: [last.doc.at, last.key] });
    const all = [...first, ...second].map(({ key, doc }) => `${doc.at} ${key}`);
    expect(all).toEqual(all.toSorted((a, b) => Number(b[0]) - Number(a[0]) || (a < b ? -1 : 1)));
    expect(all).toHaveLength(20);
    expect(await store.list(name, { anyOf: [{ _id: 'k03' }, { at: 0, owner: 'bob' }] })).toHaveLength(5);
  });

  it('leaves `id` and `key` to the documents', async () => {
    const { store } = pair();
    await store.put(name, 'one', { id: 'x', key: 'y' });
    expect(await store.list(name, { filter: { id: 'x', key: 'y', _id: 'one' } })).toEqual([
      { key: 'one', doc: { id: 'x', key: 'y' }, revision: 1 },
    ]);
    expect(await store.list(name, { filter: { id: 'one' } })).toEqual([]);
  });

  it('takes keys of all kinds', async () => {
    const { store } = pair();
    const keys = ['', ' ', 'a.b', '$x', `it's "quoted"`, 'Zoë 🎁', 'x'.repeat(500), 'policy:0c9d:1'];
    for (const key of keys) expect(await store.putIfAbsent(name, key, { key })).toBe(true);
    for (const key of keys) expect(await store.fetch(name, key)).toEqual({ key, doc: { key }, revision: 1 });
  });

  it('lets everybody see a write once it is acknowledged', async () => {
    const { store, other } = pair();
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        await store.put(name, `k${i}`, { i });
        expect((await store.fetch(name, `k${i}`))?.doc).toEqual({ i });
        expect((await other.fetch(name, `k${i}`))?.doc).toEqual({ i });
      }),
    );
  });

  it('says that it can be used', async () => {
    await expect(pair().store.check()).resolves.toBeUndefined();
  });
}
