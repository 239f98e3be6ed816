import type { AnyBulkWriteOperation, Collection, Db } from 'mongodb';
import { MongoBulkWriteError, MongoServerError } from 'mongodb';
import { decode, encode } from './mongodb-documents';
import { createMissing } from './mongodb-indexes';
import { both, indexFields, matching, order, partsAfter } from './mongodb-query';
import { limitOf, MODEL_NAMES } from './paths';
import type { CountQuery, ModelDocument, Query, Table } from './read-store';

/** `d` is the document (null when removed), `p` the position it is folded up to, `s` its subjects; `e` says that `d` is encoded. */
interface ModelEntry {
  readonly _id: string;
  readonly p: number;
  readonly d: object | null;
  readonly s: readonly string[];
  readonly e?: true;
}

const NAME = /^m_([a-z0-9-]+)_(\d+)_(\d+)$/;
const ALIVE = { d: { $ne: null } };
const ALREADY_THERE = 48;
export const DUPLICATE = 11_000;

/** Read models in MongoDB: a collection for each table. */
export class MongoModels {
  constructor(private readonly db: Db) {}

  async ensure(table: Table, indexes: readonly (readonly string[])[], deferIndexes: boolean): Promise<void> {
    await this.db.createCollection(nameOf(table)).catch((error: unknown) => {
      if (!(error instanceof MongoServerError) || error.code !== ALREADY_THERE) throw error;
    });
    if (!deferIndexes) await this.build(table, indexes);
  }

  async build(table: Table, indexes: readonly (readonly string[])[]): Promise<void> {
    const keys = [{ s: 1 as const }, ...indexes.map((paths) => indexFields(paths, MODEL_NAMES))];
    await createMissing(this.entries(table), keys);
  }

  async drop(table: Table): Promise<void> {
    await this.entries(table).drop();
  }

  async all(): Promise<Table[]> {
    const names = (await this.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort();
    return names.flatMap((name) => {
      const [, model, version, generation] = NAME.exec(name) ?? [];
      return model ? [{ model, version: Number(version), generation: Number(generation) }] : [];
    });
  }

  async load(table: Table, ids: readonly string[]): Promise<Map<string, ModelDocument>> {
    const found = await this.entries(table)
      .find({ _id: { $in: [...ids] } })
      .toArray();
    return new Map(found.map((entry) => [entry._id, modelDocument(entry)]));
  }

  /**
   * What is not there is inserted, what is there replaced only where its position is lower at that moment. An id that somebody
   * took in between is treated as there. Bulk upserts would save a question, but some servers of the protocol give up a whole
   * group at the first taken id.
   */
  async replace(table: Table, documents: readonly ModelDocument[]): Promise<number> {
    const ids = documents.map(({ id }) => id);
    const there = await this.entries(table)
      .find({ _id: { $in: ids } }, { projection: { p: 1 } })
      .toArray();
    const positions = new Map(there.map(({ _id, p }) => [_id, p]));
    const fresh = documents.filter(({ id }) => !positions.has(id));
    const taken = await this.insert(table, fresh);
    const later = documents.filter(({ id, position }) => (positions.get(id) ?? position) < position);
    return fresh.length - taken.length + (await this.replaceLower(table, [...later, ...taken]));
  }

  /** Answers the documents whose ids were taken. */
  private async insert(table: Table, documents: readonly ModelDocument[]): Promise<ModelDocument[]> {
    if (documents.length === 0) return [];
    try {
      await this.entries(table).insertMany(
        documents.map((document) => ({ _id: document.id, ...modelEntry(document) })),
        { ordered: false },
      );
      return [];
    } catch (error) {
      return takenBy(error).map((i) => documents[i]);
    }
  }

  private async replaceLower(table: Table, documents: readonly ModelDocument[]): Promise<number> {
    if (documents.length === 0) return 0;
    const writes = documents.map((document): AnyBulkWriteOperation<ModelEntry> => {
      const { id, position } = document;
      return { replaceOne: { filter: { _id: id, p: { $lt: position } }, replacement: modelEntry(document) } };
    });
    return (await this.entries(table).bulkWrite(writes, { ordered: false })).matchedCount;
  }

  async idsOfSubject(table: Table, subject: string): Promise<string[]> {
    const found = await this.entries(table)
      .find({ s: subject }, { projection: { _id: 1 }, sort: { _id: 1 } })
      .toArray();
    return found.map(({ _id }) => _id);
  }

  async get<T extends object>(table: Table, id: string): Promise<T | undefined> {
    const entry = await this.entries(table).findOne({ _id: id });
    return entry?.d ? withId<T>(entry) : undefined;
  }

  async find<T extends object>(table: Table, query: Query): Promise<T[]> {
    const limit = limitOf(query);
    const sort = order(query.sort ?? ['_id'], MODEL_NAMES);
    const clauses = [ALIVE, ...matching(query, MODEL_NAMES)];
    const found: ModelEntry[] = [];
    for (const part of partsAfter(query, MODEL_NAMES)) {
      found.push(
        ...(await this.entries(table)
          .find(both([...clauses, ...part]), { sort, limit: limit - found.length })
          .toArray()),
      );
      if (found.length >= limit) break;
    }
    return found.map(withId<T>);
  }

  count(table: Table, query: CountQuery): Promise<number> {
    return this.entries(table).countDocuments(both([ALIVE, ...matching(query, MODEL_NAMES)]), query.limit ? { limit: query.limit } : {});
  }

  async scan(table: Table, after: string | undefined, limit: number): Promise<ModelDocument[]> {
    const beyond = after === undefined ? [] : [{ _id: { $gt: after } }];
    return (
      await this.entries(table)
        .find(both([ALIVE, ...beyond]), { sort: { _id: 1 }, limit })
        .toArray()
    ).map(modelDocument);
  }

  private entries(table: Table): Collection<ModelEntry> {
    return this.db.collection<ModelEntry>(nameOf(table));
  }
}

/** The writes that met a taken id. @throws the error itself when anything else went wrong */
export function takenBy(error: unknown): number[] {
  if (!(error instanceof MongoBulkWriteError)) throw error;
  const failures = [error.writeErrors].flat();
  if (failures.length === 0 || error.result.getWriteConcernError() || failures.some(({ code }) => code !== DUPLICATE)) throw error;
  return failures.map(({ index }) => index);
}

function modelEntry({ position, doc, subjects }: ModelDocument): Omit<ModelEntry, '_id'> {
  const { doc: d, escaped } = doc ? encode(doc) : { doc: null, escaped: false };
  return { p: position, d, s: [...subjects], ...(escaped ? { e: true as const } : {}) };
}

const body = ({ d, e }: Pick<ModelEntry, 'd' | 'e'>): object | null => (e ? (decode(d) as object) : d);

const modelDocument = (entry: ModelEntry): ModelDocument => ({
  id: entry._id,
  position: entry.p,
  doc: body(entry),
  subjects: [...entry.s],
});

function withId<T extends object>(entry: ModelEntry): T {
  const doc = body(entry) as T & { id?: string };
  doc.id ??= entry._id;
  return doc;
}

function nameOf({ model, version, generation }: Table): string {
  const name = `m_${model}_${version}_${generation}`;
  if (!NAME.test(name)) throw new Error(`"${name}" is not a name for a table: a model is called in kebab-case`);
  return name;
}
