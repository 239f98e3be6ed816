import type { Actor, DataOf, FactMetadata, Instant, Projection } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { folded } from '../../kernel/folded';
import { derived, type Personal } from '../../kernel/personal';
import { receiptCode, type RedeemedWhat, type RedemptionFact, type RedemptionWay, type Refusal } from '../domain/redemption';

export const redemptionStates = ['started', 'completed', 'refused', 'reversed'] as const;
export type RedemptionState = (typeof redemptionStates)[number];

/** A redemption as lists, exports and the API show it. */
export interface RedemptionListItem {
  readonly network: string;
  readonly redemptionId: string;
  /** `R-4T7N-28`; not unique. */
  readonly receipt: string;
  readonly state: RedemptionState;
  readonly cardId: string;
  readonly lastFour: string;
  readonly locationId: string;
  readonly by: Actor;
  readonly what: RedeemedWhat;
  readonly amount: Money;
  readonly asked: Money | null;
  /** What was left on the card; null before the deduction. */
  readonly balance: Money | null;
  readonly clerk: Personal<string> | null;
  /** As a search compares it. */
  readonly clerkSearch: Personal<string> | null;
  readonly via: RedemptionWay;
  readonly reference: string | null;
  readonly refusal: Refusal | null;
  readonly startedAt: Instant;
  readonly completedAt: Instant | null;
  readonly reversal: { readonly reversalId: string; readonly by: Actor; readonly reason: string | null; readonly at: Instant } | null;
}

export const redemptionList: Projection<RedemptionListItem, RedemptionFact, 'RedemptionStarted'> = {
  name: 'redemption-list',
  version: 2,
  keys: ({ redemptionId }) => [redemptionId],
  indexes: [
    ['network', 'startedAt', 'redemptionId'],
    ['network', 'locationId', 'startedAt', 'redemptionId'],
    ['network', 'by.id', 'startedAt', 'redemptionId'],
    ['network', 'state', 'startedAt', 'redemptionId'],
    ['network', 'receipt'],
    ['network', 'lastFour'],
    ['network', 'clerkSearch.value', 'startedAt', 'redemptionId'],
    ['network', 'cardId', 'startedAt'],
  ],
  begins: { RedemptionStarted: begin },
  on: {
    RedemptionCompleted: (doc, { balance, at }) => ({ ...doc, state: 'completed', balance, completedAt: at }),
    RedemptionRefused: (doc, { code }) => ({ ...doc, state: 'refused', refusal: code }),
    RedemptionReversed: (doc, { reversalId, by, reason, at }) => ({
      ...doc,
      state: 'reversed',
      reversal: { reversalId, by, reason: reason ?? null, at },
    }),
  },
};

function begin(data: DataOf<RedemptionFact, 'RedemptionStarted'>, { network }: FactMetadata): RedemptionListItem {
  const { redemptionId, cardId, lastFour, locationId, by, what, amount, asked, clerk, via, reference, at } = data;
  return {
    network,
    redemptionId,
    receipt: receiptCode(redemptionId),
    state: 'started',
    cardId,
    lastFour,
    locationId,
    by,
    what,
    amount,
    asked: asked ?? null,
    balance: null,
    clerk: clerk ?? null,
    clerkSearch: clerk ? derived(clerk, folded) : null,
    via,
    reference: reference ?? null,
    refusal: null,
    startedAt: at,
    completedAt: null,
    reversal: null,
  };
}
