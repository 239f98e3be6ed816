import type { Filter, Table } from '../../src/platform/read-store/read-store';
import type { ReadStorePair } from './read-store.contract';
import { newTable } from './read-store.contract';

const documents: Record<string, object> = {
  a: { network: 'n1', status: 'active', amount: 10, open: true, holder: { email: 'ann@example.com', name: 'Ann' }, note: null },
  b: { network: 'n1', status: 'used', amount: 0, open: false, holder: { email: 'bob@example.com' } },
  c: { network: 'n1', status: 'active', amount: 25.5, holder: { email: 'Ann@example.org' }, note: 'x' },
  d: { network: 'n2', status: 'active', amount: -3, open: true, holder: { email: 'anna%_.*@example.com' } },
  e: { network: 'n2', status: 'pending', amount: '10', holder: { email: 'zoë@exämple.com', name: 'Zoë' } },
  f: { network: 'n2', amount: 1, open: 1, holder: null },
  g: { network: 'n2', amount: 1_000_000_000_000, note: 'ann' },
};

export function queryPromises(pair: () => ReadStorePair): void {
  describe.each([
    ['without indexes', []],
    ['with indexes', [['network', 'status'], ['amount'], ['open'], ['holder.email'], ['note'], ['-network', 'amount']]],
  ])('%s', (_, indexes) => {
    let table: Table;
    beforeAll(async () => {
      table = newTable();
      await pair().store.ensureTable(table, indexes);
      await pair().store.replace(
        table,
        Object.entries(documents).map(([id, doc]) => ({ id, position: 1, doc, subjects: [] })),
      );
    });

    const ids = async (filter: Filter, anyOf?: Filter[]) => {
      const found = await pair().store.find<{ id: string }>(table, { filter, anyOf, sort: ['id'] });
      expect(await pair().store.count(table, { filter, anyOf })).toBe(found.length);
      return found.map(({ id }) => id).join('');
    };

    it.each<[string, Filter, string]>([
      ['everything for no condition', {}, 'abcdefg'],
      ['an equal text', { status: 'active' }, 'acd'],
      ['an equal number, not its text', { amount: 10 }, 'a'],
      ['an equal text, not its number', { amount: '10' }, 'e'],
      ['zero, not false', { amount: 0 }, 'b'],
      ['true, not one', { open: true }, 'ad'],
      ['one, not true', { open: 1 }, 'f'],
      ['false', { open: false }, 'b'],
      ['null where null or absent', { note: null }, 'abdef'],
      ['a dotted path', { 'holder.email': 'bob@example.com' }, 'b'],
      ['a dotted path through what is not there', { 'holder.name': null }, 'bcdfg'],
      ['all of several', { network: 'n1', status: 'active', amount: { gt: 10 } }, 'c'],
      ['its id', { id: 'c' }, 'c'],
      ['its id by its other name', { _id: { in: ['c', 'd'] } }, 'cd'],
      ['one of', { status: { in: ['used', 'pending', 'nonsense'] } }, 'be'],
      ['one of none', { status: { in: [] } }, ''],
      ['one of, null among them', { note: { in: [null, 'ann'] } }, 'abdefg'],
      ['one of, of all kinds', { open: { in: [true, 1] } }, 'adf'],
      ['one of numbers', { amount: { in: [0, 25.5, 1] } }, 'bcf'],
      ['not equal, the absent included', { status: { ne: 'active' } }, 'befg'],
      ['not null', { note: { ne: null } }, 'cg'],
      ['not true', { open: { ne: true } }, 'bcefg'],
      ['greater, numbers only', { amount: { gt: 1 } }, 'acg'],
      ['at least', { amount: { gte: 1 } }, 'acfg'],
      ['less, numbers only', { amount: { lt: 1 } }, 'bd'],
      ['at most', { amount: { lte: 1 } }, 'bdf'],
      ['between', { amount: { gte: 0, lt: 25.5 } }, 'abf'],
      ['texts in order', { 'holder.email': { gte: 'ann', lt: 'b' } }, 'ad'],
      ['what is there, null included', { note: { exists: true } }, 'acg'],
      ['what is not there', { note: { exists: false } }, 'bdef'],
      ['a prefix, case-sensitive', { 'holder.email': { prefix: 'ann' } }, 'ad'],
      ['a prefix with signs that mean something elsewhere', { 'holder.email': { prefix: 'anna%_.*' } }, 'd'],
      ['such a sign as itself', { 'holder.email': { prefix: '%' } }, ''],
      ['a prefix beyond ASCII', { 'holder.email': { prefix: 'zoë@exä' } }, 'e'],
      ['an empty prefix: any text', { amount: { prefix: '' } }, 'e'],
      ['a prefix of the id', { id: { prefix: 'a' } }, 'a'],
      ['a prefix and more', { 'holder.email': { prefix: 'ann', ne: 'ann@example.com' } }, 'd'],
    ])('finds %s', async (_name, filter, expected) => {
      expect(await ids(filter)).toBe(expected);
    });

    it('finds any of several, beside what must hold', async () => {
      expect(await ids({}, [{ status: 'used' }, { 'holder.email': { prefix: 'ann@' } }])).toBe('ab');
      expect(await ids({ network: 'n1' }, [{ amount: { gt: 20 } }, { amount: 1 }])).toBe('c');
      expect(await ids({ status: 'active' }, [{ network: 'n1', amount: 10 }, { network: 'n2' }])).toBe('ad');
      expect(await ids({}, [{}])).toBe('abcdefg');
      expect(await ids({}, [])).toBe('');
    });

    it('finds one of very many', async () => {
      const many = Array.from({ length: 600 }, (_, n) => `nobody-${n}`);
      expect(await ids({ 'holder.email': { in: [...many, 'bob@example.com'] } })).toBe('b');
      expect(
        await ids(
          {},
          [...many, 'bob@example.com'].map((email) => ({ 'holder.email': email })),
        ),
      ).toBe('b');
    });

    it('does not take quotes for anything else', async () => {
      expect(await ids({ status: `active' OR '1'='1` })).toBe('');
      await expect(ids({ [`status' OR '1`]: 'x' })).rejects.toThrow('is not a path');
      await expect(ids({ $where: 'true' })).rejects.toThrow('is not a path');
      await expect(ids({ status: { $ne: 1 } as never })).rejects.toThrow('has no condition');
    });

    it.each([0, -1, 1.5, 1_001, Number.NaN])('refuses a page of %s documents', async (limit) => {
      await expect(pair().store.find(table, { limit })).rejects.toThrow('1 to 1,000');
    });
  });
}
