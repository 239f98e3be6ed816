import { boundsOf } from './paths';
import type { Filter, Query, Value } from './read-store';
import type { Connection } from './sqlite-connection';
import type { Layout } from './sqlite-layout';
import { and, type Clause, where } from './sqlite-query';

type Search = Pick<Query, 'filter' | 'anyOf'>;

/** So many are looked up one by one; of more, the first page of an order is found sooner by walking along it. */
const FEW = 500;
/** Of so many at most; SQLite joins no more than 500 questions into one. */
const MOST_ALTERNATIVES = 50;
/** Conditions that lead to one stretch of an index. */
const LOOKED_UP: ReadonlySet<string> = new Set(['eq', 'prefix']);

/**
 * Finds what may be meant by any of several alternatives, each in its own index. Asked for them in one statement SQLite walks through all
 * of a network's documents, a hundred thousand for three.
 */
export class Lookups {
  private readonly indexes = new Map<string, readonly (readonly string[])[]>();

  constructor(private readonly connection: Connection) {}

  /**
   * The rows of the table, as `few`, among which all that the search means are. None where an alternative has no index, or where they or
   * the alternatives are many.
   */
  few(table: string, { alive, names }: Layout, search: Search): Clause | undefined {
    const alternatives = alternativesOf(search);
    if (alternatives.length === 0 || alternatives.length > MOST_ALTERNATIVES) return undefined;
    const indexes = this.indexesOf(table);
    const parts = alternatives.map((alternative) => lookup(indexes, search.filter ?? {}, alternative));
    if (!parts.every((part) => part !== undefined)) return undefined;
    const clauses = parts.map((filters) => and(filters.map((filter) => where({ filter }, names))));
    const union = clauses.map(({ sql }) => `SELECT * FROM (SELECT rowid FROM "${table}" WHERE ${alive} AND ${sql} LIMIT ${FEW + 1})`);
    const rows = this.connection
      .prepare(`${union.join(' UNION ')} LIMIT ${FEW + 1}`)
      .pluck()
      .all(...clauses.flatMap(({ bound }) => bound)) as number[];
    return rows.length > FEW ? undefined : { sql: 'SELECT value AS few FROM json_each(?)', bound: [JSON.stringify(rows)] };
  }

  forget(): void {
    this.indexes.clear();
  }

  /** The paths of each index, in its order. They are built once, some time after the table is made; older tables have none with columns. */
  private indexesOf(table: string): readonly (readonly string[])[] {
    const known = this.indexes.get(table);
    if (known) return known;
    const columns = this.connection.prepare(
      `SELECT i.name AS "index", c.name AS path FROM pragma_index_list(?) i, pragma_index_info(i.name) c ORDER BY i.name, c.seqno`,
    );
    const found = new Map<string, string[]>();
    for (const { index, path } of columns.all(table) as { index: string; path: string | null }[])
      if (path?.startsWith('$.')) found.set(index, [...(found.get(index) ?? []), path.slice(2)]);
    const indexes = [...found.values()];
    if (indexes.length > 0) this.indexes.set(table, indexes);
    return indexes;
  }
}

/** Any of several, or each value of the first "one of". */
function alternativesOf({ filter = {}, anyOf }: Search): readonly Filter[] {
  if (anyOf) return anyOf;
  const oneOf = boundsOf(filter).find(({ name }) => name === 'in');
  return oneOf ? (oneOf.value as readonly Value[]).map((value) => ({ [oneOf.path]: value })) : [];
}

/** An alternative, behind what of the filter stands before it in an index. */
function lookup(indexes: readonly (readonly string[])[], filter: Filter, alternative: Filter): readonly Filter[] | undefined {
  const equal = new Map(boundsOf(filter).flatMap(({ path, name, value }) => (name === 'eq' ? [[path, value as Value] as const] : [])));
  const searched = new Set(boundsOf(alternative).flatMap(({ path, name }) => (LOOKED_UP.has(name) ? [path] : [])));
  for (const paths of indexes) {
    const at = paths.findIndex((path) => !equal.has(path));
    if (at < 0 || !searched.has(paths[at]!)) continue;
    return [Object.fromEntries(paths.slice(0, at).map((path) => [path, equal.get(path)!])), alternative];
  }
  return undefined;
}
