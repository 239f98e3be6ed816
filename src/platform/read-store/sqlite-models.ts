import { limitOf, MODEL_NAMES } from './paths';
import type { Query, Table } from './read-store';
import type { Connection } from './sqlite-connection';
import { and, indexColumns, orderBy, pagesAfter, where } from './sqlite-query';
import type { Clause } from './sqlite-query';

/** A model's document as it is stored and as it travels between threads: the document and its subjects are JSON. */
export interface ModelRow {
  readonly id: string;
  readonly position: number;
  readonly doc: string | null;
  readonly subjects: string | null;
}

const NAME = /^m_([a-z0-9-]+)_(\d+)_(\d+)$/;
const REMEMBERED = 50_000;

/** The tables of read models on one connection: `m_…` holds documents, `s_…` finds them by person. */
export class SqliteModels {
  /** Subjects that are already entered, so that a document that keeps its persons costs no second write. Only ever added to. */
  private readonly entered = new Map<string, Map<string, string | null>>();

  constructor(private readonly connection: Connection) {}

  ensure(table: Table, indexes: readonly (readonly string[])[], deferIndexes: boolean): void {
    const name = nameOf(table);
    this.connection.db.exec(
      `CREATE TABLE IF NOT EXISTS "${name}" (id TEXT PRIMARY KEY, position INTEGER NOT NULL, doc TEXT, subjects TEXT)`,
    );
    if (!deferIndexes) this.build(table, indexes);
  }

  build(table: Table, indexes: readonly (readonly string[])[]): void {
    const name = nameOf(table);
    for (const paths of indexes) {
      const columns = indexColumns(paths, MODEL_NAMES);
      this.connection.db.exec(`CREATE INDEX IF NOT EXISTS "i_${name}:${paths.join()}" ON "${name}" (${columns}) WHERE doc IS NOT NULL`);
    }
    if (this.hasSubjects(name)) return;
    this.connection.db.exec(`CREATE TABLE "${subjectsOf(name)}" (subject TEXT, id TEXT, PRIMARY KEY (subject, id)) WITHOUT ROWID`);
    this.connection.db.exec(
      `INSERT OR IGNORE INTO "${subjectsOf(name)}" SELECT s.value, t.id FROM "${name}" t, json_each(t.subjects) s ORDER BY 1, 2`,
    );
    this.forget();
  }

  drop(table: Table): void {
    this.connection.db.exec(`DROP TABLE IF EXISTS "${subjectsOf(nameOf(table))}"; DROP TABLE IF EXISTS "${nameOf(table)}"`);
    this.forget();
  }

  all(): Table[] {
    const names = this.connection.prepare(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`).pluck().all() as string[];
    return names.flatMap((name) => {
      const [, model, version, generation] = NAME.exec(name) ?? [];
      return model ? [{ model, version: Number(version), generation: Number(generation) }] : [];
    });
  }

  load(table: Table, ids: readonly string[]): ModelRow[] {
    const name = nameOf(table);
    const sql = `SELECT id, position, doc, subjects FROM "${name}" WHERE id IN (SELECT value FROM json_each(?))`;
    const rows = this.connection.prepare(sql).all(JSON.stringify(ids)) as ModelRow[];
    if (this.connection.access === 'write' && this.hasSubjects(name)) {
      const entered = this.enteredIn(name);
      for (const { id, subjects } of rows) entered.set(id, subjects);
    }
    return rows;
  }

  /** One statement a document: it is the condition on the stored position that makes repeats and races harmless. */
  replace(table: Table, rows: readonly ModelRow[]): number {
    const name = nameOf(table);
    const upsert = this.connection.prepare(
      `INSERT INTO "${name}" (id, position, doc, subjects) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
       SET position = excluded.position, doc = excluded.doc, subjects = excluded.subjects WHERE position < excluded.position`,
    );
    const entered = this.hasSubjects(name) ? this.enteredIn(name) : undefined;
    let written = 0;
    for (const { id, position, doc, subjects } of rows) {
      if (upsert.run(id, position, doc, subjects).changes === 0) continue;
      written += 1;
      if (entered && subjects && entered.get(id) !== subjects) this.enter(name, id, subjects, entered);
    }
    return written;
  }

  private enter(name: string, id: string, subjects: string, entered: Map<string, string | null>): void {
    const insert = this.connection.prepare(`INSERT OR IGNORE INTO "${subjectsOf(name)}" (subject, id) VALUES (?, ?)`);
    for (const subject of JSON.parse(subjects) as string[]) insert.run(subject, id);
    entered.set(id, subjects);
  }

  /** Entries are never taken back, so each is held against the document. A table without its indexes is searched through. */
  idsOfSubject(table: Table, subject: string): string[] {
    const name = nameOf(table);
    const holds = `EXISTS (SELECT 1 FROM json_each(t.subjects) WHERE value = ?)`;
    if (!this.hasSubjects(name))
      return this.connection.prepare(`SELECT t.id FROM "${name}" t WHERE ${holds} ORDER BY t.id`).pluck().all(subject) as string[];
    const sql = `SELECT t.id FROM "${subjectsOf(name)}" s JOIN "${name}" t ON t.id = s.id WHERE s.subject = ? AND ${holds} ORDER BY t.id`;
    return this.connection.prepare(sql).pluck().all(subject, subject) as string[];
  }

  get(table: Table, id: string): string | null | undefined {
    return this.connection
      .prepare(`SELECT doc FROM "${nameOf(table)}" WHERE id = ?`)
      .pluck()
      .get(id) as string | null | undefined;
  }

  find(table: Table, query: Query): { id: string; doc: string }[] {
    const limit = limitOf(query);
    const rows: { id: string; doc: string }[] = [];
    for (const { sql, bound } of findStatements(table, query)) {
      rows.push(...(this.connection.prepare(sql).all(...bound, limit - rows.length) as typeof rows));
      if (rows.length >= limit) break;
    }
    return rows;
  }

  count(table: Table, query: Pick<Query, 'filter' | 'anyOf'>): number {
    const { sql, bound } = where(query, MODEL_NAMES);
    return this.connection
      .prepare(`SELECT count(*) FROM "${nameOf(table)}" WHERE doc IS NOT NULL AND ${sql}`)
      .pluck()
      .get(...bound) as number;
  }

  scan(table: Table, after: string | undefined, limit: number): ModelRow[] {
    const sql = `SELECT id, position, doc, subjects FROM "${nameOf(table)}" WHERE doc IS NOT NULL AND id > ? ORDER BY id LIMIT ?`;
    return this.connection.prepare(sql).all(after ?? '', limit) as ModelRow[];
  }

  /** What was remembered may not have been committed. */
  forget(): void {
    this.entered.clear();
  }

  private hasSubjects(name: string): boolean {
    return this.connection.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`).get(subjectsOf(name)) !== undefined;
  }

  private enteredIn(name: string): Map<string, string | null> {
    const known = this.entered.get(name);
    if (known && known.size < REMEMBERED) return known;
    const fresh = new Map<string, string | null>();
    this.entered.set(name, fresh);
    return fresh;
  }
}

/** One statement for each part of the page that follows a cursor; the limit is bound last. */
export function findStatements(table: Table, query: Query): Clause[] {
  const sort = query.sort ?? ['_id'];
  const matching = where(query, MODEL_NAMES);
  return pagesAfter(query, MODEL_NAMES).map((part) => {
    const { sql, bound } = and([matching, part]);
    return {
      sql: `SELECT id, doc FROM "${nameOf(table)}" WHERE doc IS NOT NULL AND ${sql} ORDER BY ${orderBy(sort, MODEL_NAMES)} LIMIT ?`,
      bound,
    };
  });
}

export function nameOf({ model, version, generation }: Table): string {
  const name = `m_${model}_${version}_${generation}`;
  if (!NAME.test(name)) throw new Error(`"${name}" is not a name for a table: a model is called in kebab-case`);
  return name;
}

const subjectsOf = (name: string): string => `s_${name.slice(2)}`;
