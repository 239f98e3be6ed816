import { boundsOf, checkedPath, cursorOf, following } from './paths';
import { PLAIN_NAMES } from './paths';
import type { Bound as Condition, OwnNames } from './paths';
import type { Filter, Query, Sort, Value } from './read-store';

/**
 * Filters and pages as SQL. Paths are written into the text, because SQLite uses an expression index only for the same
 * expression; values are bound. Both kinds of tables have the columns `id` and `doc`; models have columns for what they are searched by.
 */
export interface Clause {
  readonly sql: string;
  readonly bound: readonly Bound[];
}
export type Bound = string | number | null;

/** What paths are called in a table: the document's own names stand for its id; some paths have columns of their own. */
export interface Names {
  readonly own: OwnNames;
  /** Path to column, quoted. */
  readonly columns: ReadonlyMap<string, string>;
}

export const PLAIN: Names = { own: PLAIN_NAMES, columns: new Map() };

const FALSE: Clause = { sql: '0', bound: [] };

export function expression(path: string, names: Names): string {
  checkedPath(path);
  if (names.own.has(path)) return 'id';
  return names.columns.get(path) ?? `json_extract(doc, '${jsonPath(path)}')`;
}

const jsonPath = (path: string): string =>
  `$${path
    .split('.')
    .map((name) => `."${name}"`)
    .join('')}`;

const typeOf = (path: string, names: Names): string =>
  names.own.has(path) ? `'text'` : `coalesce(json_type(doc, '${jsonPath(path)}'), 'null')`;

/** Whether it is a text; a column says so itself, anything else only the document. */
function isText(path: string, names: Names): string {
  const column = names.columns.get(path);
  return column ? `typeof(${column}) = 'text'` : `${typeOf(path, names)} = 'text'`;
}

/** The columns of an index, with the id last, so that a page sorted by the index and the id needs no sorting. */
export function indexColumns(paths: readonly string[], names: Names): string {
  const parts = paths.map((path) => ordered(path, names));
  const last = paths.at(-1)?.startsWith('-') ? 'id DESC' : 'id';
  return (paths.some((path) => names.own.has(path.replace(/^-/, ''))) ? parts : [...parts, last]).join(', ');
}

function ordered(path: string, names: Names): string {
  return path.startsWith('-') ? `${expression(path.slice(1), names)} DESC` : expression(path, names);
}

export function orderBy(sort: Sort, names: Names): string {
  return sort.map((path) => ordered(path, names)).join(', ');
}

export function where({ filter, anyOf }: Pick<Query, 'filter' | 'anyOf'>, names: Names): Clause {
  const all = filter ? conditions(filter, names) : [];
  if (!anyOf) return and(all);
  return and([...all, or(anyOf.map((each) => and(conditions(each, names))))]);
}

export function and(clauses: readonly Clause[]): Clause {
  return { sql: clauses.map(({ sql }) => sql).join(' AND ') || '1', bound: clauses.flatMap(({ bound }) => bound) };
}

function or(clauses: readonly Clause[]): Clause {
  return { sql: `(${clauses.map(({ sql }) => `(${sql})`).join(' OR ') || '0'})`, bound: clauses.flatMap(({ bound }) => bound) };
}

const conditions = (filter: Filter, names: Names): Clause[] => boundsOf(filter).map((bound) => condition(bound, names));

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

function condition({ path, name, value }: Condition, names: Names): Clause {
  const own = names.own.has(path);
  switch (name) {
    case 'eq':
      return equals(path, value as Value, names);
    case 'ne':
      return not(equals(path, value as Value, names));
    case 'in':
      return or((value as readonly Value[]).length > 0 ? membership(path, value as readonly Value[], names) : [FALSE]);
    case 'prefix':
      return startsWith(expression(path, names), value as string, own ? undefined : isText(path, names));
    case 'exists':
      if (own) return { sql: value ? '1' : '0', bound: [] };
      return { sql: `json_type(doc, '${jsonPath(path)}') IS ${value ? 'NOT NULL' : 'NULL'}`, bound: [] };
    default:
      return compared(path, OPERATORS[name], value as string | number, names);
  }
}

/** JSON's true and false come out of SQLite as 1 and 0, so what could be confused is told apart by its type. */
function equals(path: string, value: Value, names: Names): Clause {
  const left = expression(path, names);
  if (value === null) return { sql: `${left} IS NULL`, bound: [] };
  if (names.own.has(path)) return { sql: `${left} = ?`, bound: [bind(value)] };
  if (typeof value === 'boolean') return { sql: `(${left} = ? AND ${typeOf(path, names)} = '${value}')`, bound: [bind(value)] };
  if (value === 0 || value === 1) return { sql: `(${left} = ? AND ${typeOf(path, names)} NOT IN ('true', 'false'))`, bound: [value] };
  return { sql: `${left} = ?`, bound: [value] };
}

/** What is absent is not equal to anything, so it counts as different. */
const not = ({ sql, bound }: Clause): Clause => ({ sql: `NOT coalesce(${sql}, 0)`, bound });

function membership(path: string, values: readonly Value[], names: Names): Clause[] {
  const isSpecial = (value: Value): boolean => value === null || typeof value === 'boolean' || value === 0 || value === 1;
  const special = values.filter(isSpecial);
  const plain = values.filter((value) => !isSpecial(value)).map(bind);
  const listed = plain.length > 0 ? [{ sql: `${expression(path, names)} IN (${plain.map(() => '?').join(', ')})`, bound: plain }] : [];
  return [...listed, ...special.map((value) => equals(path, value, names))];
}

/** Numbers are compared with numbers and texts with texts, as MongoDB does; SQLite alone would put every text above every number. */
function compared(path: string, operator: string, value: string | number, names: Names): Clause {
  const left = expression(path, names);
  if (names.own.has(path)) return { sql: `${left} ${operator} ?`, bound: [value] };
  const same = typeof value === 'string' ? isText(path, names) : `${typeOf(path, names)} IN ('integer', 'real')`;
  return { sql: `(${left} ${operator} ? AND ${same})`, bound: [value] };
}

function startsWith(left: string, prefix: string, condition: string | undefined): Clause {
  const next = following(prefix);
  const text = condition ? ` AND ${condition}` : '';
  if (next === undefined) return { sql: `(${left} >= ?${text})`, bound: [prefix] };
  return { sql: `(${left} >= ? AND ${left} < ?${text})`, bound: [prefix, next] };
}

/**
 * What comes after a cursor, as clauses whose results follow one another: equal in all paths but the last and beyond in it,
 * then equal in all but the last two, and so on. Each is an equality and a range, which an index answers without sorting;
 * one row comparison could not mix directions. Null sorts first, descending therefore last.
 */
export function pagesAfter(query: Query, names: Names): readonly Clause[] {
  const cursor = cursorOf(query);
  if (!cursor) return [{ sql: '1', bound: [] }];
  const keys = cursor.map(({ path, down, value }) => ({ left: expression(path, names), down, value: bind(value) }));
  return keys.toReversed().flatMap(({ left, down, value }, i) => {
    const same = keys.slice(0, keys.length - 1 - i).map(alike);
    return beyond(left, down, value).map((clause) => and([...same, clause]));
  });
}

const alike = ({ left, value }: { left: string; value: Bound }): Clause =>
  value === null ? { sql: `${left} IS NULL`, bound: [] } : { sql: `${left} = ?`, bound: [value] };

function beyond(left: string, down: boolean, value: Bound): Clause[] {
  if (!down) return [value === null ? { sql: `${left} IS NOT NULL`, bound: [] } : { sql: `${left} > ?`, bound: [value] }];
  if (value === null) return [];
  const lower: Clause = { sql: `${left} < ?`, bound: [value] };
  return left === 'id' ? [lower] : [lower, { sql: `${left} IS NULL`, bound: [] }];
}

const bind = (value: Value): Bound => (typeof value === 'boolean' ? Number(value) : value);
