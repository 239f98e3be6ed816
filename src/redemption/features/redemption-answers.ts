import type { Actor } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { reveal } from '../../kernel/personal';
import { Id, Line, ListOf, Nested, OneOf, Optional, Time, Whole } from '../../platform/web/input';
import { redemptionWays, refusals, type DoneRedemption, type RedeemedItem } from '../domain/redemption';
import { receiptCode } from '../domain/redemption';
import { redemptionStates, type RedemptionListItem } from '../read-models/redemption-list';

/** How the API shows redemptions. */

export class RedemptionMoney {
  @Whole(0, Number.MAX_SAFE_INTEGER, { description: 'Minor units: 2500 is 25.00', example: 2500 }) amount!: number;
  @OneOf(['USD', 'CAD'], { example: 'USD' }) currency!: string;
}

export class RedemptionActor {
  @OneOf(['employee', 'device', 'apiKey', 'buyer', 'public', 'policy', 'job', 'operator'], { example: 'device' }) kind!: string;
  @Line(100, { example: 'dev_01JD8Z4M2Q7RXK3V5T9WBN6CHG' }) id!: string;
}

export class RedeemedItemAnswer {
  @Line(100, { example: 'itm_01JD8Z4M2Q7RXK3V5T9WBN6CHG' }) itemId!: string;
  @Line(200, { example: 'Country loaf' }) name!: string;
  @Nested(() => RedemptionMoney, { description: 'Of one, as it was then' }) price!: Money;
  @Whole(1, 999, { example: 2 }) quantity!: number;
}

export class RedemptionReversal {
  @Id('rev') id!: string;
  @Time() at!: string;
  @Nested(() => RedemptionActor) by!: Actor;
  @Optional() @Line(200) reason?: string;
}

export class RedemptionAnswer {
  @Id('rdm') id!: string;
  @Line(20, { description: 'What receipts show; not unique', example: 'R-N6CH-GX' }) receipt!: string;
  @OneOf(redemptionStates, { example: 'completed', description: 'Started ones come to their end by themselves' }) state!: string;
  @Id('card') cardId!: string;
  @Line(4, { example: 'HZ3C' }) lastFour!: string;
  @Id('loc') locationId!: string;
  @Nested(() => RedemptionMoney, { description: 'What was taken off the card' }) amount!: Money;
  @Optional()
  @Nested(() => RedemptionMoney, { description: 'The total, where the card held less: the rest was to be collected another way' })
  asked?: Money;
  @Optional() @Nested(() => RedemptionMoney, { description: 'What was left on the card' }) balance?: Money;
  @OneOf(['value', 'items', 'posPayment'], { example: 'items' }) kind!: string;
  @Optional() @ListOf(() => RedeemedItemAnswer, 200) items?: RedeemedItem[];
  @Optional() @Id('pos') posPaymentId?: string;
  @Nested(() => RedemptionActor) by!: Actor;
  @OneOf(redemptionWays, { example: 'screen' }) via!: string;
  @Optional() @Line(100, { description: 'Who stood at the counter', example: 'June' }) clerk?: string;
  @Optional() @Line(200) reference?: string;
  @Optional() @OneOf(refusals, { description: 'Why nothing was taken' }) refusal?: string;
  @Time() startedAt!: string;
  @Optional() @Time() completedAt?: string;
  @Optional() @Nested(() => RedemptionReversal) reversal?: RedemptionReversal;
}

/** From the list's document. */
export function listedAnswer(doc: Omit<RedemptionListItem, 'clerkSearch'>): RedemptionAnswer {
  const { redemptionId, receipt, state, cardId, lastFour, locationId, amount, what, by, via, startedAt, reversal } = doc;
  return {
    id: redemptionId,
    receipt,
    state,
    cardId,
    lastFour,
    locationId,
    amount,
    asked: doc.asked ?? undefined,
    balance: doc.balance ?? undefined,
    kind: what.kind,
    ...(what.kind === 'items' ? { items: [...what.items] } : {}),
    ...(what.kind === 'posPayment' ? { posPaymentId: what.posPaymentId } : {}),
    by,
    via,
    clerk: reveal(doc.clerk ?? undefined),
    reference: doc.reference ?? undefined,
    refusal: doc.refusal ?? undefined,
    startedAt,
    completedAt: doc.completedAt ?? undefined,
    reversal: reversal ? { id: reversal.reversalId, at: reversal.at, by: reversal.by, reason: reversal.reason ?? undefined } : undefined,
  };
}

/** From the redemption itself: what a command decided, never a list that may lag behind. */
export function doneAnswer(done: DoneRedemption, network: string): RedemptionAnswer {
  const { redemptionId, status: state, asked, balance, clerk, reference, completedAt, reversal } = done;
  return listedAnswer({
    ...done,
    network,
    receipt: receiptCode(redemptionId),
    state,
    asked: asked ?? null,
    balance,
    clerk: clerk ?? null,
    reference: reference ?? null,
    refusal: null,
    completedAt,
    reversal: reversal ? { ...reversal, reason: reversal.reason ?? null } : null,
  });
}

export const exampleRedemptionId = 'rdm_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
export const exampleLocation = 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG';

export const exampleRedemption: RedemptionAnswer = {
  id: exampleRedemptionId,
  receipt: 'R-BN6C-HG',
  state: 'completed',
  cardId: 'card_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  lastFour: 'HZ3C',
  locationId: exampleLocation,
  amount: { amount: 1850, currency: 'USD' },
  balance: { amount: 5600, currency: 'USD' },
  kind: 'value',
  by: { kind: 'apiKey', id: 'key_01JD8Z4M2Q7RXK3V5T9WBN6CHG' },
  via: 'api',
  reference: 'till 4, slip 1207',
  startedAt: '2026-11-22T15:30:00.000Z',
  completedAt: '2026-11-22T15:30:00.000Z',
};
