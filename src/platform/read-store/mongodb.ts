import { setTimeout } from 'node:timers/promises';
import {
  MongoClient,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerError,
  MongoSystemError,
  MongoTopologyClosedError,
} from 'mongodb';
import { StoreUnavailable } from '../event-store/event-store';
import { MongoCollections } from './mongodb-collections';
import { MongoModels } from './mongodb-models';
import { ReadStore } from './read-store';
import type { Collection, CountQuery, Filter, ModelDocument, Plain, PlainOptions, Query, Table } from './read-store';

export interface MongoReadStoreOptions {
  /** `mongodb://…/database`; a lone server, a replica set, or a server that only speaks the protocol. */
  readonly url: string;
  /** Instead of the one in the address; `largesse` when neither names one. */
  readonly database?: string;
  /** Milliseconds since the epoch, for what expires. */
  readonly now?: () => number;
}

/** How long a call looks for a server before it says that there is none. */
const PATIENCE = 5_000;

/** The read store on MongoDB. Every write is one conditional statement a document, so nothing rests on transactions. */
export class MongoReadStore extends ReadStore {
  private readonly models: MongoModels;
  private readonly collections: MongoCollections;

  /** @throws StoreUnavailable when no server answers */
  static async open({ url, database, now = Date.now }: MongoReadStoreOptions): Promise<MongoReadStore> {
    const client = new MongoClient(url, { serverSelectionTimeoutMS: PATIENCE, appName: 'largesse', writeConcern: { w: 'majority' } });
    const store = new MongoReadStore(client, database ?? databaseIn(url), now);
    await store.check().catch(async (error: unknown) => {
      await client.close();
      throw error;
    });
    return store;
  }

  private constructor(
    private readonly client: MongoClient,
    private readonly database: string,
    now: () => number,
  ) {
    super();
    const db = client.db(database);
    this.models = new MongoModels(db);
    this.collections = new MongoCollections(db, now);
  }

  ensureTable(table: Table, indexes: readonly (readonly string[])[], options?: { deferIndexes?: boolean }): Promise<void> {
    return repeated(() => this.models.ensure(table, indexes, options?.deferIndexes ?? false));
  }

  buildIndexes(table: Table, indexes: readonly (readonly string[])[]): Promise<void> {
    return repeated(() => this.models.build(table, indexes));
  }

  dropTable(table: Table): Promise<void> {
    return translated(() => this.models.drop(table));
  }

  tables(): Promise<readonly Table[]> {
    return translated(() => this.models.all());
  }

  load(table: Table, ids: readonly string[]): Promise<ReadonlyMap<string, ModelDocument>> {
    return translated(() => this.models.load(table, ids));
  }

  replace(table: Table, documents: readonly ModelDocument[]): Promise<number> {
    return documents.length === 0 ? Promise.resolve(0) : translated(() => this.models.replace(table, documents));
  }

  idsOfSubject(table: Table, subject: string): Promise<readonly string[]> {
    return translated(() => this.models.idsOfSubject(table, subject));
  }

  get<T extends object>(table: Table, id: string): Promise<T | undefined> {
    return translated(() => this.models.get<T>(table, id));
  }

  find<T extends object>(table: Table, query: Query): Promise<readonly T[]> {
    return translated(() => this.models.find<T>(table, query));
  }

  count(table: Table, query: CountQuery): Promise<number> {
    return translated(() => this.models.count(table, query));
  }

  scan(table: Table, after: string | undefined, limit: number): Promise<readonly ModelDocument[]> {
    return translated(() => this.models.scan(table, after, limit));
  }

  ensureCollection(collection: Collection): Promise<void> {
    return repeated(() => this.collections.ensure(collection));
  }

  fetch<T extends object>(collection: string, key: string): Promise<Plain<T> | undefined> {
    return translated(() => this.collections.fetch<T>(collection, key));
  }

  fetchMany<T extends object>(collection: string, keys: readonly string[]): Promise<readonly Plain<T>[]> {
    return translated(() => this.collections.fetchMany<T>(collection, keys));
  }

  putIfAbsent(collection: string, key: string, doc: object, options?: PlainOptions): Promise<boolean> {
    return translated(() => this.collections.putIfAbsent(collection, key, doc, options?.expiresAt));
  }

  put(collection: string, key: string, doc: object, options?: PlainOptions): Promise<void> {
    return this.putMany(collection, [{ key, doc, ...options }]);
  }

  putMany(collection: string, entries: readonly { key: string; doc: object; expiresAt?: number }[]): Promise<void> {
    return translated(() => this.collections.putMany(collection, entries));
  }

  compareAndSet(collection: string, key: string, revision: number, doc: object, options?: PlainOptions): Promise<boolean> {
    return translated(() => this.collections.compareAndSet(collection, key, revision, doc, options?.expiresAt));
  }

  remove(collection: string, key: string): Promise<void> {
    return translated(() => this.collections.remove(collection, key));
  }

  removeWhere(collection: string, filter: Filter): Promise<number> {
    return translated(() => this.collections.removeWhere(collection, filter));
  }

  list<T extends object>(collection: string, query: Query): Promise<readonly Plain<T>[]> {
    return translated(() => this.collections.list<T>(collection, query));
  }

  countPlain(collection: string, filter: Filter): Promise<number> {
    return translated(() => this.collections.count(collection, filter));
  }

  sweep(now: number): Promise<number> {
    return translated(() => this.collections.sweep(now));
  }

  async check(): Promise<void> {
    await translated(async () => void (await this.client.db(this.database).command({ ping: 1 })));
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

function databaseIn(url: string): string {
  const path = /^[a-z+]+:\/\/[^/]+\/([^?]*)/.exec(url)?.[1];
  return path ? decodeURIComponent(path) : 'largesse';
}

/** Not primary, shutting down, interrupted, no majority: another try may succeed. */
const PASSING: ReadonlySet<unknown> = new Set([6, 7, 64, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
const UNREACHABLE = [MongoNetworkError, MongoSystemError, MongoNotConnectedError, MongoTopologyClosedError, MongoOperationTimeoutError];

const PREPARE_TRIES = 5;

/**
 * Making a table or an index twice is making it once, so a connection that breaks meanwhile costs a moment: some servers drop one when
 * several instances prepare an empty database at the same time.
 */
async function repeated(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await translated(work);
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || tries === PREPARE_TRIES) throw error;
      await setTimeout(50 * tries);
    }
  }
}

/** What can be mended by waiting is told apart from a mistake in a call. Of a write the outcome is then unknown. */
async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const passing = UNREACHABLE.some((kind) => error instanceof kind) || (error instanceof MongoServerError && PASSING.has(error.code));
    if (!passing) throw error;
    throw new StoreUnavailable(`The read store does not answer: ${(error as Error).message}`, { cause: error });
  }
}
