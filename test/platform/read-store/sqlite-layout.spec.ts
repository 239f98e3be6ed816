import Database from 'better-sqlite3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelDocument, Table } from '../../../src/platform/read-store/read-store';
import { SqliteReadStore } from '../../../src/platform/read-store/sqlite';

const table: Table = { model: 'cards', version: 1, generation: 1 };
const indexes = [['network', '-n'], ['holder.email'], ['open']];
const at = (id: string, position: number, doc: object | null, subjects: string[] = []): ModelDocument => ({ id, position, doc, subjects });

let folder: string;
let store: SqliteReadStore;
let look: Database.Database;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'largesse-layout-'));
  store = await SqliteReadStore.open({ folder, role: 'projector' });
  look = new Database(join(folder, 'models.db'));
});
afterEach(async () => {
  look.close();
  await store.close();
  await rm(folder, { recursive: true });
});

const found = async (filter: object) =>
  (await store.find<{ id: string }>(table, { filter: filter as never, sort: ['id'] })).map(({ id }) => id);

describe.each([
  ['in columns', ''],
  [
    'of an older make, without columns',
    `CREATE TABLE m_cards_1_1 (id TEXT PRIMARY KEY, position INTEGER NOT NULL, doc TEXT, subjects TEXT);
     INSERT INTO m_cards_1_1 VALUES ('old', 1, '{"network":"n9","n":1}', '["ann"]'), ('gone', 1, NULL, NULL);
     CREATE INDEX "i_m_cards_1_1:network,-n" ON m_cards_1_1 (json_extract(doc, '$."network"'), json_extract(doc, '$."n"') DESC, id DESC)
       WHERE doc IS NOT NULL;`,
  ],
])('A table %s', (_, made) => {
  beforeEach(async () => {
    if (made) look.exec(made);
    await store.ensureTable(table, indexes);
  });

  it('follows every change of what it is searched by', async () => {
    await store.replace(table, [
      at('a', 2, { network: 'n1', n: 1, holder: { email: 'ann@example.com' }, open: true }, ['ann']),
      at('b', 2, { network: 'n1', n: 2, holder: { email: 'bob@example.com' }, open: 1, note: 'x' }, ['bob']),
    ]);
    expect(await found({ network: 'n1', open: true })).toEqual(['a']);
    expect(await found({ 'holder.email': { prefix: 'bob' } })).toEqual(['b']);
    await store.replace(table, [at('b', 3, { network: 'n1', n: 2, holder: { email: 'bob@example.com' }, open: 1, note: 'y' }, ['cy'])]);
    expect(await store.get(table, 'b')).toMatchObject({ note: 'y' });
    expect([await store.idsOfSubject(table, 'bob'), await store.idsOfSubject(table, 'cy')]).toEqual([[], ['b']]);
    await store.replace(table, [at('b', 4, { network: 'n2', n: 2, holder: null, open: false })]);
    expect([await found({ network: 'n1' }), await found({ network: 'n2', open: false, 'holder.email': null })]).toEqual([['a'], ['b']]);
    expect(await store.replace(table, [at('b', 4, { network: 'n2', n: 2, holder: null, open: false, note: 'late' })])).toBe(0);
    await store.replace(table, [at('a', 5, null)]);
    expect([await found({ network: 'n1' }), await store.count(table, { filter: { network: 'n1' } })]).toEqual([[], 0]);
    expect(await store.replace(table, [at('a', 4, { network: 'n1' })])).toBe(0);
    await store.replace(table, [at('a', 6, { network: 'n1', open: [1] })]);
    expect([await found({ network: 'n1' }), await found({ open: '[1]' })]).toEqual([['a'], made ? ['a'] : []]);
  });
});

it('serves what was written before there were columns', async () => {
  look.exec(`CREATE TABLE m_cards_1_1 (id TEXT PRIMARY KEY, position INTEGER NOT NULL, doc TEXT, subjects TEXT);
    INSERT INTO m_cards_1_1 VALUES ('old', 1, '{"network":"n9","n":1}', '["ann"]'), ('gone', 1, NULL, NULL)`);
  await store.ensureTable(table, indexes);
  expect([await found({ network: 'n9', n: { gt: 0 } }), await found({})]).toEqual([['old'], ['old']]);
  expect(await store.idsOfSubject(table, 'ann')).toEqual(['old']);
});

it('touches no index for a document that changes elsewhere', async () => {
  await store.ensureTable(table, indexes);
  await store.replace(table, [at('a', 1, { network: 'n1', n: 1, note: 'x' })]);
  const pagesOf = (sql: string): string[] => (look.prepare(`EXPLAIN ${sql}`).all() as { opcode: string }[]).map(({ opcode }) => opcode);
  const columns = (look.pragma('table_info(m_cards_1_1)') as { name: string }[]).map(({ name }) => name);
  expect(columns).toEqual(['id', 'position', 'removed', '$.network', '$.n', '$.holder.email', '$.open', 'subjects', 'doc']);
  expect(pagesOf(`UPDATE m_cards_1_1 SET position = 2, subjects = NULL, doc = '{}' WHERE id = 'a'`)).not.toContain('IdxInsert');
});

it('keeps a table that is asked by key alone in the order of its keys', async () => {
  await store.ensureTable(table, []);
  await store.replace(table, [at('b', 1, { n: 1 }), at('a', 1, { n: 2 })]);
  expect(look.prepare(`SELECT sql FROM sqlite_master WHERE name = 'm_cards_1_1'`).pluck().get()).toContain('WITHOUT ROWID');
  expect((await store.scan(table, undefined, 10)).map(({ id }) => id)).toEqual(['a', 'b']);
});
