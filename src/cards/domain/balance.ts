import type { CommandContext, Instant } from '../../kernel/event-sourcing';
import { lessThan, minus, plus, positive, type Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { existing, spendable, type GiftCard, type LiveCard } from './gift-card';
import type { CardId, DeductionCause, GiftCardFact, LocationId, TopUpCause } from './gift-card.facts';
import { SHORTEST_LIFE, yearsAfter } from './issue-card';
import { openPlace, type PlaceStanding } from './place';

export class DeductFunds {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly deduction: {
      readonly deductionId: string;
      readonly amount: Money;
      readonly locationId: LocationId;
      readonly place?: PlaceStanding;
      readonly why: DeductionCause;
      readonly notify: boolean;
      /** Hash of the code or link that was shown. */
      readonly presented?: string;
    },
  ) {}
}

export function deductFunds(card: GiftCard, { context, cardId, deduction }: DeductFunds): GiftCardFact[] {
  const { deductionId, amount, locationId, why, notify, presented } = deduction;
  openPlace(deduction.place);
  const { balance } = spendable(card, context.at, presented);
  positive(amount, balance.currency);
  covers(balance, amount);
  return [
    {
      type: 'FundsDeducted',
      data: { cardId, deductionId, amount, balance: minus(balance, amount), by: context.actor, locationId, why, notify, at: context.at },
    },
  ];
}

export class DeclineRedemption {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly redemption: {
      readonly redemptionId: string;
      readonly deductionId: string;
      readonly amount: Money;
      readonly locationId: LocationId;
      readonly refusal: string;
    },
  ) {}
}

/**
 * Written under the command of the deduction itself, so that of the two only one can ever be: whoever comes second is answered what was
 * first. Of a card that was never issued there is nothing to decline.
 */
export function declineRedemption(card: GiftCard, { context, cardId, redemption }: DeclineRedemption): GiftCardFact[] {
  if (card.status === 'unissued') return [];
  const { actor: by, at } = context;
  const { redemptionId, deductionId, amount, locationId, refusal } = redemption;
  const { balance } = card;
  return [{ type: 'RedemptionDeclined', data: { cardId, redemptionId, deductionId, amount, balance, refusal, locationId, by, at } }];
}

/** @throws Rejection `insufficient-funds`, which says how much is there */
export function covers(balance: Money, amount: Money): void {
  if (lessThan(balance, amount)) throw new Rejection('insufficient-funds', { balance, amount });
}

export class TopUpCard {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly topUp: {
      readonly topUpId: string;
      readonly amount: Money;
      readonly why: TopUpCause;
      readonly locationId?: LocationId;
      readonly place?: PlaceStanding;
      readonly presented?: string;
      /** The expiry that the network's rules give to what is loaded now; its handler fills it in. */
      readonly expiresAt?: Instant;
    },
  ) {}
}

export function topUpCard(card: GiftCard, { context, cardId, topUp }: TopUpCard): GiftCardFact[] {
  const { topUpId, amount, why, locationId, presented } = topUp;
  openPlace(topUp.place);
  const found = existing(card, context.at);
  if (presented !== undefined && presented !== found.codeHash) throw new Rejection('code-not-valid');
  if (found.blocked !== 'no') throw new Rejection('card-blocked');
  positive(amount, found.balance.currency);
  const balance = withinLimit(found, amount);
  const expiresAt = renewedExpiry(found, context.at, topUp.expiresAt);
  return [
    { type: 'CardToppedUp', data: { cardId, topUpId, amount, balance, by: context.actor, locationId, why, expiresAt, at: context.at } },
  ];
}

/** A load never shortens a card's life, nor ends that of a card which was sold without an end. Undefined: it stays as it is. */
function renewedExpiry(card: LiveCard, at: Instant, offered: Instant | undefined): Instant | undefined {
  if (card.expiresAt === 'never') return undefined;
  const [latest] = [card.expiresAt, yearsAfter(at, SHORTEST_LIFE), offered ?? card.expiresAt].sort().reverse();
  return latest === card.expiresAt ? undefined : latest;
}

export class ReverseDeduction {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    /** The deduction as the card's own history has it; it never changes once written. */
    readonly deduction: { readonly deductionId: string; readonly amount: Money; readonly locationId: LocationId },
    readonly reversalId: string,
    readonly reason?: string,
  ) {}
}

/** Restores exactly what was deducted, once; a blocked card takes its money back too. */
export function reverseDeduction(card: GiftCard, { context, cardId, deduction, reversalId, reason }: ReverseDeduction): GiftCardFact[] {
  const found = existing(card, context.at);
  const { deductionId, amount, locationId } = deduction;
  if (found.reversed.includes(deductionId)) throw new Rejection('already-reversed');
  const balance = withinLimit(found, amount);
  return [
    {
      type: 'DeductionReversed',
      data: { cardId, reversalId, deductionId, amount, balance, by: context.actor, locationId, reason, at: context.at },
    },
  ];
}

function withinLimit(card: LiveCard, amount: Money): Money {
  const balance = plus(card.balance, amount);
  if (lessThan(card.limit, balance))
    throw new Rejection('card-limit-exceeded', { limit: card.limit, balance: card.balance, room: minus(card.limit, card.balance) });
  return balance;
}
