import { join } from 'node:path';
import { type ChainEnd, verifyChain } from '../src/platform/event-store/chain';
import { SqliteEventStore } from '../src/platform/event-store/sqlite';

interface Amount {
  readonly amount: number;
}

/** A redemption as the log has it. */
export interface LoggedRedemption {
  readonly card: string;
  readonly amount: number;
  readonly posPaymentId?: string;
  state: 'started' | 'completed' | 'refused' | 'reversed';
}

export interface RedemptionFindings {
  readonly redemptions: ReadonlyMap<string, LoggedRedemption>;
  /** Cents left on each card, by its last fact. */
  readonly balances: ReadonlyMap<string, number>;
  /** By deduction id: the redemption's id, or nothing for the buyer's code. */
  readonly deductions: ReadonlyMap<string, string | undefined>;
  readonly given: ReadonlySet<string>;
}

/**
 * Reads a log that no process holds any more.
 * @throws Error for a broken chain, an overdrawn card, a balance that does not follow, a deduction or a reversal that is there twice
 */
export async function readRedemptions(dataFolder: string): Promise<RedemptionFindings> {
  const store = await SqliteEventStore.open({ file: join(dataFolder, 'events.db') });
  const book = new Book();
  const chains = new Map<string, ChainEnd>();
  try {
    for (let after = 0, end = false; !end;) {
      const page = await store.readAll({ after, limit: 10_000 });
      for (const event of page.events) {
        const check = verifyChain(event.stream, [event], chains.get(event.stream));
        if (!check.whole) throw new Error(`The chain of ${event.stream} breaks at revision ${check.revision}: ${check.reason}`);
        chains.set(event.stream, check);
        book.enter(event.type, JSON.parse(event.data) as Entry);
      }
      after = page.next;
      end = page.end;
    }
    return book;
  } finally {
    await store.close();
  }
}

interface Entry {
  readonly cardId: string;
  readonly redemptionId: string;
  readonly deductionId: string;
  readonly amount: Amount;
  readonly balance: Amount;
  readonly what?: { readonly posPaymentId?: string };
  readonly why?: { readonly redemptionId?: string };
}

class Book implements RedemptionFindings {
  readonly redemptions = new Map<string, LoggedRedemption>();
  readonly balances = new Map<string, number>();
  readonly deductions = new Map<string, string | undefined>();
  readonly given = new Set<string>();

  enter(type: string, entry: Entry): void {
    const { redemptionId, cardId, amount } = entry;
    if (type === 'CardIssued') this.balances.set(cardId, entry.balance.amount);
    if (type === 'FundsDeducted') this.moved(entry, -1, this.deductions.has(entry.deductionId));
    if (type === 'DeductionReversed') this.moved(entry, 1, this.given.has(entry.deductionId));
    if (type === 'FundsDeducted') this.deductions.set(entry.deductionId, entry.why?.redemptionId);
    if (type === 'DeductionReversed') this.given.add(entry.deductionId);
    if (type === 'RedemptionStarted') {
      if (this.redemptions.has(redemptionId)) throw new Error(`${redemptionId} was started twice`);
      this.redemptions.set(redemptionId, { card: cardId, amount: amount.amount, posPaymentId: entry.what?.posPaymentId, state: 'started' });
    }
    const end = ends[type];
    if (end) this.redemptions.get(redemptionId)!.state = end;
  }

  private moved({ cardId, deductionId, amount, balance }: Entry, sign: 1 | -1, twice: boolean): void {
    if (twice) throw new Error(`${deductionId} moved money twice`);
    const expected = this.balances.get(cardId)! + sign * amount.amount;
    if (balance.amount !== expected || expected < 0) throw new Error(`${cardId} has ${balance.amount}; its facts make it ${expected}`);
    this.balances.set(cardId, expected);
  }
}

const ends: Readonly<Record<string, LoggedRedemption['state'] | undefined>> = {
  RedemptionCompleted: 'completed',
  RedemptionRefused: 'refused',
  RedemptionReversed: 'reversed',
};

/** What must hold once everything came to its end. @throws Error with what does not */
export function settled({ redemptions, deductions, given }: RedemptionFindings): void {
  const used = new Map<string, string>();
  for (const [id, { state, posPaymentId }] of redemptions) {
    const deduction = `ded${id.slice(3)}`;
    if (state === 'started') throw new Error(`${id} came to no end`);
    if (deductions.has(deduction) !== (state !== 'refused')) throw new Error(`${id} is ${state}, and its deduction says otherwise`);
    if (given.has(deduction) !== (state === 'reversed')) throw new Error(`${id} is ${state}, and its reversal on the card says otherwise`);
    if (state === 'refused' || posPaymentId === undefined) continue;
    if (used.has(posPaymentId)) throw new Error(`${posPaymentId} was used by ${used.get(posPaymentId)} and ${id}`);
    used.set(posPaymentId, id);
  }
  for (const [id, of] of deductions) if (of !== undefined && !redemptions.has(of)) throw new Error(`${id} belongs to no redemption`);
}
