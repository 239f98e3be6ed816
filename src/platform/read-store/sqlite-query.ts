import type { Condition, Filter, Query, Sort, Value } from './read-store';

/**
 * Filters and pages as SQL. Paths are written into the text, because SQLite uses an expression index only for the same
 * expression; values are bound. Both kinds of tables have the columns `id` and `doc`.
 */
export interface Clause {
  readonly sql: string;
  readonly bound: readonly Bound[];
}
export type Bound = string | number | null;

/** What a document's own columns are called in filters: `_id` everywhere, `id` as well in models. */
export type Columns = ReadonlySet<string>;
export const MODEL_COLUMNS: Columns = new Set(['id', '_id']);
export const PLAIN_COLUMNS: Columns = new Set(['_id']);

const PATH = /^[A-Za-z_][\w-]*(\.[\w-]+)*$/;
const FALSE: Clause = { sql: '0', bound: [] };

/** @throws Error for a path that is not names joined by dots: it becomes part of the statement's text */
export function expression(path: string, columns: Columns): string {
  if (!PATH.test(path)) throw new Error(`"${path}" is not a path of a document`);
  return columns.has(path) ? 'id' : `json_extract(doc, '${jsonPath(path)}')`;
}

const jsonPath = (path: string): string => `$${path.split('.').map((name) => `."${name}"`).join('')}`;

const typeOf = (path: string, columns: Columns): string => (columns.has(path) ? `'text'` : `coalesce(json_type(doc, '${jsonPath(path)}'), 'null')`);

/** The columns of an index, with the id last, so that a page sorted by the index and the id needs no sorting. */
export function indexColumns(paths: readonly string[], columns: Columns): string {
  const parts = paths.map((path) => ordered(path, columns));
  const last = paths.at(-1)?.startsWith('-') ? 'id DESC' : 'id';
  return (paths.some((path) => columns.has(path.replace(/^-/, ''))) ? parts : [...parts, last]).join(', ');
}

function ordered(path: string, columns: Columns): string {
  return path.startsWith('-') ? `${expression(path.slice(1), columns)} DESC` : expression(path, columns);
}

export function orderBy(sort: Sort, columns: Columns): string {
  return sort.map((path) => ordered(path, columns)).join(', ');
}

export function where({ filter, anyOf }: Pick<Query, 'filter' | 'anyOf'>, columns: Columns): Clause {
  const all = filter ? conditions(filter, columns) : [];
  if (!anyOf) return and(all);
  return and([...all, or(anyOf.map((each) => and(conditions(each, columns))))]);
}

export function and(clauses: readonly Clause[]): Clause {
  return { sql: clauses.map(({ sql }) => sql).join(' AND ') || '1', bound: clauses.flatMap(({ bound }) => bound) };
}

function or(clauses: readonly Clause[]): Clause {
  return { sql: `(${clauses.map(({ sql }) => `(${sql})`).join(' OR ') || '0'})`, bound: clauses.flatMap(({ bound }) => bound) };
}

function conditions(filter: Filter, columns: Columns): Clause[] {
  return Object.entries(filter).flatMap(([path, wanted]) => {
    if (wanted === null || typeof wanted !== 'object') return [equals(path, wanted, columns)];
    return Object.entries(wanted).map(([name, value]) => condition(path, name as keyof Condition, value as never, columns));
  });
}

function condition(path: string, name: keyof Condition, value: never, columns: Columns): Clause {
  const left = expression(path, columns);
  switch (name) {
    case 'in':
      return or((value as readonly Value[]).length > 0 ? membership(path, value, columns) : [FALSE]);
    case 'prefix':
      return startsWith(left, value, columns.has(path) ? undefined : typeOf(path, columns));
    case 'ne':
      return not(equals(path, value, columns));
    case 'exists':
      return { sql: columns.has(path) ? (value ? '1' : '0') : `json_type(doc, '${jsonPath(path)}') IS ${value ? 'NOT NULL' : 'NULL'}`, bound: [] };
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return compared(path, { gt: '>', gte: '>=', lt: '<', lte: '<=' }[name], value, columns);
    default:
      throw new Error(`A filter has no condition "${String(name)}"`);
  }
}

/** JSON's true and false come out of SQLite as 1 and 0, so what could be confused is told apart by its type. */
function equals(path: string, value: Value, columns: Columns): Clause {
  const left = expression(path, columns);
  if (value === null) return { sql: `${left} IS NULL`, bound: [] };
  if (columns.has(path)) return { sql: `${left} = ?`, bound: [bind(value)] };
  if (typeof value === 'boolean') return { sql: `(${left} = ? AND ${typeOf(path, columns)} = '${value}')`, bound: [bind(value)] };
  if (value === 0 || value === 1) return { sql: `(${left} = ? AND ${typeOf(path, columns)} NOT IN ('true', 'false'))`, bound: [value] };
  return { sql: `${left} = ?`, bound: [value] };
}

/** What is absent is not equal to anything, so it counts as different. */
const not = ({ sql, bound }: Clause): Clause => ({ sql: `NOT coalesce(${sql}, 0)`, bound });

function membership(path: string, values: readonly Value[], columns: Columns): Clause[] {
  const isSpecial = (value: Value): boolean => value === null || typeof value === 'boolean' || value === 0 || value === 1;
  const special = values.filter(isSpecial);
  const plain = values.filter((value) => !isSpecial(value)).map(bind);
  const listed = plain.length > 0 ? [{ sql: `${expression(path, columns)} IN (${plain.map(() => '?').join(', ')})`, bound: plain }] : [];
  return [...listed, ...special.map((value) => equals(path, value, columns))];
}

/** Numbers are compared with numbers and texts with texts, as MongoDB does; SQLite alone would put every text above every number. */
function compared(path: string, operator: string, value: string | number, columns: Columns): Clause {
  const left = expression(path, columns);
  const same = typeof value === 'string' ? `= 'text'` : `IN ('integer', 'real')`;
  return { sql: columns.has(path) ? `${left} ${operator} ?` : `(${left} ${operator} ? AND ${typeOf(path, columns)} ${same})`, bound: [value] };
}

function startsWith(left: string, prefix: string, type: string | undefined): Clause {
  const next = following(prefix);
  const isText = type ? ` AND ${type} = 'text'` : '';
  if (next === undefined) return { sql: `(${left} >= ?${isText})`, bound: [prefix] };
  return { sql: `(${left} >= ? AND ${left} < ?${isText})`, bound: [prefix, next] };
}

/** The least text that sorts after everything with this prefix (by code points, as UTF-8 does); none when there is no such text. */
export function following(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

/**
 * What comes after a cursor, as clauses whose results follow one another: equal in all paths but the last and beyond in it,
 * then equal in all but the last two, and so on. Each is an equality and a range, which an index answers without sorting;
 * one row comparison could not mix directions. Null sorts first, descending therefore last.
 */
export function pagesAfter(sort: Sort, after: readonly Value[] | undefined, columns: Columns): readonly Clause[] {
  if (!after) return [{ sql: '1', bound: [] }];
  if (after.length !== sort.length) throw new Error(`The cursor has ${after.length} values, the order has ${sort.length} paths`);
  const keys = sort.map((path, i) => ({ left: expression(path.replace(/^-/, ''), columns), down: path.startsWith('-'), value: bind(after[i] ?? null) }));
  return keys.toReversed().flatMap((key, i) => {
    const same = keys.slice(0, keys.length - 1 - i).map(({ left, value }): Clause => (value === null ? { sql: `${left} IS NULL`, bound: [] } : { sql: `${left} = ?`, bound: [value] }));
    return beyond(key.left, key.down, key.value).map((clause) => and([...same, clause]));
  });
}

function beyond(left: string, down: boolean, value: Bound): Clause[] {
  if (!down) return [value === null ? { sql: `${left} IS NOT NULL`, bound: [] } : { sql: `${left} > ?`, bound: [value] }];
  if (value === null) return [];
  const lower: Clause = { sql: `${left} < ?`, bound: [value] };
  return left === 'id' ? [lower] : [lower, { sql: `${left} IS NULL`, bound: [] }];
}

const bind = (value: Value): Bound => (typeof value === 'boolean' ? Number(value) : value);

/** @throws Error for a limit outside 1 to 1,000 */
export function limitOf({ limit = 100 }: Pick<Query, 'limit'>): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) throw new Error(`A page has 1 to 1,000 documents, not ${limit}`);
  return limit;
}
