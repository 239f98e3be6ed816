/**
 * Where documents live: read models folded from the log, and plain documents (sessions, mailbox, access log, effect ledger, person
 * keys, leases, parked work). Adapters: sqlite.ts (embedded) and mongodb.ts; one contract suite (test/contracts/read-store.contract.ts).
 * No transactions anywhere: a model's document carries the log position it was folded up to and is replaced only where the
 * stored position is lower.
 */

export type Value = string | number | boolean | null;

/**
 * Conditions on dotted paths, all of which must hold. A bare value means "equals"; null also stands for what is absent, and what is
 * absent is different (`ne`) from every value. Order is asked within numbers or within texts (by code points); prefix is
 * case-sensitive. `_id` is the document's own name: its id in a model (there `id` says the same), its key in a
 * collection. Paths lead through objects; what they find in lists is not promised.
 */
export interface Filter {
  readonly [path: string]: Value | Condition;
}
export interface Condition {
  readonly in?: readonly Value[];
  readonly prefix?: string;
  readonly gt?: string | number;
  readonly gte?: string | number;
  readonly lt?: string | number;
  readonly lte?: string | number;
  readonly ne?: Value;
  readonly exists?: boolean;
}

/**
 * Dotted paths, descending with a leading `-`; null and absent come before everything else. End with a unique immutable path
 * (`_id`), so that cursors are stable. Without a sort: by `_id`.
 */
export type Sort = readonly string[];

export interface Query {
  readonly filter?: Filter;
  /** Any of these, beside `filter`. */
  readonly anyOf?: readonly Filter[];
  readonly sort?: Sort;
  /** Keyset cursor: the values of the sort paths of the last document seen; the page begins after it. */
  readonly after?: readonly Value[];
  /** Of a page 1 to 1,000; default 100. */
  readonly limit?: number;
}

/** What is counted; no further than `limit`, where there is one: then it costs no more the more there are. */
export type CountQuery = Pick<Query, 'filter' | 'anyOf' | 'limit'>;

/** The physical name of a model's documents: `card-list`, its version and a generation (a rebuild makes a new one). */
export interface Table {
  readonly model: string;
  readonly version: number;
  readonly generation: number;
}

export interface ModelDocument {
  readonly id: string;
  /** The log position up to which it is folded. */
  readonly position: number;
  /** `null` stands for removed: the entry stays with its position until a rebuild. */
  readonly doc: object | null;
  /** The persons whose values are in the document, so that an erasure finds it. */
  readonly subjects: readonly string[];
}

/** A plain document with the revision that compare-and-set needs: 1 after a successful put-if-absent, higher with each write. */
export interface Plain<T extends object = Record<string, unknown>> {
  readonly key: string;
  readonly doc: T;
  readonly revision: number;
}

export interface PlainOptions {
  /** Milliseconds since the epoch after which the document reads as absent and is swept. */
  readonly expiresAt?: number;
}

/**
 * A collection of plain documents: its kebab-case name and what it is searched by (declared once, in code, by its user). The
 * name says how it is kept where there are files: `model-…` as durable as the models (a checkpoint must never outlive the
 * documents that it speaks of), `person-keys` in a file of its own, everything else durable when acknowledged.
 */
export interface Collection {
  readonly name: string;
  readonly indexes: readonly (readonly string[])[];
}

export abstract class ReadStore {
  // — Models —

  /** Makes the table (and, unless `deferIndexes`, its indexes) if it is not there. */
  abstract ensureTable(table: Table, indexes: readonly (readonly string[])[], options?: { deferIndexes?: boolean }): Promise<void>;
  /** Builds the indexes of a table made with `deferIndexes`. */
  abstract buildIndexes(table: Table, indexes: readonly (readonly string[])[]): Promise<void>;
  abstract dropTable(table: Table): Promise<void>;
  abstract tables(): Promise<readonly Table[]>;

  /** Removed documents included (`doc: null`), unknown ids left out. */
  abstract load(table: Table, ids: readonly string[]): Promise<ReadonlyMap<string, ModelDocument>>;
  /** Writes each document whose stored position is lower (or absent); the others are left as they are. Answers how many were written. */
  abstract replace(table: Table, documents: readonly ModelDocument[]): Promise<number>;
  /** Ids of the documents that hold values of this person. */
  abstract idsOfSubject(table: Table, subject: string): Promise<readonly string[]>;

  abstract get<T extends object>(table: Table, id: string): Promise<T | undefined>;
  /** The document's id is added as `id`, if it has none (one that it has must be the same). Removed documents are never found. */
  abstract find<T extends object>(table: Table, query: Query): Promise<readonly T[]>;
  abstract count(table: Table, query: CountQuery): Promise<number>;
  /** Every document in id order, for audits and comparisons, removed ones left out; `after` is an id. */
  abstract scan(table: Table, after: string | undefined, limit: number): Promise<readonly ModelDocument[]>;

  // — Plain documents —

  abstract ensureCollection(collection: Collection): Promise<void>;
  abstract fetch<T extends object>(collection: string, key: string): Promise<Plain<T> | undefined>;
  /** Those of the keys that are there, in any order. */
  abstract fetchMany<T extends object>(collection: string, keys: readonly string[]): Promise<readonly Plain<T>[]>;
  /** False when the key is taken. Durable when resolved. */
  abstract putIfAbsent(collection: string, key: string, doc: object, options?: PlainOptions): Promise<boolean>;
  abstract put(collection: string, key: string, doc: object, options?: PlainOptions): Promise<void>;
  /** Many at once, in one commit. */
  abstract putMany(collection: string, entries: readonly { key: string; doc: object; expiresAt?: number }[]): Promise<void>;
  /** False when the stored revision is another one (or the document is gone). */
  abstract compareAndSet(collection: string, key: string, revision: number, doc: object, options?: PlainOptions): Promise<boolean>;
  abstract remove(collection: string, key: string): Promise<void>;
  abstract removeWhere(collection: string, filter: Filter): Promise<number>;
  abstract list<T extends object>(collection: string, query: Query): Promise<readonly Plain<T>[]>;
  abstract countPlain(collection: string, filter: Filter): Promise<number>;
  /** Deletes what has expired; called by the scheduler. */
  abstract sweep(now: number): Promise<number>;

  /** Rejects with a sentence for people when the store cannot be used. */
  abstract check(): Promise<void>;
  abstract close(): Promise<void>;
}
