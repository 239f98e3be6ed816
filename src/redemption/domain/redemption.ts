import { unknownFact, type Actor, type Aggregate, type DataOf, type Fact, type Instant } from '../../kernel/event-sourcing';
import { lessThan, money, positive, type Money } from '../../kernel/money';
import type { Personal } from '../../kernel/personal';
import { factNames } from '../../kernel/registration';
import { Rejection } from '../../kernel/rejection';

/** A redemption at a location (stream `redemption-{redemptionId}`): opened, deducted on the card, completed; perhaps reversed later. */

/** An item as it was when it was redeemed: later prices change nothing here. */
export interface RedeemedItem {
  readonly itemId: string;
  readonly name: string;
  readonly price: Money;
  readonly quantity: number;
}

export type RedeemedWhat =
  | { readonly kind: 'value' }
  /** `caller`: lines of a partner's own till, at its own prices. */
  | { readonly kind: 'items'; readonly source: 'stored' | 'webhook' | 'caller'; readonly items: readonly RedeemedItem[] }
  | { readonly kind: 'posPayment'; readonly posPaymentId: string };

/** Where it was asked for. */
export const redemptionWays = ['screen', 'api', 'pos'] as const;
export type RedemptionWay = (typeof redemptionWays)[number];

/** Why a redemption that was started came to nothing. `other` covers what a later version may refuse. */
export const refusals = [
  'insufficient-funds',
  'code-not-valid',
  'card-not-delivered',
  'card-blocked',
  'card-voided',
  'card-expired',
  'pos-payment-taken',
  'pos-payment-changed',
  'other',
] as const;
export type Refusal = (typeof refusals)[number];

export type RedemptionStarted = Fact<
  'RedemptionStarted',
  {
    redemptionId: string;
    /** The network's id, so that every stream's first fact names it. */
    network: string;
    cardId: string;
    lastFour: string;
    /** Hash of the code or link that was shown: if it is replaced before the deduction, that is refused. */
    presented?: string;
    locationId: string;
    by: Actor;
    what: RedeemedWhat;
    /** What is taken off the card. */
    amount: Money;
    /** The total before it was cut to what the card holds; the rest is collected another way. */
    asked?: Money;
    /** Who stood at the counter, where the network asks for it. */
    clerk?: Personal<string>;
    via: RedemptionWay;
    /** The partner's own. */
    reference?: string;
    at: Instant;
  }
>;
/** The card's own fact is durable: the deduction has this id there. */
export type RedemptionCompleted = Fact<
  'RedemptionCompleted',
  { redemptionId: string; locationId: string; deductionId: string; amount: Money; balance: Money; at: Instant }
>;
/** Nothing was taken off the card. `balance` is what it held, where that was too little. */
export type RedemptionRefused = Fact<'RedemptionRefused', { redemptionId: string; code: Refusal; balance?: Money; at: Instant }>;
/** The card has its money back. */
export type RedemptionReversed = Fact<
  'RedemptionReversed',
  {
    redemptionId: string;
    locationId: string;
    reversalId: string;
    amount: Money;
    /** What is on the card again. */
    balance: Money;
    by: Actor;
    reason?: string;
    at: Instant;
  }
>;

export type RedemptionFact = RedemptionStarted | RedemptionCompleted | RedemptionRefused | RedemptionReversed;

export const redemptionFacts = factNames<RedemptionFact>()({
  RedemptionStarted: true,
  RedemptionCompleted: true,
  RedemptionRefused: true,
  RedemptionReversed: true,
});
export const redemptionPersonal: Readonly<Record<string, readonly string[]>> = { RedemptionStarted: ['clerk'] };

type Begun = Omit<DataOf<RedemptionFact, 'RedemptionStarted'>, 'at'> & { readonly startedAt: Instant };
export interface StartedRedemption extends Begun {
  readonly status: 'started';
}
export interface RefusedRedemption extends Begun {
  readonly status: 'refused';
  readonly code: Refusal;
  readonly held?: Money;
}
/** Completed or reversed: the card's fact is there. */
export interface DoneRedemption extends Begun {
  readonly status: 'completed' | 'reversed';
  readonly deductionId: string;
  /** What was left on the card after the deduction. */
  readonly balance: Money;
  readonly completedAt: Instant;
  readonly reversal?: { readonly reversalId: string; readonly by: Actor; readonly reason?: string; readonly at: Instant };
}
export type Redemption = { readonly status: 'unknown' } | StartedRedemption | RefusedRedemption | DoneRedemption;

export const redemption: Aggregate<Redemption, RedemptionFact> = {
  initial: { status: 'unknown' },
  evolve(state, fact) {
    if (fact.type === 'RedemptionStarted') {
      const { at, ...begun } = fact.data;
      return { ...begun, status: 'started', startedAt: at };
    }
    if (state.status === 'unknown') throw new Error(`${fact.type} before RedemptionStarted`);
    switch (fact.type) {
      case 'RedemptionCompleted': {
        const { deductionId, balance, at } = fact.data;
        return { ...state, status: 'completed', deductionId, balance, completedAt: at };
      }
      case 'RedemptionRefused':
        return { ...state, status: 'refused', code: fact.data.code, held: fact.data.balance };
      case 'RedemptionReversed': {
        if (!('deductionId' in state)) throw new Error('RedemptionReversed before RedemptionCompleted');
        const { reversalId, by, reason, at } = fact.data;
        return { ...state, status: 'reversed', reversal: { reversalId, by, reason, at } };
      }
      default:
        return unknownFact(fact);
    }
  },
};

/** Its deduction and its reversal on the card have ids that follow from its own, so that each happens once. */
export const deductionOf = (redemptionId: string): string => `ded${redemptionId.slice(PREFIX)}`;
export const reversalOf = (redemptionId: string): string => `rev${redemptionId.slice(PREFIX)}`;
export const redemptionOfDeduction = (deductionId: string): string => `rdm${deductionId.slice(PREFIX)}`;
const PREFIX = 3;

/** What receipts show and people read out: `R-4T7N-28`. Two of a network may share one; a search finds both. */
export function receiptCode(redemptionId: string): string {
  const last = redemptionId.slice(-6);
  return `R-${last.slice(0, 4)}-${last.slice(4)}`;
}

/** From a typed receipt code to how it is kept; undefined for what can't be one. */
export function readReceiptCode(typed: string): string | undefined {
  const plain = typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replace(/^R(?=.{6}$)/, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  return plain.length === 6 ? `R-${plain.slice(0, 4)}-${plain.slice(4)}` : undefined;
}

export const MOST_OF_AN_ITEM = 999;
export const MOST_KINDS = 200;

/** What the items come to. @throws Rejection `items-not-chosen`, `items-not-usable`, `currency-mismatch` */
export function totalOf(items: readonly RedeemedItem[]): Money {
  const [first] = items;
  if (!first) throw new Rejection('items-not-chosen');
  if (items.length > MOST_KINDS) throw new Rejection('items-not-usable');
  let total = 0;
  for (const { price, quantity } of items) {
    positive(price, first.price.currency);
    if (!Number.isSafeInteger(quantity) || quantity < 1 || quantity > MOST_OF_AN_ITEM) throw new Rejection('items-not-usable');
    total += price.amount * quantity;
  }
  return money(total, first.price.currency);
}

export type StartRedemption = DataOf<RedemptionFact, 'RedemptionStarted'>;

/** One ticket, one key: what was started once is not started again, whatever the second try says. */
export function startRedemption(state: Redemption, start: StartRedemption): RedemptionFact[] {
  if (state.status !== 'unknown') return [];
  const { redemptionId, network, cardId, lastFour, presented, locationId, by, what, amount, asked, clerk, via, reference, at } = start;
  positive(amount, amount.currency);
  if (asked && !lessThan(amount, asked)) throw new Error('A total that was not cut is no asked amount');
  return [
    {
      type: 'RedemptionStarted',
      data: { redemptionId, network, cardId, lastFour, presented, locationId, by, what, amount, asked, clerk, via, reference, at },
    },
  ];
}

export interface CompleteRedemption {
  readonly deductionId: string;
  readonly balance: Money;
  readonly at: Instant;
}

export function completeRedemption(state: Redemption, { deductionId, balance, at }: CompleteRedemption): RedemptionFact[] {
  if (state.status !== 'started') return [];
  const { redemptionId, locationId, amount } = state;
  return [{ type: 'RedemptionCompleted', data: { redemptionId, locationId, deductionId, amount, balance, at } }];
}

export interface RefuseRedemption {
  readonly code: Refusal;
  readonly balance?: Money;
  readonly at: Instant;
}

export function refuseRedemption(state: Redemption, { code, balance, at }: RefuseRedemption): RedemptionFact[] {
  if (state.status !== 'started') return [];
  return [{ type: 'RedemptionRefused', data: { redemptionId: state.redemptionId, code, balance, at } }];
}

/** Minutes in which a device may take back its own last redemption. */
export const UNDO_MINUTES = 15;

/** @throws Rejection `redemption-unknown`, `redemption-not-completed`, `already-reversed` */
export function reversible(state: Redemption): DoneRedemption {
  if (state.status === 'unknown') throw new Rejection('redemption-unknown');
  if (state.status === 'reversed') throw new Rejection('already-reversed');
  if (state.status !== 'completed') throw new Rejection('redemption-not-completed');
  return state;
}

/** Until when the device that made it may undo it. */
export const undoableUntil = ({ completedAt }: Pick<DoneRedemption, 'completedAt'>): Instant =>
  new Date(Date.parse(completedAt) + UNDO_MINUTES * 60_000).toISOString();

/** @throws Rejection what `reversible` throws, `undo-not-yours`, `undo-too-late` */
export function undoable(state: Redemption, device: string, at: Instant): DoneRedemption {
  const done = reversible(state);
  if (done.by.kind !== 'device' || done.by.id !== device) throw new Rejection('undo-not-yours');
  if (at >= undoableUntil(done)) throw new Rejection('undo-too-late');
  return done;
}

export interface RecordReversal {
  readonly reversalId: string;
  readonly balance: Money;
  readonly by: Actor;
  readonly reason?: string;
  readonly at: Instant;
}

/** The card has its money back already: what is written here follows it. */
export function recordReversal(state: Redemption, { reversalId, balance, by, reason, at }: RecordReversal): RedemptionFact[] {
  if (state.status !== 'completed') return [];
  const { redemptionId, locationId, amount } = state;
  return [{ type: 'RedemptionReversed', data: { redemptionId, locationId, reversalId, amount, balance, by, reason, at } }];
}

/** A sentence for each thing about one redemption that does not add up; for audits. */
export function redemptionAddsUp(facts: readonly Fact[]): readonly string[] {
  const complaints: string[] = [];
  let started: DataOf<RedemptionFact, 'RedemptionStarted'> | undefined;
  for (const { type, data } of facts as readonly RedemptionFact[]) {
    if (type === 'RedemptionStarted') started = data;
    else if ('amount' in data && data.amount.amount !== started?.amount.amount)
      complaints.push(`${type} is of ${data.amount.amount}, what was started of ${started?.amount.amount}`);
  }
  const { what, amount, asked } = started ?? {};
  if (what?.kind === 'items' && amount && totalOf(what.items).amount !== (asked ?? amount).amount)
    complaints.push(`The items come to ${totalOf(what.items).amount}, not to ${(asked ?? amount).amount}`);
  return complaints;
}
