import { boundsOf, checkedPath, cursorOf, following } from './paths';
import type { Bound, OwnNames } from './paths';
import type { Filter, Query, Sort, Value } from './read-store';

/** Filters and pages as MongoDB's operators: only those that every server of the protocol has. Documents lie under `d`. */
export type Clause = Readonly<Record<string, unknown>>;

export function field(path: string, own: OwnNames): string {
  checkedPath(path);
  return own.has(path) ? '_id' : `d.${path}`;
}

export function matching({ filter, anyOf }: Pick<Query, 'filter' | 'anyOf'>, own: OwnNames): Clause[] {
  const all = filter ? clauses(filter, own) : [];
  if (!anyOf) return all;
  if (anyOf.length === 0) return [...all, { _id: { $in: [] } }];
  return [...all, { $or: anyOf.map((each) => both(clauses(each, own))) }];
}

/** All of these; none is everything. */
export function both(some: readonly Clause[]): object {
  if (some.length === 0) return {};
  return some.length === 1 ? some[0] : { $and: some };
}

const clauses = (filter: Filter, own: OwnNames): Clause[] => boundsOf(filter).flatMap((bound) => clause(bound, own));

function clause({ path, name, value }: Bound, own: OwnNames): Clause[] {
  const at = field(path, own);
  if (name !== 'prefix') return [{ [at]: { [`$${name}`]: value } }];
  const next = following(value as string);
  return [{ [at]: { $gte: value } }, ...(next === undefined ? [] : [{ [at]: { $lt: next } }])];
}

/** The fields of an index, with the id last, so that a page sorted by the index and the id needs no sorting. */
export function indexFields(paths: readonly string[], own: OwnNames): Record<string, 1 | -1> {
  return { ...order(paths, own), ...(paths.at(-1)?.startsWith('-') ? { _id: -1 } : { _id: 1 }), ...onlyOwn(order(paths, own)) };
}

const onlyOwn = (fields: Record<string, 1 | -1>): Record<string, 1 | -1> => ('_id' in fields ? { _id: fields._id } : {});

export function order(sort: Sort, own: OwnNames): Record<string, 1 | -1> {
  return Object.fromEntries(sort.map((path) => (path.startsWith('-') ? [field(path.slice(1), own), -1] : [field(path, own), 1])));
}

/** What comes after a cursor, as clauses whose results follow one another; see pagesAfter in sqlite-query.ts for why. */
export function partsAfter(query: Query, own: OwnNames): readonly Clause[][] {
  const cursor = cursorOf(query);
  if (!cursor) return [[]];
  const keys = cursor.map(({ path, down, value }) => ({ at: field(path, own), down, value }));
  return keys.toReversed().flatMap(({ at, down, value }, i) => {
    const same = keys.slice(0, keys.length - 1 - i).map((key): Clause => ({ [key.at]: { $eq: key.value } }));
    return beyond(at, down, value).map((each) => [...same, each]);
  });
}

function beyond(at: string, down: boolean, value: Value): Clause[] {
  if (!down) return [{ [at]: value === null ? { $ne: null } : { $gt: value } }];
  if (value === null) return [];
  const lower: Clause = { [at]: { $lt: value } };
  return at === '_id' ? [lower] : [lower, { [at]: { $eq: null } }];
}
