import Database from 'better-sqlite3';
import type { Query } from '../../../src/platform/read-store/read-store';
import type { Connection } from '../../../src/platform/read-store/sqlite-connection';
import { createTable, layoutOf } from '../../../src/platform/read-store/sqlite-layout';
import { Lookups } from '../../../src/platform/read-store/sqlite-lookups';

const INDEXES = [
  ['network', 'n'],
  ['network', 'first'],
  ['network', 'last'],
  ['network', 'blocked', 'n'],
];

describe('looking up alternatives', () => {
  const db = new Database(':memory:');
  const connection = { db, prepare: (sql: string) => db.prepare(sql) } as unknown as Connection;
  const lookups = new Lookups(connection);

  beforeAll(() => {
    db.exec(createTable('people', INDEXES));
    const insert = db.prepare(
      `INSERT INTO people (id, position, removed, "$.network", "$.n", "$.first", "$.last", "$.blocked", doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '{}')`,
    );
    db.transaction(() => {
      for (let n = 0; n < 3_000; n += 1) {
        const [first, last] = n % 1_000 === 7 ? ['ray', 'albright'] : ['alan', n % 1_000 === 8 ? 'rao' : 'moore'];
        insert.run(`id-${n}`, n, n === 2_007 ? 1 : null, n < 2_500 ? 'one' : 'two', n, first, last, n % 500 === 3 ? 'yes' : 'no');
      }
    })();
  });
  afterAll(() => db.close());

  /** The rows that may be meant, as ids; undefined where all must be walked through. */
  function idsOf(query: Pick<Query, 'filter' | 'anyOf'>): readonly string[] | undefined {
    const few = lookups.few('people', layoutOf(connection, 'people'), query);
    const sql = `SELECT id FROM (${few?.sql}) CROSS JOIN people ON rowid = few ORDER BY "$.n"`;
    return (
      few &&
      (db
        .prepare(sql)
        .pluck()
        .all(...few.bound) as string[])
    );
  }

  it('walks through all before the indexes are there, and looks up from then on', () => {
    const query: Query = { filter: { network: 'one' }, anyOf: [{ first: { prefix: 'ra' } }, { last: { prefix: 'ra' } }] };
    expect(idsOf(query)).toBeUndefined();
    for (const paths of INDEXES)
      db.exec(`CREATE INDEX "${paths.join()}" ON people (${paths.map((path) => `"$.${path}"`).join()}) WHERE removed IS NULL`);
    expect(idsOf(query)).toEqual(['id-7', 'id-8', 'id-1007', 'id-1008', 'id-2008']);
  });

  it('takes each value of a "one of", and what meets two alternatives once', () => {
    expect(idsOf({ filter: { network: 'two', blocked: { in: ['yes', 'maybe'] } } })).toEqual(['id-2503']);
    const either: Query = { filter: { network: 'one' }, anyOf: [{ first: 'ray' }, { last: 'albright' }] };
    expect(idsOf(either)).toEqual(['id-7', 'id-1007']);
    expect(idsOf({ filter: { network: 'one', blocked: { in: [] } } })).toBeUndefined();
  });

  it('leaves to a walk what is many, what has no index, and what has no alternatives', () => {
    expect(idsOf({ filter: { network: 'one' }, anyOf: [{ first: { prefix: 'ra' } }, { first: 'alan' }] })).toBeUndefined();
    const unindexed: Query = { filter: { network: 'one' }, anyOf: [{ first: 'ray' }, { city: 'Bath' }] };
    expect(idsOf(unindexed)).toBeUndefined();
    expect(idsOf({ filter: { network: 'one' }, anyOf: [{ first: { gt: 'ray' } }] })).toBeUndefined();
    expect(idsOf({ anyOf: [{ first: 'ray' }] })).toBeUndefined();
    expect(idsOf({ filter: { network: 'one' } })).toBeUndefined();
  });
});
