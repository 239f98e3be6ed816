import type { AnyBulkWriteOperation, Collection as MongoCollection, Db } from 'mongodb';
import type { MongoBulkWriteError } from 'mongodb';
import { MongoServerError } from 'mongodb';
import { decode, encode } from './mongodb-documents';
import { DUPLICATE, takenBy } from './mongodb-models';
import { createMissing } from './mongodb-indexes';
import { both, indexFields, matching, order, partsAfter } from './mongodb-query';
import type { Clause } from './mongodb-query';
import { limitOf, PLAIN_NAMES } from './paths';
import type { Collection, Filter, Plain, Query } from './read-store';

/** `d` is the document, `r` its revision, `x` when it expires (null: never); `e` says that `d` is encoded. */
interface PlainEntry {
  readonly _id: string;
  readonly d: object;
  readonly r: number;
  readonly x: number | null;
  readonly e: boolean;
}

/** Who loses a race for a new key tries again. Some servers then give up the rest of a group: it is written again as well. */
const TRIES = 10;

/** Plain documents in MongoDB, acknowledged when a majority (of one, on a lone server) has them in its journal. */
export class MongoCollections {
  constructor(
    private readonly db: Db,
    private readonly now: () => number,
  ) {}

  async ensure({ name, indexes }: Collection): Promise<void> {
    const keys = [{ x: 1 as const }, ...indexes.map((paths) => indexFields(paths, PLAIN_NAMES))];
    await createMissing(this.entries(name), keys);
  }

  async fetch<T extends object>(collection: string, key: string): Promise<Plain<T> | undefined> {
    const entry = await this.entries(collection).findOne(both([{ _id: key }, this.live()]));
    return entry ? plain<T>(entry) : undefined;
  }

  async fetchMany<T extends object>(collection: string, keys: readonly string[]): Promise<readonly Plain<T>[]> {
    const found = this.entries(collection).find(both([{ _id: { $in: [...keys] } }, this.live()]));
    return (await found.toArray()).map(plain<T>);
  }

  async putIfAbsent(collection: string, key: string, doc: object, expiresAt: number | undefined): Promise<boolean> {
    const fields = { ...stored(doc, expiresAt), r: 1 };
    try {
      await this.entries(collection).insertOne({ _id: key, ...fields });
      return true;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
    const { matchedCount } = await this.entries(collection).updateOne({ _id: key, x: { $lte: this.now() } }, { $set: fields });
    return matchedCount > 0;
  }

  async putMany(collection: string, entries: readonly { key: string; doc: object; expiresAt?: number }[]): Promise<void> {
    let left = entries;
    for (let tries = 1; left.length > 0; tries += 1) {
      try {
        await this.entries(collection).bulkWrite(left.map(upsert), { ordered: false });
        return;
      } catch (error) {
        const taken = takenBy(error);
        if (tries === TRIES) throw error;
        const { upsertedCount, matchedCount } = error as MongoBulkWriteError;
        const allTried = upsertedCount + matchedCount + taken.length === left.length;
        left = allTried ? taken.map((i) => left[i]) : left;
      }
    }
  }

  async compareAndSet(collection: string, key: string, revision: number, doc: object, expiresAt: number | undefined): Promise<boolean> {
    const filter = both([{ _id: key }, { r: revision }, this.live()]) as object;
    const { matchedCount } = await this.entries(collection).updateOne(filter, { $set: { ...stored(doc, expiresAt), r: revision + 1 } });
    return matchedCount > 0;
  }

  async remove(collection: string, key: string): Promise<void> {
    await this.entries(collection).deleteOne({ _id: key });
  }

  async removeWhere(collection: string, filter: Filter): Promise<number> {
    return (await this.entries(collection).deleteMany(this.matching({ filter }))).deletedCount;
  }

  async list<T extends object>(collection: string, query: Query): Promise<Plain<T>[]> {
    const limit = limitOf(query);
    const sort = order(query.sort ?? ['_id'], PLAIN_NAMES);
    const found: PlainEntry[] = [];
    for (const part of partsAfter(query, PLAIN_NAMES)) {
      found.push(
        ...(await this.entries(collection)
          .find(this.matching(query, part), { sort, limit: limit - found.length })
          .toArray()),
      );
      if (found.length >= limit) break;
    }
    return found.map(plain<T>);
  }

  count(collection: string, filter: Filter): Promise<number> {
    return this.entries(collection).countDocuments(this.matching({ filter }));
  }

  async sweep(now: number): Promise<number> {
    const names = (await this.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
    let swept = 0;
    for (const name of names.filter((each) => each.startsWith('p_'))) {
      swept += (await this.db.collection<PlainEntry>(name).deleteMany({ x: { $lte: now } })).deletedCount;
    }
    return swept;
  }

  private matching(query: Pick<Query, 'filter' | 'anyOf'>, part: readonly Clause[] = []): object {
    return both([this.live(), ...matching(query, PLAIN_NAMES), ...part]);
  }

  private live(): Clause {
    return { $or: [{ x: null }, { x: { $gt: this.now() } }] };
  }

  private entries(collection: string): MongoCollection<PlainEntry> {
    if (!/^[a-z0-9-]+$/.test(collection)) throw new Error(`"${collection}" is not a name for a collection: it is written in kebab-case`);
    return this.db.collection<PlainEntry>(`p_${collection}`, { writeConcern: { w: 'majority', journal: true } });
  }
}

const isDuplicate = (error: unknown): boolean => error instanceof MongoServerError && error.code === DUPLICATE;

function stored(doc: object, expiresAt: number | undefined): Pick<PlainEntry, 'd' | 'x' | 'e'> {
  const { doc: d, escaped: e } = encode(doc);
  return { d, x: expiresAt ?? null, e };
}

const upsert = ({ key, doc, expiresAt }: { key: string; doc: object; expiresAt?: number }): AnyBulkWriteOperation<PlainEntry> => ({
  updateOne: { filter: { _id: key }, update: { $set: stored(doc, expiresAt), $inc: { r: 1 } }, upsert: true },
});

const plain = <T extends object>({ _id, d, r, e }: PlainEntry): Plain<T> => ({ key: _id, doc: (e ? decode(d) : d) as T, revision: r });
