import { join } from 'node:path';
import { type ChainEnd, verifyChain } from '../src/platform/event-store/chain';
import { SqliteEventStore } from '../src/platform/event-store/sqlite';

export interface LogFindings {
  /** By id, in cents. */
  readonly deductions: ReadonlyMap<string, { readonly card: string; readonly amount: number }>;
  /** Of each card that was used: what its last fact says, which is also what its deductions leave. */
  readonly balances: ReadonlyMap<string, number>;
}

interface Deducted {
  readonly cardId: string;
  readonly deductionId: string;
  readonly amount: { readonly amount: number };
  readonly balance: { readonly amount: number };
}

/**
 * Reads a log that no process holds any more, event by event.
 * @throws Error for a commit that was not durable, a broken chain, a deduction that is there twice, a balance that does not follow
 */
export async function readLog(dataFolder: string): Promise<LogFindings> {
  const store = await SqliteEventStore.open({ file: join(dataFolder, 'events.db') });
  try {
    const { durability } = store;
    if (durability?.synchronous !== 2 || durability.journal !== 'wal') throw new Error(`Not durable: ${JSON.stringify(durability)}`);
    return await findings(store);
  } finally {
    await store.close();
  }
}

async function findings(store: SqliteEventStore): Promise<LogFindings> {
  const deductions = new Map<string, { card: string; amount: number }>();
  const balances = new Map<string, number>();
  const chains = new Map<string, ChainEnd>();
  for (let after = 0, end = false; !end;) {
    const page = await store.readAll({ after, limit: 10_000 });
    for (const event of page.events) {
      const check = verifyChain(event.stream, [event], chains.get(event.stream));
      if (!check.whole) throw new Error(`The chain of ${event.stream} breaks at revision ${check.revision}: ${check.reason}`);
      chains.set(event.stream, check);
      if (event.type !== 'FundsDeducted') continue;
      const { cardId, deductionId, amount, balance } = JSON.parse(event.data) as Deducted;
      if (deductions.has(deductionId)) throw new Error(`${deductionId} is in the log twice`);
      const before = balances.get(cardId);
      if (balance.amount < 0 || (before !== undefined && before - amount.amount !== balance.amount))
        throw new Error(`${cardId} went from ${before} to ${balance.amount} by ${amount.amount}`);
      deductions.set(deductionId, { card: cardId, amount: amount.amount });
      balances.set(cardId, balance.amount);
    }
    after = page.next;
    end = page.end;
  }
  return { deductions, balances };
}
