import type { ReadStore } from '../../src/platform/read-store/read-store';
import { modelPromises } from './read-store.models';
import { pagingPromises } from './read-store.paging';
import { plainPromises } from './read-store.plain';
import { queryPromises } from './read-store.queries';

/** Two stores on the same data: two projectors, or two instances of the program. */
export interface ReadStorePair {
  readonly store: ReadStore;
  readonly other: ReadStore;
  /** What the stores take for the time. */
  setNow(millis: number): void;
}

/**
 * Every promise of read-store.ts, held against an adapter. `pair` is called in each test, after `beforeAll`. `race` is `it`, or
 * `it.skip` (said loudly by the caller) on a server that reads and writes apart when it updates on a condition, as FerretDB 1 does.
 */
export function readStoreContract(pair: () => ReadStorePair, race: typeof it | typeof it.skip = it): void {
  describe('models', () => modelPromises(pair, race));
  describe('queries', () => queryPromises(pair));
  describe('paging', () => pagingPromises(pair));
  describe('plain documents', () => plainPromises(pair, race));
}

let tables = 0;
/** A table that no other test uses. */
export const newTable = () => ({ model: `model-${(tables += 1)}`, version: 1, generation: 1 });
let collections = 0;
export const newCollection = () => `collection-${(collections += 1)}`;
