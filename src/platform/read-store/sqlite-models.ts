import { limitOf } from './paths';
import type { CountQuery, Query, Table } from './read-store';
import type { Connection } from './sqlite-connection';
import { type ColumnValue, createTable, type Layout, layoutOf } from './sqlite-layout';
import { Lookups } from './sqlite-lookups';
import { and, indexColumns, orderBy, pagesAfter, where } from './sqlite-query';
import type { Clause } from './sqlite-query';

/** A model's document as it is read and as it travels between threads: the document and its subjects are JSON. */
export interface StoredRow {
  readonly id: string;
  readonly position: number;
  readonly doc: string | null;
  readonly subjects: string | null;
}

/** The same to be written, with what goes into columns. */
export interface ModelRow extends StoredRow {
  readonly values: readonly ColumnValue[];
}

const NAME = /^m_([a-z0-9-]+)_(\d+)_(\d+)$/;
const REMEMBERED = 10_000;
/** The tables of read models on one connection: `m_…` holds documents, `s_…` finds them by person. */
export class SqliteModels {
  /** Subjects that are already entered, so that a document that keeps its persons costs no second write. Only ever added to. */
  private readonly entered = new Map<string, Map<string, string | null>>();
  private readonly layouts = new Map<string, Layout>();
  private readonly lookups: Lookups;
  /** Tables whose indexes are built. */
  private readonly built = new Set<string>();
  /** Tables that are filled just now, until their indexes are built. */
  private readonly filling = new Set<string>();

  constructor(private readonly connection: Connection) {
    this.lookups = new Lookups(connection);
  }

  ensure(table: Table, indexes: readonly (readonly string[])[], deferIndexes: boolean): void {
    const name = nameOf(table);
    this.connection.db.exec(createTable(name, indexes));
    if (deferIndexes) this.fill(name);
    else this.build(table, indexes);
  }

  build(table: Table, indexes: readonly (readonly string[])[]): void {
    const name = nameOf(table);
    const { names, alive } = this.layout(name);
    for (const paths of indexes) {
      const columns = indexColumns(paths, names);
      this.connection.db.exec(`CREATE INDEX IF NOT EXISTS "i_${name}:${paths.join()}" ON "${name}" (${columns}) WHERE ${alive}`);
    }
    if (!this.hasSubjects(name)) {
      this.connection.db.exec(`CREATE TABLE "${subjectsOf(name)}" (subject TEXT, id TEXT, PRIMARY KEY (subject, id)) WITHOUT ROWID`);
      this.connection.db.exec(
        `INSERT OR IGNORE INTO "${subjectsOf(name)}" SELECT s.value, t.id FROM "${name}" t, json_each(t.subjects) s ORDER BY 1, 2`,
      );
      this.forget();
    }
    this.filled(name);
  }

  drop(table: Table): void {
    const name = nameOf(table);
    this.connection.db.exec(`DROP TABLE IF EXISTS "${subjectsOf(name)}"; DROP TABLE IF EXISTS "${name}"`);
    this.filled(name);
    this.forget();
  }

  all(): Table[] {
    const names = this.connection.prepare(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`).pluck().all() as string[];
    return names.flatMap((name) => {
      const [, model, version, generation] = NAME.exec(name) ?? [];
      return model ? [{ model, version: Number(version), generation: Number(generation) }] : [];
    });
  }

  load(table: Table, ids: readonly string[]): StoredRow[] {
    const name = nameOf(table);
    const sql = `SELECT id, position, doc, subjects FROM "${name}" WHERE id IN (SELECT value FROM json_each(?))`;
    const rows = this.connection.prepare(sql).all(JSON.stringify(ids)) as StoredRow[];
    if (this.connection.access === 'write' && this.hasSubjects(name)) {
      const entered = this.enteredIn(name);
      for (const { id, subjects } of rows) entered.set(id, subjects);
    }
    return rows;
  }

  /** One statement a document: it is the condition on the stored position that makes repeats and races harmless. */
  replace(table: Table, rows: readonly ModelRow[]): number {
    const name = nameOf(table);
    const layout = this.layout(name);
    const indexed = this.hasSubjects(name);
    const upsert = this.connection.prepare(layout.upsert);
    const keep = indexed && layout.keep ? this.connection.prepare(layout.keep) : undefined;
    const entered = indexed ? this.enteredIn(name) : undefined;
    let written = 0;
    for (const { id, position, doc, subjects, values } of rows) {
      const kept = doc !== null && keep !== undefined && keep.run(position, subjects, doc, id, position, values).changes > 0;
      const removed = layout.marksRemoved ? [doc === null ? 1 : null] : [];
      if (!kept && upsert.run(id, position, removed, values, subjects, doc).changes === 0) continue;
      written += 1;
      if (entered && subjects && entered.get(id) !== subjects) this.enter(name, id, subjects, entered);
    }
    return written;
  }

  private fill(name: string): void {
    this.filling.add(name);
    this.connection.filling(true);
  }

  private filled(name: string): void {
    if (this.filling.delete(name) && this.filling.size === 0) this.connection.filling(false);
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
    for (const { sql, bound } of this.findStatements(table, query, this.few(table, query))) {
      rows.push(...(this.connection.prepare(sql).all(...bound, limit - rows.length) as typeof rows));
      if (rows.length >= limit) break;
    }
    return rows;
  }

  count(table: Table, query: CountQuery): number {
    const { names, alive } = this.layout(nameOf(table));
    const few = this.few(table, query);
    const matching = where(query, names);
    return this.connection
      .prepare(`SELECT count(*) FROM (SELECT 1 FROM ${sourceOf(table, few)} WHERE ${alive} AND ${matching.sql} LIMIT ?)`)
      .pluck()
      .get(...(few?.bound ?? []), ...matching.bound, query.limit ?? -1) as number;
  }

  scan(table: Table, after: string | undefined, limit: number): StoredRow[] {
    const sql = `SELECT id, position, doc, subjects FROM "${nameOf(table)}" WHERE doc IS NOT NULL AND id > ? ORDER BY id LIMIT ?`;
    return this.connection.prepare(sql).all(after ?? '', limit) as StoredRow[];
  }

  /** One statement for each part of the page that follows a cursor, among all or the `few` that can be meant; the limit is bound last. */
  findStatements(table: Table, query: Query, few?: Clause): Clause[] {
    const { names, alive } = this.layout(nameOf(table));
    const sort = orderBy(query.sort ?? ['_id'], names);
    const matching = where(query, names);
    return pagesAfter(query, names).map((part) => {
      const { sql, bound } = and([matching, part]);
      return {
        sql: `SELECT id, doc FROM ${sourceOf(table, few)} WHERE ${alive} AND ${sql} ORDER BY ${sort} LIMIT ?`,
        bound: [...(few?.bound ?? []), ...bound],
      };
    });
  }

  private few(table: Table, query: CountQuery): Clause | undefined {
    const name = nameOf(table);
    return this.lookups.few(name, this.layout(name), query);
  }

  /** What goes into the columns of a document that is written. */
  pathsOf(table: Table): readonly string[] {
    return this.layout(nameOf(table)).paths;
  }

  /** What was remembered may not have been committed. */
  forget(): void {
    this.entered.clear();
    this.layouts.clear();
    this.lookups.forget();
    this.built.clear();
  }

  /** Names of tables are not used again with other columns, so what was seen once stays true. */
  private layout(name: string): Layout {
    const known = this.layouts.get(name);
    if (known) return known;
    const layout = layoutOf(this.connection, name);
    if (layout.exists) this.layouts.set(name, layout);
    return layout;
  }

  private hasSubjects(name: string): boolean {
    if (this.built.has(name)) return true;
    const found = this.connection.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`).get(subjectsOf(name));
    if (found !== undefined) this.built.add(name);
    return found !== undefined;
  }

  private enteredIn(name: string): Map<string, string | null> {
    const known = this.entered.get(name);
    if (known && known.size < REMEMBERED) return known;
    const fresh = new Map<string, string | null>();
    this.entered.set(name, fresh);
    return fresh;
  }
}

export function nameOf({ model, version, generation }: Table): string {
  const name = `m_${model}_${version}_${generation}`;
  if (!NAME.test(name)) throw new Error(`"${name}" is not a name for a table: a model is called in kebab-case`);
  return name;
}

/** What a search reads: the table, or only the few of it. What is on the left is gone through first. */
const sourceOf = (table: Table, few: Clause | undefined): string =>
  few ? `(${few.sql}) CROSS JOIN "${nameOf(table)}" ON rowid = few` : `"${nameOf(table)}"`;

const subjectsOf = (name: string): string => `s_${name.slice(2)}`;
