import type { Actor, Fact, Instant } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import type { Personal } from '../../kernel/personal';
import { factNames } from '../../kernel/registration';

/** Who told us: a partner through our API or its signed webhook, or one of the tills whose own notices we read. */
export type PosSource = 'api' | 'square' | 'clover';

/** What was bought, as the till wrote it; prices are of one piece. */
export interface PosItem {
  readonly name: string;
  readonly quantity: number;
  readonly price?: Money;
}

/** A till took a payment with the special payment method. */
export type PosPaymentReported = Fact<
  'PosPaymentReported',
  {
    posPaymentId: string;
    network: string;
    locationId: string;
    source: PosSource;
    /** The till's own id of the payment, unique for its source and location. */
    externalId: string;
    amount: Money;
    /** The payment method's name at the till. */
    tender?: string;
    till?: string;
    /** The till's own words: a receipt or order number. */
    reference?: string;
    clerk?: Personal<string>;
    items?: readonly PosItem[];
    takenAt: Instant;
    /** The till's own time of this state of the payment: what is older is out of date. */
    changedAt: Instant;
    at: Instant;
  }
>;
/** The till changed the amount before anybody used the payment. */
export type PosPaymentAmended = Fact<'PosPaymentAmended', { posPaymentId: string; amount: Money; changedAt: Instant; at: Instant }>;
export type PosPaymentAssigned = Fact<'PosPaymentAssigned', { posPaymentId: string; redemptionId: string; by: Actor; at: Instant }>;
/** The deduction was refused: the payment waits again. */
export type PosPaymentReleased = Fact<'PosPaymentReleased', { posPaymentId: string; redemptionId: string; at: Instant }>;
/** The card was deducted. `voided`: the till had cancelled the payment meanwhile, so the redemption is to be reversed. */
export type PosPaymentUsed = Fact<'PosPaymentUsed', { posPaymentId: string; redemptionId: string; voided?: boolean; at: Instant }>;
/** The till cancelled or refunded the payment. With a redemption: it had been selected; `used` says whether the card was deducted. */
export type PosPaymentVoided = Fact<'PosPaymentVoided', { posPaymentId: string; redemptionId?: string; used?: boolean; at: Instant }>;

export type PosPaymentFact =
  PosPaymentReported | PosPaymentAmended | PosPaymentAssigned | PosPaymentReleased | PosPaymentUsed | PosPaymentVoided;

export const posPaymentFacts = factNames<PosPaymentFact>()({
  PosPaymentReported: true,
  PosPaymentAmended: true,
  PosPaymentAssigned: true,
  PosPaymentReleased: true,
  PosPaymentUsed: true,
  PosPaymentVoided: true,
});

export const posPaymentPersonal = { PosPaymentReported: ['clerk'] } as const;
