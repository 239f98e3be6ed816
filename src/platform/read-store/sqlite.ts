import type { Collection, CountQuery, Filter, ModelDocument, Plain, PlainOptions, Query, Table } from './read-store';
import { ReadStore } from './read-store';
import { listStatements, PORTION } from './sqlite-collections';
import type { PlainEntry, PlainRow } from './sqlite-collections';
import { fileOf, readStoreFiles } from './sqlite-connection';
import type { FileName, ReadStoreFiles } from './sqlite-connection';
import { asError, SqliteLine } from './sqlite-line';
import { valueAt } from './sqlite-layout';
import type { ModelRow, StoredRow } from './sqlite-models';
import { fileNamed, SqliteOperations } from './sqlite-operations';
import type { OperationName, Operations } from './sqlite-operations';
import { SearchPlans } from './sqlite-plans';

export interface SqliteReadStoreOptions {
  /** The data folder; `files` names the three files one by one instead. */
  readonly folder?: string;
  readonly files?: ReadStoreFiles;
  /**
   * `main` never waits for the disk: threads write and search. `projector` is for a worker thread that does nothing else: it
   * reads and writes where it is, which is what makes a rebuild fast.
   */
  readonly role: 'main' | 'projector';
  /** Milliseconds since the epoch, for what expires. */
  readonly now?: () => number;
}

const LARGEST_GROUP = 1_000;
/** Documents that the main thread reads itself. */
const MANY = 200;

/** The embedded read store. Reads see everything that this process was told is written. */
export class SqliteReadStore extends ReadStore {
  private readonly local: SqliteOperations;
  private readonly lines: Readonly<Record<'models' | 'plain' | 'reader', SqliteLine>> | undefined;
  private readonly plans: SearchPlans;
  private readonly now: () => number;

  /** @throws StoreUnavailable when the files cannot be opened */
  static async open(options: SqliteReadStoreOptions): Promise<SqliteReadStore> {
    const store = new SqliteReadStore(options);
    await store.check();
    return store;
  }

  private constructor({ folder, files = readStoreFiles(folder ?? ''), role, now = Date.now }: SqliteReadStoreOptions) {
    super();
    this.now = now;
    this.local = new SqliteOperations(files, role === 'main' ? 'read' : 'write');
    this.plans = new SearchPlans(this.local);
    if (role === 'projector') return;
    const line = (access: 'read' | 'write', group: number): SqliteLine => new SqliteLine({ files, access }, group);
    this.lines = { models: line('write', LARGEST_GROUP), plain: line('write', LARGEST_GROUP), reader: line('read', 1) };
  }

  ensureTable(table: Table, indexes: readonly (readonly string[])[], options?: { deferIndexes?: boolean }): Promise<void> {
    return this.write('ensureTable', table, indexes, options?.deferIndexes ?? false);
  }

  buildIndexes(table: Table, indexes: readonly (readonly string[])[]): Promise<void> {
    return this.write('buildIndexes', table, indexes);
  }

  dropTable(table: Table): Promise<void> {
    return this.write('dropTable', table);
  }

  async tables(): Promise<readonly Table[]> {
    return this.read('tables');
  }

  async load(table: Table, ids: readonly string[]): Promise<ReadonlyMap<string, ModelDocument>> {
    const documents = new Map<string, ModelDocument>();
    const rows = ids.length > MANY ? await this.search('load', table, ids) : this.read('load', table, ids);
    for (const row of rows) documents.set(row.id, modelDocument(row));
    return documents;
  }

  replace(table: Table, documents: readonly ModelDocument[]): Promise<number> {
    if (documents.length === 0) return Promise.resolve(0);
    const paths = translated(() => this.local.pathsOf(table));
    const rows = documents.map((document) => modelRow(document, paths));
    return this.write('replace', table, rows);
  }

  async idsOfSubject(table: Table, subject: string): Promise<readonly string[]> {
    return this.search('idsOfSubject', table, subject);
  }

  async get<T extends object>(table: Table, id: string): Promise<T | undefined> {
    const doc = this.read('get', table, id);
    return doc ? withId<T>(id, doc) : undefined;
  }

  async find<T extends object>(table: Table, query: Query): Promise<readonly T[]> {
    const short =
      !this.lines ||
      this.plans.isShort(
        'models',
        query,
        translated(() => this.local.findStatements(table, query)),
      );
    const rows = short ? this.read('find', table, query) : await this.search('find', table, query);
    return rows.map(({ id, doc }) => withId<T>(id, doc));
  }

  count(table: Table, query: CountQuery): Promise<number> {
    return this.search('count', table, query);
  }

  async scan(table: Table, after: string | undefined, limit: number): Promise<readonly ModelDocument[]> {
    return (await this.search('scan', table, after, limit)).map(modelDocument);
  }

  ensureCollection({ name, indexes }: Collection): Promise<void> {
    return this.write('ensureCollection', fileOf(name), name, indexes);
  }

  async fetch<T extends object>(collection: string, key: string): Promise<Plain<T> | undefined> {
    const row = this.read('fetch', fileOf(collection), collection, key, this.now());
    return row && plain<T>(row);
  }

  async fetchMany<T extends object>(collection: string, keys: readonly string[]): Promise<readonly Plain<T>[]> {
    const rows =
      keys.length > MANY
        ? await this.search('fetchMany', fileOf(collection), collection, keys, this.now())
        : this.read('fetchMany', fileOf(collection), collection, keys, this.now());
    return rows.map(plain<T>);
  }

  putIfAbsent(collection: string, key: string, doc: object, options?: PlainOptions): Promise<boolean> {
    return this.write('putIfAbsent', fileOf(collection), collection, entry(key, doc, options), this.now());
  }

  put(collection: string, key: string, doc: object, options?: PlainOptions): Promise<void> {
    return this.write('put', fileOf(collection), collection, [entry(key, doc, options)]);
  }

  putMany(collection: string, entries: readonly { key: string; doc: object; expiresAt?: number }[]): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    return this.write(
      'put',
      fileOf(collection),
      collection,
      entries.map(({ key, doc, expiresAt }) => entry(key, doc, { expiresAt })),
    );
  }

  compareAndSet(collection: string, key: string, revision: number, doc: object, options?: PlainOptions): Promise<boolean> {
    return this.write('compareAndSet', fileOf(collection), collection, entry(key, doc, options), revision, this.now());
  }

  remove(collection: string, key: string): Promise<void> {
    return this.write('remove', fileOf(collection), collection, key);
  }

  removeWhere(collection: string, filter: Filter): Promise<number> {
    return untilNothingIsLeft(() => this.write('removeWhere', fileOf(collection), collection, filter, this.now()));
  }

  async list<T extends object>(collection: string, query: Query): Promise<readonly Plain<T>[]> {
    const file = fileOf(collection);
    const short = !this.lines || this.plans.isShort(file, query, listStatements(collection, query));
    const rows = short
      ? this.read('list', file, collection, query, this.now())
      : await this.search('list', file, collection, query, this.now());
    return rows.map(plain<T>);
  }

  countPlain(collection: string, filter: Filter): Promise<number> {
    return this.search('countPlain', fileOf(collection), collection, filter, this.now());
  }

  async sweep(now: number): Promise<number> {
    let swept = 0;
    for (const file of FILES) swept += await untilNothingIsLeft(() => this.write('sweep', file, now));
    return swept;
  }

  async check(): Promise<void> {
    for (const file of FILES) {
      await this.write('check', file);
      this.read('check', file);
    }
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.lines ?? {}).map((line) => line.close()));
    this.local.close();
  }

  /** Models have a thread of their own, so that nothing else waits while a table is filled or indexed. */
  private async write<N extends OperationName>(name: N, ...args: Parameters<Operations[N]>): Promise<ReturnType<Operations[N]>> {
    if (!this.lines) return translated(() => this.local.commit(name, ...args));
    const line = fileNamed(name, args) === 'models' ? this.lines.models : this.lines.plain;
    return line.ask(name, ...args);
  }

  private read<N extends OperationName>(name: N, ...args: Parameters<Operations[N]>): ReturnType<Operations[N]> {
    return translated(() => this.local.run(name, ...args));
  }

  /** What may take long. */
  private async search<N extends OperationName>(name: N, ...args: Parameters<Operations[N]>): Promise<ReturnType<Operations[N]>> {
    return this.lines ? this.lines.reader.ask(name, ...args) : this.read(name, ...args);
  }
}

const FILES: readonly FileName[] = ['models', 'documents', 'keys'];

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asError((error as Error).message, (error as { code?: string }).code, error);
  }
}

async function untilNothingIsLeft(remove: () => Promise<number>): Promise<number> {
  let removed = 0;
  for (;;) {
    const portion = await remove();
    removed += portion;
    if (portion < PORTION) return removed;
  }
}

function modelRow({ id, position, doc, subjects }: ModelDocument, paths: readonly string[]): ModelRow {
  const values = paths.map((path) => (doc ? valueAt(doc, path) : null));
  return { id, position, doc: doc && JSON.stringify(doc), subjects: subjects.length > 0 ? JSON.stringify(subjects) : null, values };
}

function modelDocument({ id, position, doc, subjects }: StoredRow): ModelDocument {
  return {
    id,
    position,
    doc: doc === null ? null : (JSON.parse(doc) as object),
    subjects: subjects === null ? [] : (JSON.parse(subjects) as string[]),
  };
}

function withId<T extends object>(id: string, doc: string): T {
  const document = JSON.parse(doc) as T & { id?: string };
  document.id ??= id;
  return document;
}

const entry = (key: string, doc: object, options?: PlainOptions): PlainEntry => ({
  key,
  doc: JSON.stringify(doc),
  expiresAt: options?.expiresAt ?? null,
});

const plain = <T extends object>({ id, doc, revision }: PlainRow): Plain<T> => ({ key: id, doc: JSON.parse(doc) as T, revision });
