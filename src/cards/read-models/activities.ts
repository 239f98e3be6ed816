import type { Actor, Instant, RecordedFact } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import type { CancelReason, GiftCardFact, LocationId } from '../domain/gift-card.facts';

/** One line of a card's history. Folded from the stream when somebody looks, so it is never stale and never grows a document. */
export interface Activity {
  readonly id: string;
  readonly kind: ActivityKind;
  readonly at: Instant;
  readonly by: Actor;
  readonly locationId?: LocationId;
  /** What moved, with its sign from the card's view; a cancelled deduction moved nothing. */
  readonly amount?: { readonly sign: 1 | -1; readonly money: Money };
  readonly balance?: Money;
  /** Of a deduction at a counter: what redeemed it. */
  readonly redemptionId?: string;
  /** Of a deduction, asked for or done; a top-up; a reversal. */
  readonly movementId?: string;
  readonly reversed?: boolean;
  readonly reason?: string;
  readonly outcome?: CancelReason;
}

export const activityKinds = [
  'issued',
  'giftQueued',
  'giftFailed',
  'delivered',
  'deducted',
  'toppedUp',
  'reversed',
  'codeSent',
  'codeRejected',
  'cancelled',
  'declined',
  'mailSent',
  'mailFailed',
  'blocked',
  'frozen',
  'unblocked',
  'voided',
  'expired',
  'replaced',
  'recipientCorrected',
  'buyerCorrected',
] as const;
export type ActivityKind = (typeof activityKinds)[number];

const kinds: Readonly<Record<GiftCardFact['type'], ActivityKind>> = {
  CardIssued: 'issued',
  GiftMailRequested: 'giftQueued',
  GiftMailFailed: 'giftFailed',
  CardDelivered: 'delivered',
  FundsDeducted: 'deducted',
  CardToppedUp: 'toppedUp',
  DeductionReversed: 'reversed',
  DeductionRequested: 'codeSent',
  DeductionCodeRejected: 'codeRejected',
  DeductionCancelled: 'cancelled',
  RedemptionDeclined: 'declined',
  BuyerMailSent: 'mailSent',
  BuyerMailFailed: 'mailFailed',
  CardBlocked: 'blocked',
  CardFrozenByBuyer: 'frozen',
  CardUnblocked: 'unblocked',
  CardVoided: 'voided',
  CardExpired: 'expired',
  CardReplaced: 'replaced',
  RecipientCorrected: 'recipientCorrected',
  BuyerCorrected: 'buyerCorrected',
};

/** Newest first. */
export function activitiesOf(history: readonly RecordedFact<GiftCardFact>[]): readonly Activity[] {
  const reversed = new Set<string>();
  for (const { fact } of history) if (fact.type === 'DeductionReversed') reversed.add(fact.data.deductionId);
  return history.map((recorded) => activity(recorded, reversed)).reverse();
}

function activity({ fact, metadata }: RecordedFact<GiftCardFact>, reversed: ReadonlySet<string>): Activity {
  const { type, data } = fact;
  return {
    id: metadata.eventId,
    kind: kinds[type],
    at: data.at,
    by: metadata.actor,
    ...('locationId' in data && data.locationId !== undefined ? { locationId: data.locationId } : {}),
    ...moved(fact),
    ...('reason' in data && data.reason !== undefined && type !== 'DeductionCancelled' ? { reason: data.reason } : {}),
    ...(type === 'DeductionCancelled' ? { outcome: data.reason } : {}),
    ...(type === 'FundsDeducted' && data.why.kind === 'redemption' ? { redemptionId: data.why.redemptionId } : {}),
    ...(type === 'FundsDeducted' && reversed.has(data.deductionId) ? { reversed: true } : {}),
  };
}

function moved({ type, data }: GiftCardFact): Pick<Activity, 'amount' | 'balance' | 'movementId'> {
  switch (type) {
    case 'CardIssued':
      return { amount: { sign: 1, money: data.value }, balance: data.balance };
    case 'CardToppedUp':
      return { amount: { sign: 1, money: data.amount }, balance: data.balance, movementId: data.topUpId };
    case 'DeductionReversed':
      return { amount: { sign: 1, money: data.amount }, balance: data.balance, movementId: data.reversalId };
    case 'FundsDeducted':
      return { amount: { sign: -1, money: data.amount }, balance: data.balance, movementId: data.deductionId };
    case 'CardVoided':
    case 'CardExpired':
      return { amount: { sign: -1, money: data.amount }, balance: data.balance };
    case 'RedemptionDeclined':
    case 'DeductionRequested':
    case 'DeductionCodeRejected':
    case 'DeductionCancelled':
      return { movementId: data.deductionId };
    default:
      return {};
  }
}
