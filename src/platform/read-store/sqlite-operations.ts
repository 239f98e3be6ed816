import type { CountQuery, Filter, Query, Table } from './read-store';
import { SqliteCollections } from './sqlite-collections';
import type { PlainEntry, PlainRow } from './sqlite-collections';
import { Connection } from './sqlite-connection';
import type { FileName, ReadStoreFiles } from './sqlite-connection';
import { SqliteModels } from './sqlite-models';
import type { ModelRow, StoredRow } from './sqlite-models';
import type { Clause } from './sqlite-query';

/** Everything that can be asked of the files, synchronously, on the thread that has the connections. */
export interface Operations {
  ensureTable(table: Table, indexes: readonly (readonly string[])[], deferIndexes: boolean): void;
  buildIndexes(table: Table, indexes: readonly (readonly string[])[]): void;
  dropTable(table: Table): void;
  tables(): Table[];
  load(table: Table, ids: readonly string[]): StoredRow[];
  replace(table: Table, rows: readonly ModelRow[]): number;
  idsOfSubject(table: Table, subject: string): string[];
  get(table: Table, id: string): string | null | undefined;
  find(table: Table, query: Query): { id: string; doc: string }[];
  count(table: Table, query: CountQuery): number;
  scan(table: Table, after: string | undefined, limit: number): StoredRow[];
  ensureCollection(file: FileName, collection: string, indexes: readonly (readonly string[])[]): void;
  fetch(file: FileName, collection: string, key: string, now: number): PlainRow | undefined;
  fetchMany(file: FileName, collection: string, keys: readonly string[], now: number): PlainRow[];
  putIfAbsent(file: FileName, collection: string, entry: PlainEntry, now: number): boolean;
  put(file: FileName, collection: string, entries: readonly PlainEntry[]): void;
  compareAndSet(file: FileName, collection: string, entry: PlainEntry, revision: number, now: number): boolean;
  remove(file: FileName, collection: string, key: string): void;
  removeWhere(file: FileName, collection: string, filter: Filter, now: number): number;
  list(file: FileName, collection: string, query: Query, now: number): PlainRow[];
  countPlain(file: FileName, collection: string, filter: Filter, now: number): number;
  sweep(file: FileName, now: number): number;
  check(file: FileName): void;
}

export type OperationName = keyof Operations;
export interface Call {
  readonly name: OperationName;
  readonly args: readonly unknown[];
}

export type Answer = { readonly value: unknown } | { readonly failed: string; readonly code?: string };

/** Operations that leave a key's old bytes behind. */
const DESTROYING: ReadonlySet<OperationName> = new Set(['put', 'compareAndSet', 'remove', 'removeWhere', 'sweep']);

/** The operations on this thread's connections, which are opened when first needed. */
export class SqliteOperations {
  private readonly connections = new Map<FileName, Connection>();
  private readonly modelsOf = new Map<FileName, SqliteModels>();
  private readonly collectionsOf = new Map<FileName, SqliteCollections>();

  constructor(
    private readonly files: ReadStoreFiles,
    private readonly access: 'read' | 'write',
  ) {}

  /** Runs one operation as it is: what reads need. */
  run<N extends OperationName>(name: N, ...args: Parameters<Operations[N]>): ReturnType<Operations[N]> {
    return (this.perform as (name: N, args: Parameters<Operations[N]>) => ReturnType<Operations[N]>).call(this, name, args);
  }

  /** Runs one writing operation in a transaction of its own. */
  commit<N extends OperationName>(name: N, ...args: Parameters<Operations[N]>): ReturnType<Operations[N]> {
    const answer = this.inTransaction(fileNamed(name, args), () => this.run(name, ...args));
    this.tidy([{ name, args }]);
    return answer;
  }

  /**
   * Runs a group with one transaction a file. If one call fails, the file's transaction is undone and each of its calls gets one
   * of its own, so that nobody pays for another's failure.
   */
  group(calls: readonly Call[]): Answer[] {
    const answers: Answer[] = [];
    for (const [file, indexes] of byFile(calls)) {
      const attempt = (some: readonly number[]): Answer[] =>
        this.inTransaction(file, () => some.map((i) => ({ value: this.perform(calls[i].name, calls[i].args) })));
      const settle = (some: readonly number[], found: readonly Answer[]): void => some.forEach((i, at) => (answers[i] = found[at]));
      try {
        settle(indexes, attempt(indexes));
      } catch (error) {
        if (indexes.length === 1) settle(indexes, [failure(error)]);
        else
          for (const index of indexes)
            settle(
              [index],
              alone(() => attempt([index])),
            );
      }
    }
    this.tidy(calls);
    return answers;
  }

  /** A call's statements as the planner sees them: how a search is done. */
  explain(file: FileName, sql: string, bound: readonly unknown[]): string[] {
    return (
      this.connection(file)
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...bound) as { detail: string }[]
    ).map(({ detail }) => detail);
  }

  /** How a page of a model's documents is searched for. */
  findStatements(table: Table, query: Query): Clause[] {
    return this.models.findStatements(table, query);
  }

  /** The paths whose values are written beside a document of this table. */
  pathsOf(table: Table): readonly string[] {
    return this.models.pathsOf(table);
  }

  close(): void {
    for (const connection of this.connections.values()) connection.close();
    this.connections.clear();
    this.modelsOf.clear();
    this.collectionsOf.clear();
  }

  private perform(name: OperationName, args: readonly unknown[]): unknown {
    const method = this.table[name] as (...args: readonly unknown[]) => unknown;
    return method(...args);
  }

  private readonly table: Operations = {
    ensureTable: (...args) => this.models.ensure(...args),
    buildIndexes: (...args) => this.models.build(...args),
    dropTable: (...args) => this.models.drop(...args),
    tables: () => this.models.all(),
    load: (...args) => this.models.load(...args),
    replace: (...args) => this.models.replace(...args),
    idsOfSubject: (...args) => this.models.idsOfSubject(...args),
    get: (...args) => this.models.get(...args),
    find: (...args) => this.models.find(...args),
    count: (...args) => this.models.count(...args),
    scan: (...args) => this.models.scan(...args),
    ensureCollection: (file, ...args) => this.collections(file).ensure(...args),
    fetch: (file, ...args) => this.collections(file).fetch(...args),
    fetchMany: (file, ...args) => this.collections(file).fetchMany(...args),
    putIfAbsent: (file, ...args) => this.collections(file).putIfAbsent(...args),
    put: (file, ...args) => this.collections(file).put(...args),
    compareAndSet: (file, ...args) => this.collections(file).compareAndSet(...args),
    remove: (file, ...args) => this.collections(file).remove(...args),
    removeWhere: (file, ...args) => this.collections(file).removeWhere(...args),
    list: (file, ...args) => this.collections(file).list(...args),
    countPlain: (file, ...args) => this.collections(file).count(...args),
    sweep: (file, ...args) => this.collections(file).sweep(...args),
    check: (file) => void this.connection(file).prepare('SELECT count(*) FROM sqlite_master').get(),
  };

  private inTransaction<T>(file: FileName, work: () => T): T {
    const connection = this.connection(file);
    connection.prepare('BEGIN IMMEDIATE').run();
    try {
      const value = work();
      connection.prepare('COMMIT').run();
      return value;
    } catch (error) {
      if (connection.db.inTransaction) connection.prepare('ROLLBACK').run();
      this.modelsOf.get(file)?.forget();
      this.collectionsOf.get(file)?.forget();
      throw error;
    }
  }

  private tidy(calls: readonly Call[]): void {
    if (calls.some(({ name, args }) => DESTROYING.has(name) && args[0] === 'keys')) this.connection('keys').forget();
  }

  private get models(): SqliteModels {
    return kept(this.modelsOf, 'models', () => new SqliteModels(this.connection('models')));
  }

  private collections(file: FileName): SqliteCollections {
    return kept(this.collectionsOf, file, () => new SqliteCollections(this.connection(file)));
  }

  private connection(file: FileName): Connection {
    return kept(this.connections, file, () => new Connection(this.files[file], file, this.access));
  }
}

const COLLECTION_OPERATIONS: ReadonlySet<OperationName> = new Set([
  'ensureCollection',
  'fetch',
  'fetchMany',
  'putIfAbsent',
  'put',
  'compareAndSet',
  'remove',
  'removeWhere',
  'list',
  'countPlain',
  'sweep',
  'check',
]);

export function fileNamed(name: OperationName, args: readonly unknown[]): FileName {
  return COLLECTION_OPERATIONS.has(name) ? (args[0] as FileName) : 'models';
}

function byFile(calls: readonly Call[]): Map<FileName, number[]> {
  const files = new Map<FileName, number[]>();
  calls.forEach(({ name, args }, index) => kept(files, fileNamed(name, args), () => []).push(index));
  return files;
}

function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

export function failure(error: unknown): Answer {
  const { message, code } = error as Error & { code?: string };
  return { failed: message, code };
}

function alone(attempt: () => Answer[]): Answer[] {
  try {
    return attempt();
  } catch (error) {
    return [failure(error)];
  }
}
