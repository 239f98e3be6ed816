import { StoreUnavailable } from '../../src/platform/event-store/event-store';
import type { ReadStore } from '../../src/platform/read-store/read-store';

const WRITES = new Set(['replace', 'put', 'putMany', 'putIfAbsent', 'compareAndSet', 'remove', 'ensureTable', 'buildIndexes']);

/** A read store that dies at its n-th write, before it is done or after: from then on nothing answers well, as after a kill. */
export function failingStore(store: ReadStore, nth: number, when: 'before' | 'after'): FailingStore {
  let failed = false;
  let writes = 0;
  const fail = (): never => {
    failed = true;
    throw new StoreUnavailable('The process was killed here.');
  };
  return new Proxy(store, {
    get: (target, name: string) => {
      if (name === 'failed') return failed;
      if (name === 'cut') return () => void (failed = true);
      const value = (target as unknown as Record<string, unknown>)[name];
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]): Promise<unknown> => {
        if (failed) return fail();
        const dies = WRITES.has(name) && ++writes === nth;
        if (dies && when === 'before') return fail();
        const answer = (await (value as (...of: unknown[]) => unknown).apply(target, args)) as unknown;
        return dies ? fail() : answer;
      };
    },
  }) as unknown as FailingStore;
}

export interface FailingStore extends ReadStore {
  readonly failed: boolean;
  /** From now on nothing answers. */
  cut(): void;
}
