import type { Condition, Filter, Query, Value } from './read-store';

/** What both stores agree on before they go their own ways. */

const PATH = /^[A-Za-z_][\w-]*(\.[\w-]+)*$/;

/** What a document's own name is called in filters: `_id` everywhere, `id` as well in models. */
export type OwnNames = ReadonlySet<string>;
export const MODEL_NAMES: OwnNames = new Set(['id', '_id']);
export const PLAIN_NAMES: OwnNames = new Set(['_id']);

/** @throws Error for a path that is not names joined by dots: it becomes part of a statement */
export function checkedPath(path: string): string {
  if (!PATH.test(path)) throw new Error(`"${path}" is not a path of a document`);
  return path;
}

export interface Bound {
  readonly path: string;
  readonly name: 'eq' | keyof Condition;
  readonly value: Value | readonly Value[];
}

/** A filter taken apart, one condition each. @throws Error where a value is undefined: left out, it would match everything */
export function boundsOf(filter: Filter): Bound[] {
  return Object.entries(filter).flatMap(([path, wanted]) => {
    checkedPath(path);
    const named = wanted === null || typeof wanted !== 'object' ? { eq: wanted } : wanted;
    return Object.entries(named).map(([name, value]) => {
      if (value === undefined) throw new Error(`The filter's value for "${path}" is undefined`);
      if (!CONDITIONS.has(name)) throw new Error(`A filter has no condition "${name}"`);
      return { path, name, value } as Bound;
    });
  });
}

const CONDITIONS: ReadonlySet<string> = new Set(['eq', 'in', 'prefix', 'gt', 'gte', 'lt', 'lte', 'ne', 'exists']);

/** @throws Error for a limit outside 1 to 1,000 */
export function limitOf({ limit = 100 }: Pick<Query, 'limit'>): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) throw new Error(`A page has 1 to 1,000 documents, not ${limit}`);
  return limit;
}

/** The cursor's value for each path of the order. */
export function cursorOf({
  sort = ['_id'],
  after,
}: Query): readonly { path: string; down: boolean; value: string | number | boolean | null }[] | undefined {
  if (!after) return undefined;
  if (after.length !== sort.length) throw new Error(`The cursor has ${after.length} values, the order has ${sort.length} paths`);
  return sort.map((path, i) => ({ path: path.replace(/^-/, ''), down: path.startsWith('-'), value: after[i] ?? null }));
}

/** The least text that sorts after everything with this prefix (by code points, as UTF-8 does); none when there is no such text. */
export function following(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}
