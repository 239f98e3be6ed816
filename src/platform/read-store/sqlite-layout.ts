import { MODEL_NAMES } from './paths';
import type { Connection } from './sqlite-connection';
import type { Names } from './sqlite-query';

/** A path's value as it stands in a column of its own. */
export type ColumnValue = string | number | null | Uint8Array;

/**
 * How one model's table is laid out. What a model is searched by stands in columns beside the document, taken out once when it is
 * written: indexes are built from them without reading documents as JSON, and a document that changes in other places touches no index.
 * Tables of an older make have no such columns; they are searched as they always were.
 */
export interface Layout {
  /** False when there is no such table: its searches fail and say so. */
  readonly exists: boolean;
  readonly names: Names;
  /** The paths that have columns, in the table's order. */
  readonly paths: readonly string[];
  /** What is true of documents that are not removed. */
  readonly alive: string;
  /** Whether there is a column for it. */
  readonly marksRemoved: boolean;
  /** Binds id, position, removed, a value for each path, subjects, document. */
  readonly upsert: string;
  /**
   * For documents whose columns stay as they are: binds position, subjects, document, id, position, and the values. Undefined where
   * that would spare nothing.
   */
  readonly keep: string | undefined;
}

const columnOf = (path: string): string => `$.${path}`;

/** The paths of these indexes that get columns: all but the document's own name. SQLite does not tell capitals apart in names. */
function extracted(indexes: readonly (readonly string[])[]): string[] {
  const paths = new Map<string, string>();
  for (const path of indexes.flat().map((each) => each.replace(/^-/, ''))) {
    if (!MODEL_NAMES.has(path) && !paths.has(path.toLowerCase())) paths.set(path.toLowerCase(), path);
  }
  return [...paths.values()];
}

/**
 * Columns stand before the document, so that reading them does not lead through its pages. What is asked by key alone lies in
 * the order of its keys: one tree instead of two.
 */
export function createTable(name: string, indexes: readonly (readonly string[])[]): string {
  const paths = extracted(indexes);
  const columns = paths.map((path) => `"${columnOf(path)}", `).join('');
  const ordered = paths.length === 0 ? ' WITHOUT ROWID' : '';
  return `CREATE TABLE IF NOT EXISTS "${name}"
    (id TEXT PRIMARY KEY NOT NULL, position INTEGER NOT NULL, removed INTEGER, ${columns}subjects TEXT, doc TEXT)${ordered}`;
}

/** The layout of a table as it is. */
export function layoutOf(connection: Connection, name: string): Layout {
  const columns = connection.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(name) as string[];
  const paths = columns.filter((column) => column.startsWith('$.')).map((column) => column.slice(2));
  const removed = columns.includes('removed') ? ['removed'] : [];
  const own = paths.map((path) => `"${columnOf(path)}"`);
  const all = ['id', 'position', ...removed, ...own, 'subjects', 'doc'];
  const set = all.slice(1).map((column) => `${column} = excluded.${column}`);
  return {
    exists: columns.length > 0,
    marksRemoved: removed.length > 0,
    names: { own: MODEL_NAMES, columns: new Map(paths.map((path) => [path, `"${columnOf(path)}"`])) },
    paths,
    alive: removed.length > 0 ? 'removed IS NULL' : 'doc IS NOT NULL',
    upsert: `INSERT INTO "${name}" (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})
      ON CONFLICT (id) DO UPDATE SET ${set.join(', ')} WHERE position < excluded.position`,
    keep:
      own.length === 0
        ? undefined
        : `UPDATE "${name}" SET position = ?, subjects = ?, doc = ?
      WHERE id = ? AND position < ? AND removed IS NULL${own.map((column) => ` AND ${column} IS ?`).join('')}`,
  };
}

/** What a document has at a path, as SQLite would take it out of its JSON. Lists and objects are like no text or number. */
export function valueAt(doc: object, path: string): ColumnValue {
  let node: unknown = doc;
  for (const name of partsOf(path)) {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return null;
    node = (node as Record<string, unknown>)[name];
  }
  switch (typeof node) {
    case 'string':
      return node;
    case 'number':
      return Number.isFinite(node) ? node : null;
    case 'boolean':
      return Number(node);
    case 'object':
      return node === null ? null : Buffer.from(JSON.stringify(node));
    default:
      return null;
  }
}

const parts = new Map<string, readonly string[]>();

function partsOf(path: string): readonly string[] {
  let known = parts.get(path);
  if (!known) parts.set(path, (known = path.split('.')));
  return known;
}
