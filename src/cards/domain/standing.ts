import type { CommandContext } from '../../kernel/event-sourcing';
import { zero } from '../../kernel/money';
import { endRequest } from './deduction-by-code';
import { existing, type GiftCard } from './gift-card';
import type { CardId, GiftCardFact } from './gift-card.facts';

/** Whether a card may be used at all: blocked and back, voided, expired. */

export class BlockCard {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly reason?: string,
  ) {}
}

export function blockCard(card: GiftCard, { context, cardId, reason }: BlockCard): GiftCardFact[] {
  const { actor: by, at } = context;
  const found = existing(card, at);
  if (found.blocked === 'byStaff') return [];
  return [...endRequest(found, cardId, 'blocked', by, at), { type: 'CardBlocked', data: { cardId, reason, by, at } }];
}

/** By the link in the mail with the code. */
export class FreezeCard {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    /** The deduction whose mail it was. */
    readonly deductionId: string,
  ) {}
}

export function freezeCard(card: GiftCard, { context, cardId, deductionId }: FreezeCard): GiftCardFact[] {
  const { actor: by, at } = context;
  const found = existing(card, at);
  if (found.blocked !== 'no') return [];
  return [...endRequest(found, cardId, 'stopped', by, at), { type: 'CardFrozenByBuyer', data: { cardId, deductionId, at } }];
}

export class UnblockCard {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly reason?: string,
  ) {}
}

export function unblockCard(card: GiftCard, { context, cardId, reason }: UnblockCard): GiftCardFact[] {
  const { actor: by, at } = context;
  return existing(card, at).blocked === 'no' ? [] : [{ type: 'CardUnblocked', data: { cardId, reason, by, at } }];
}

export class VoidCard {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly reason?: string,
  ) {}
}

/** Final: what is left is taken off, and the card is never spendable again. */
export function voidCard(card: GiftCard, { context, cardId, reason }: VoidCard): GiftCardFact[] {
  const { actor: by, at } = context;
  const found = existing(card, at);
  const balance = zero(found.balance.currency);
  return [
    ...endRequest(found, cardId, 'voided', by, at),
    { type: 'CardVoided', data: { cardId, amount: found.balance, balance, reason, by, at } },
  ];
}

/** The clock tells the card. */
export class ExpireCard {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
  ) {}
}

export function expireCard(card: GiftCard, { context, cardId }: ExpireCard): GiftCardFact[] {
  const { actor: by, at } = context;
  if (!('expiresAt' in card) || card.expiresAt === 'never' || at < card.expiresAt) return [];
  const balance = zero(card.balance.currency);
  return [...endRequest(card, cardId, 'expired', by, at), { type: 'CardExpired', data: { cardId, amount: card.balance, balance, at } }];
}
