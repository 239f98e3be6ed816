import { factNames } from '../../kernel/registration';
import type { Actor, Fact, Instant } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import type { Personal } from '../../kernel/personal';

/** Everything that can happen to a gift card (stream `giftCard-{cardId}`), written down once and never changed. */

export type CardId = string;
export type LocationId = string;

/** A buyer or a recipient as the card knows them. */
export interface Person {
  readonly email: Personal<string>;
  readonly name?: Personal<string>;
}

/** The code as the log holds it: sealed under the vault, found by its keyed hash, shown as its last four. */
export interface SealedCode {
  readonly sealed: string;
  readonly hash: string;
  readonly lastFour: string;
}

/** The recipient's link: its token is derived from card, number and key version, so only its hash is kept. */
export interface CardLink {
  readonly number: number;
  readonly keyVersion: number;
  readonly hash: string;
}

/** How the recipient gets the card: by our mail now or at a time, or by the seller's own hand. */
export type Delivery = { readonly kind: 'now' } | { readonly kind: 'at'; readonly at: Instant } | { readonly kind: 'none' };

export const paymentMethods = ['cash', 'card', 'cheque', 'transfer', 'complimentary', 'other'] as const;

/** How a card or top-up was paid at the counter, as the employee recorded it. */
export interface CounterPayment {
  readonly method: (typeof paymentMethods)[number];
  readonly reference?: string;
}

export type CardSource =
  | { readonly kind: 'api'; readonly reference?: string }
  | { readonly kind: 'counter'; readonly payment: CounterPayment }
  | { readonly kind: 'import'; readonly importId: string; readonly line: number }
  | { readonly kind: 'order'; readonly orderId: string }
  | { readonly kind: 'groupGift'; readonly groupGiftId: string };

/** Imported cards were sold elsewhere; orders and group gifts have receipts of their own. */
export const hasReceipt = ({ kind }: CardSource): boolean => kind === 'api' || kind === 'counter';

export type DeductionCause =
  | { readonly kind: 'api'; readonly reference?: string }
  | { readonly kind: 'buyerCode' }
  | { readonly kind: 'redemption'; readonly redemptionId: string };

export type TopUpCause =
  | { readonly kind: 'api'; readonly reference?: string }
  | { readonly kind: 'counter'; readonly payment: CounterPayment }
  | { readonly kind: 'order'; readonly orderId: string }
  | { readonly kind: 'groupGift'; readonly groupGiftId: string };

/** Why a requested deduction came to nothing. */
export type CancelReason = 'attempts' | 'expired' | 'withdrawn' | 'insufficient' | 'superseded' | 'stopped' | 'blocked' | 'voided';

/** Mails that go to the buyer. */
export type BuyerMail = 'receipt' | 'deduction-code' | 'funds-deducted';

export type CardIssued = Fact<
  'CardIssued',
  {
    cardId: CardId;
    /** The network's id, so that every stream's first fact names it. */
    network: string;
    value: Money;
    balance: Money;
    /** The most that this card may ever hold. */
    limit: Money;
    buyer: Person;
    recipient?: Person;
    message?: Personal<string>;
    /** Of the mails about this card. */
    language: 'en' | 'fr';
    delivery: Delivery;
    code: SealedCode;
    link: CardLink;
    source: CardSource;
    design?: string;
    /** Absent: the card never expires. */
    expiresAt?: Instant;
    by: Actor;
    locationId?: LocationId;
    at: Instant;
  }
>;

/** A gift mail waits to be sent; `mail` counts them, so that a late outcome of an older one is recognised. */
export type GiftMailRequested = Fact<'GiftMailRequested', { cardId: CardId; mail: number; by: Actor; at: Instant }>;
export type GiftMailFailed = Fact<'GiftMailFailed', { cardId: CardId; mail: number; reason: string; at: Instant }>;

/** The recipient has the card: the mail server took the gift, or the seller hands it over. */
export type CardDelivered = Fact<
  'CardDelivered',
  { cardId: CardId; how: { readonly kind: 'mail'; readonly mail: number } | { readonly kind: 'seller' }; at: Instant }
>;

export type FundsDeducted = Fact<
  'FundsDeducted',
  {
    cardId: CardId;
    deductionId: string;
    amount: Money;
    balance: Money;
    by: Actor;
    locationId: LocationId;
    why: DeductionCause;
    /** True when the buyer is to be told by mail. */
    notify: boolean;
    at: Instant;
  }
>;

export type CardToppedUp = Fact<
  'CardToppedUp',
  {
    cardId: CardId;
    topUpId: string;
    amount: Money;
    balance: Money;
    by: Actor;
    locationId?: LocationId;
    why: TopUpCause;
    /** The card's new expiry, where the network sets one. */
    expiresAt?: Instant;
    at: Instant;
  }
>;

export type DeductionReversed = Fact<
  'DeductionReversed',
  {
    cardId: CardId;
    reversalId: string;
    deductionId: string;
    amount: Money;
    balance: Money;
    by: Actor;
    locationId: LocationId;
    reason?: string;
    at: Instant;
  }
>;

export type DeductionRequested = Fact<
  'DeductionRequested',
  {
    cardId: CardId;
    /** Also the id of the deduction that may come of it. */
    deductionId: string;
    amount: Money;
    by: Actor;
    locationId: LocationId;
    /** Keyed hash of the six digits, bound to card, deduction and amount. */
    codeHash: string;
    keyVersion: number;
    /** Hash of the token in the buyer's link to stop it. */
    stopHash: string;
    expiresAt: Instant;
    at: Instant;
  }
>;
export type DeductionCodeRejected = Fact<
  'DeductionCodeRejected',
  { cardId: CardId; deductionId: string; attemptsLeft: number; by: Actor; at: Instant }
>;
export type DeductionCancelled = Fact<
  'DeductionCancelled',
  { cardId: CardId; deductionId: string; reason: CancelReason; by: Actor; at: Instant }
>;

/**
 * The card said no to a redemption that had been opened. Nothing was taken, and under this redemption's id nothing ever will be, whatever
 * is loaded onto the card later and whoever still works at it.
 */
export type RedemptionDeclined = Fact<
  'RedemptionDeclined',
  {
    cardId: CardId;
    redemptionId: string;
    deductionId: string;
    amount: Money;
    /** What the card held. */
    balance: Money;
    /** The refusal's code, as the redemption has it too. */
    refusal: string;
    locationId: LocationId;
    by: Actor;
    at: Instant;
  }
>;

export type BuyerMailSent = Fact<'BuyerMailSent', { cardId: CardId; mail: BuyerMail; about: string; at: Instant }>;
export type BuyerMailFailed = Fact<'BuyerMailFailed', { cardId: CardId; mail: BuyerMail; about: string; reason: string; at: Instant }>;

export type CardBlocked = Fact<'CardBlocked', { cardId: CardId; reason?: string; by: Actor; at: Instant }>;
/** One tap in the mail with the code: nobody can spend until an employee unblocks the card. */
export type CardFrozenByBuyer = Fact<'CardFrozenByBuyer', { cardId: CardId; deductionId: string; at: Instant }>;
export type CardUnblocked = Fact<'CardUnblocked', { cardId: CardId; reason?: string; by: Actor; at: Instant }>;

/** Final. `amount` is what was taken off; the balance is zero from then on. */
export type CardVoided = Fact<'CardVoided', { cardId: CardId; amount: Money; balance: Money; reason?: string; by: Actor; at: Instant }>;
export type CardExpired = Fact<'CardExpired', { cardId: CardId; amount: Money; balance: Money; at: Instant }>;

/** A new code and a new link; the ones named in `replaced` are dead from this fact on. */
export type CardReplaced = Fact<
  'CardReplaced',
  {
    cardId: CardId;
    code: SealedCode;
    link: CardLink;
    replaced: { readonly codeHash: string; readonly linkHash: string };
    why: 'lost' | 'recipientCorrected';
    by: Actor;
    at: Instant;
  }
>;
export type RecipientCorrected = Fact<'RecipientCorrected', { cardId: CardId; recipient: Person; by: Actor; at: Instant }>;
export type BuyerCorrected = Fact<'BuyerCorrected', { cardId: CardId; buyer: Person; by: Actor; at: Instant }>;

export type GiftCardFact =
  | CardIssued
  | GiftMailRequested
  | GiftMailFailed
  | CardDelivered
  | FundsDeducted
  | CardToppedUp
  | DeductionReversed
  | DeductionRequested
  | DeductionCodeRejected
  | DeductionCancelled
  | RedemptionDeclined
  | BuyerMailSent
  | BuyerMailFailed
  | CardBlocked
  | CardFrozenByBuyer
  | CardUnblocked
  | CardVoided
  | CardExpired
  | CardReplaced
  | RecipientCorrected
  | BuyerCorrected;

export const giftCardFacts = factNames<GiftCardFact>()({
  CardIssued: true,
  GiftMailRequested: true,
  GiftMailFailed: true,
  CardDelivered: true,
  FundsDeducted: true,
  CardToppedUp: true,
  DeductionReversed: true,
  DeductionRequested: true,
  DeductionCodeRejected: true,
  DeductionCancelled: true,
  RedemptionDeclined: true,
  BuyerMailSent: true,
  BuyerMailFailed: true,
  CardBlocked: true,
  CardFrozenByBuyer: true,
  CardUnblocked: true,
  CardVoided: true,
  CardExpired: true,
  CardReplaced: true,
  RecipientCorrected: true,
  BuyerCorrected: true,
});

/** Where the personal values are, for the codec and for erasures. */
export const giftCardPersonal: Readonly<Record<string, readonly string[]>> = {
  CardIssued: ['buyer.email', 'buyer.name', 'recipient.email', 'recipient.name', 'message'],
  RecipientCorrected: ['recipient.email', 'recipient.name'],
  BuyerCorrected: ['buyer.email', 'buyer.name'],
};
