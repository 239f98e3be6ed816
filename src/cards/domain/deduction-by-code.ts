import type { Actor, CommandContext, Instant } from '../../kernel/event-sourcing';
import { lessThan, minus, positive, type Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { covers } from './balance';
import { sameHash } from './card-code';
import { CODES_A_DAY, existing, spendable, type GiftCard, type LiveCard, type LiveRequest } from './gift-card';
import type { CancelReason, CardId, DeductionRequested, GiftCardFact, LocationId } from './gift-card.facts';
import { openPlace, type PlaceStanding } from './place';

/** A deduction that the buyer agrees to with a six-digit code: asked for, then confirmed, rejected, cancelled. */

export class RequestDeduction {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly request: {
      readonly deductionId: string;
      readonly amount: Money;
      readonly locationId: LocationId;
      readonly place?: PlaceStanding;
      /** Whether there is still somebody to ask: an erased buyer has no mailbox. */
      readonly buyerErased?: boolean;
      readonly codeHash: string;
      readonly keyVersion: number;
      readonly stopHash: string;
      readonly expiresAt: Instant;
    },
  ) {}
}

/** One live code a card: a new request cancels the one before. */
export function requestDeduction(card: GiftCard, { context, cardId, request }: RequestDeduction): GiftCardFact[] {
  const { actor: by, at } = context;
  openPlace(request.place);
  if (request.buyerErased) throw new Rejection('buyer-erased');
  const found = spendable(card, at);
  const { deductionId, amount, locationId, codeHash, keyVersion, stopHash, expiresAt } = request;
  positive(amount, found.balance.currency);
  covers(found.balance, amount);
  withinCodesADay(found, at);
  const requested: DeductionRequested = {
    type: 'DeductionRequested',
    data: { cardId, deductionId, amount, by, locationId, codeHash, keyVersion, stopHash, expiresAt, at },
  };
  return [...endRequest(found, cardId, 'superseded', by, at), requested];
}

function withinCodesADay({ codesAskedAt }: LiveCard, at: Instant): void {
  const recent = codesAskedAt.filter((asked) => asked > shifted(at, -DAY));
  if (recent.length < CODES_A_DAY) return;
  const retryAt = shifted(recent[0]!, DAY);
  throw new Rejection('too-many-codes', { retryAt, retryAfterSeconds: Math.ceil((Date.parse(retryAt) - Date.parse(at)) / 1000) });
}

const DAY = 24 * 60 * 60 * 1000;
const shifted = (at: Instant, milliseconds: number): Instant => new Date(Date.parse(at) + milliseconds).toISOString();

export class ConfirmDeduction {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly deductionId: string,
    /** The six digits as they were typed. */
    readonly code: string,
  ) {}
}

/**
 * Never throws for a wrong, late or uncovered code: these are facts, and the handler turns them into the answer.
 * @param codeHash the typed code, hashed as the live request's was
 */
export function confirmDeduction(card: GiftCard, { context, cardId, deductionId }: ConfirmDeduction, codeHash: string): GiftCardFact[] {
  const { actor: by, at } = context;
  const found = spendable(card, at);
  const request = liveRequest(found, deductionId);
  if (at >= request.expiresAt) return [cancelled(cardId, deductionId, 'expired', by, at)];
  if (!sameHash(request.codeHash, codeHash)) return rejected(request, cardId, by, at);
  const { amount, locationId } = request;
  if (lessThan(found.balance, amount)) return [cancelled(cardId, deductionId, 'insufficient', by, at)];
  const balance = minus(found.balance, amount);
  return [
    { type: 'FundsDeducted', data: { cardId, deductionId, amount, balance, by, locationId, why: { kind: 'buyerCode' }, notify: true, at } },
  ];
}

function rejected({ deductionId, attemptsLeft }: LiveRequest, cardId: CardId, by: Actor, at: Instant): GiftCardFact[] {
  const left = attemptsLeft - 1;
  const rejection: GiftCardFact = { type: 'DeductionCodeRejected', data: { cardId, deductionId, attemptsLeft: left, by, at } };
  return left > 0 ? [rejection] : [rejection, cancelled(cardId, deductionId, 'attempts', by, at)];
}

/** @throws Rejection `deduction-closed` with the outcome, where it is known */
export function liveRequest({ request }: LiveCard, deductionId: string): LiveRequest {
  if (request.status === 'live' && request.deductionId === deductionId) return request;
  const outcome = request.status === 'closed' && request.deductionId === deductionId ? request.outcome : 'superseded';
  throw new Rejection('deduction-closed', { outcome });
}

export class WithdrawDeduction {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly deductionId: string,
    /** Withdrawn by who asked, or stopped by the buyer. */
    readonly reason: 'withdrawn' | 'stopped' = 'withdrawn',
  ) {}
}

export function withdrawDeduction(card: GiftCard, { context, cardId, deductionId, reason }: WithdrawDeduction): GiftCardFact[] {
  const { actor: by, at } = context;
  const request = liveRequest(existing(card, at), deductionId);
  return [cancelled(cardId, deductionId, at >= request.expiresAt ? 'expired' : reason, by, at)];
}

/** The clock tells the card; late or twice changes nothing. */
export class ExpireDeduction {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly deductionId: string,
  ) {}
}

export function expireDeduction(card: GiftCard, { context, cardId, deductionId }: ExpireDeduction): GiftCardFact[] {
  if (!('request' in card) || card.request.status !== 'live' || card.request.deductionId !== deductionId) return [];
  return context.at < card.request.expiresAt ? [] : [cancelled(cardId, deductionId, 'expired', context.actor, context.at)];
}

/** Ends what is live, because something else happened to the card. What had run out by then is called expired. */
export function endRequest({ request }: LiveCard, cardId: CardId, reason: CancelReason, by: Actor, at: Instant): GiftCardFact[] {
  return request.status === 'live' ? [cancelled(cardId, request.deductionId, at >= request.expiresAt ? 'expired' : reason, by, at)] : [];
}

const cancelled = (cardId: CardId, deductionId: string, reason: CancelReason, by: Actor, at: Instant): GiftCardFact => ({
  type: 'DeductionCancelled',
  data: { cardId, deductionId, reason, by, at },
});
