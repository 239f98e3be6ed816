import { limitOf } from './paths';
import type { Filter, Query } from './read-store';
import type { Connection } from './sqlite-connection';
import { and, indexColumns, orderBy, pagesAfter, PLAIN, where } from './sqlite-query';
import type { Clause } from './sqlite-query';

/** A plain document as it is stored and as it travels between threads. */
export interface PlainRow {
  readonly id: string;
  readonly doc: string;
  readonly revision: number;
}

export interface PlainEntry {
  readonly key: string;
  readonly doc: string;
  readonly expiresAt: number | null;
}

const NAME = /^[a-z0-9-]+$/;
/** Deletions go in portions, so that no commit keeps the others waiting for long. */
export const PORTION = 5_000;

/**
 * Collections of plain documents on one connection, a table each, made when first written to. `now` comes with each call,
 * because the clock belongs to the thread that asks.
 */
export class SqliteCollections {
  private readonly ensured = new Set<string>();

  constructor(private readonly connection: Connection) {}

  ensure(collection: string, indexes: readonly (readonly string[])[]): void {
    const name = this.writable(collection);
    for (const paths of indexes) {
      this.connection.db.exec(`CREATE INDEX IF NOT EXISTS "i_${name}:${paths.join()}" ON "${name}" (${indexColumns(paths, PLAIN)})`);
    }
  }

  putIfAbsent(collection: string, { key, doc, expiresAt }: PlainEntry, now: number): boolean {
    const sql = `INSERT INTO "${this.writable(collection)}" AS p (id, doc, revision, expires) VALUES (?, ?, 1, ?)
      ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, revision = 1, expires = excluded.expires WHERE p.expires <= ?`;
    return this.connection.prepare(sql).run(key, doc, expiresAt, now).changes > 0;
  }

  put(collection: string, entries: readonly PlainEntry[]): void {
    const sql = `INSERT INTO "${this.writable(collection)}" AS p (id, doc, revision, expires) VALUES (?, ?, 1, ?)
      ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, revision = p.revision + 1, expires = excluded.expires`;
    const statement = this.connection.prepare(sql);
    for (const { key, doc, expiresAt } of entries) statement.run(key, doc, expiresAt);
  }

  compareAndSet(collection: string, { key, doc, expiresAt }: PlainEntry, revision: number, now: number): boolean {
    const sql = `UPDATE "${this.writable(collection)}" SET doc = ?, revision = revision + 1, expires = ?
      WHERE id = ? AND revision = ? AND ${LIVE}`;
    return this.connection.prepare(sql).run(doc, expiresAt, key, revision, now).changes > 0;
  }

  remove(collection: string, key: string): void {
    this.connection.prepare(`DELETE FROM "${this.writable(collection)}" WHERE id = ?`).run(key);
  }

  /** Removes a portion; fewer than `PORTION` means that nothing is left. */
  removeWhere(collection: string, filter: Filter, now: number): number {
    const name = this.writable(collection);
    const { sql, bound } = where({ filter }, PLAIN);
    const chosen = `SELECT id FROM "${name}" WHERE ${LIVE} AND ${sql} LIMIT ${PORTION}`;
    return this.connection.prepare(`DELETE FROM "${name}" WHERE id IN (${chosen})`).run(now, ...bound).changes;
  }

  /** Removes a portion of what has expired, of every collection in the file. */
  sweep(now: number): number {
    let swept = 0;
    for (const name of this.names()) {
      const chosen = `SELECT id FROM "${name}" WHERE expires <= ? LIMIT ${PORTION}`;
      swept += this.connection.prepare(`DELETE FROM "${name}" WHERE id IN (${chosen})`).run(now).changes;
    }
    return swept;
  }

  fetch(collection: string, key: string, now: number): PlainRow | undefined {
    const name = this.readable(collection);
    if (!name) return undefined;
    return this.connection.prepare(`SELECT id, doc, revision FROM "${name}" WHERE id = ? AND ${LIVE}`).get(key, now) as
      PlainRow | undefined;
  }

  fetchMany(collection: string, keys: readonly string[], now: number): PlainRow[] {
    const name = this.readable(collection);
    if (!name) return [];
    const sql = `SELECT id, doc, revision FROM "${name}" WHERE id IN (SELECT value FROM json_each(?)) AND ${LIVE}`;
    return this.connection.prepare(sql).all(JSON.stringify(keys), now) as PlainRow[];
  }

  list(collection: string, query: Query, now: number): PlainRow[] {
    const limit = limitOf(query);
    if (!this.readable(collection)) return [];
    const rows: PlainRow[] = [];
    for (const { sql, bound } of listStatements(collection, query)) {
      rows.push(...(this.connection.prepare(sql).all(now, ...bound, limit - rows.length) as PlainRow[]));
      if (rows.length >= limit) break;
    }
    return rows;
  }

  count(collection: string, filter: Filter, now: number): number {
    const name = this.readable(collection);
    if (!name) return 0;
    const { sql, bound } = where({ filter }, PLAIN);
    return this.connection
      .prepare(`SELECT count(*) FROM "${name}" WHERE ${LIVE} AND ${sql}`)
      .pluck()
      .get(now, ...bound) as number;
  }

  /** What was made may not have been committed. */
  forget(): void {
    this.ensured.clear();
  }

  private names(): string[] {
    return this.connection.prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'p_*'`).pluck().all() as string[];
  }

  private readable(collection: string): string | undefined {
    const name = collectionTable(collection);
    if (this.ensured.has(name)) return name;
    const there = this.connection.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`).get(name) !== undefined;
    if (there) this.ensured.add(name);
    return there ? name : undefined;
  }

  private writable(collection: string): string {
    const name = collectionTable(collection);
    if (this.ensured.has(name)) return name;
    this.connection.db.exec(
      `CREATE TABLE IF NOT EXISTS "${name}" (id TEXT PRIMARY KEY, doc TEXT NOT NULL, revision INTEGER NOT NULL, expires INTEGER);
       CREATE INDEX IF NOT EXISTS "x_${name}" ON "${name}" (expires) WHERE expires IS NOT NULL`,
    );
    this.ensured.add(name);
    return name;
  }
}

const LIVE = '(expires IS NULL OR expires > ?)';

export function listStatements(collection: string, query: Query): Clause[] {
  const sort = query.sort ?? ['_id'];
  const matching = where(query, PLAIN);
  return pagesAfter(query, PLAIN).map((part) => {
    const { sql, bound } = and([matching, part]);
    const name = collectionTable(collection);
    return {
      sql: `SELECT id, doc, revision FROM "${name}" WHERE ${LIVE} AND ${sql} ORDER BY ${orderBy(sort, PLAIN)} LIMIT ?`,
      bound,
    };
  });
}

function collectionTable(collection: string): string {
  if (!NAME.test(collection)) throw new Error(`"${collection}" is not a name for a collection: it is written in kebab-case`);
  return `p_${collection}`;
}
