import { type Collection, MongoServerError } from 'mongodb';

type Keys = Record<string, 1 | -1>;

const NO_SUCH_COLLECTION = 26;

/**
 * Creates the indexes that are not there yet. MongoDB ignores those it has; others that speak its protocol break the connection when
 * a few of them are named again.
 */
export async function createMissing<T extends object>(collection: Collection<T>, wanted: readonly Keys[]): Promise<void> {
  const there = new Set((await existing(collection)).map(({ key }) => signature(key)));
  const missing = wanted.filter((key) => !there.has(signature(key)));
  if (missing.length > 0) await collection.createIndexes(missing.map((key) => ({ key })));
}

async function existing<T extends object>(collection: Collection<T>): Promise<readonly { key: object }[]> {
  try {
    return (await collection.indexes()) as readonly { key: object }[];
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NO_SUCH_COLLECTION) return [];
    throw error;
  }
}

/** A server may answer a direction as another kind of number. */
const signature = (key: object): string => JSON.stringify(Object.entries(key).map(([path, direction]) => [path, Number(direction)]));
