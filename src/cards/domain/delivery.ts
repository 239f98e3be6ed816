import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { endRequest } from './deduction-by-code';
import { existing, type GiftCard, type LiveCard } from './gift-card';
import type { BuyerMail, CardId, CardReplaced, GiftCardFact } from './gift-card.facts';
import { person, type CardSecrets, type PersonDetails } from './issue-card';

/** How the card reaches its people: mails, corrections of addresses, a new code for a lost one. */

/** The clock tells the card that its day has come. */
export class DeliverCard {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
  ) {}
}

/** A blocked card waits; it is told again after it was unblocked. */
export function deliverCard(card: GiftCard, { context, cardId }: DeliverCard): GiftCardFact[] {
  if (!('giftMail' in card) || card.giftMail.state !== 'scheduled' || card.blocked !== 'no') return [];
  return context.at < card.giftMail.dueAt ? [] : [giftMail(card, cardId, context)];
}

/** Somebody sends the gift (again), or before its day. */
export class SendGift {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
  ) {}
}

export function sendGift(card: GiftCard, { context, cardId }: SendGift): GiftCardFact[] {
  const found = existing(card, context.at);
  if (found.blocked !== 'no') throw new Rejection('card-blocked');
  if (found.recipient === 'unknown') throw new Rejection('recipient-missing');
  return found.giftMail.state === 'queued' ? [] : [giftMail(found, cardId, context)];
}

const giftMail = ({ giftMails }: LiveCard, cardId: CardId, { actor, at }: CommandContext): GiftCardFact => ({
  type: 'GiftMailRequested',
  data: { cardId, mail: giftMails + 1, by: actor, at },
});

/** A mail to be rendered and sent; its handler records the outcome. */
export class MailGift {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly mail: number,
  ) {}
}

export type MailOutcome = { readonly sent: true } | { readonly sent: false; readonly reason: string };

/** The outcome of a mail that was overtaken (a corrected address, a newer one) is not this card's any more. */
export function recordGiftMail(card: GiftCard, { context, cardId, mail }: MailGift, outcome: MailOutcome): GiftCardFact[] {
  if (!awaitsGiftMail(card, mail)) return [];
  const { at } = context;
  if (outcome.sent) return [{ type: 'CardDelivered', data: { cardId, how: { kind: 'mail', mail }, at } }];
  return [{ type: 'GiftMailFailed', data: { cardId, mail, reason: outcome.reason, at } }];
}

export const awaitsGiftMail = (card: GiftCard, mail: number): boolean =>
  'giftMail' in card && card.giftMail.state === 'queued' && card.giftMail.mail === mail;

/** `about` is the deduction's id, or the card's own for the receipt. */
export class MailBuyer {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly mail: BuyerMail,
    readonly about: string,
  ) {}
}

export function recordBuyerMail(card: GiftCard, { context, cardId, mail, about }: MailBuyer, outcome: MailOutcome): GiftCardFact[] {
  if (card.status === 'unissued') throw new Rejection('card-unknown');
  const { at } = context;
  if (outcome.sent) return [{ type: 'BuyerMailSent', data: { cardId, mail, about, at } }];
  return [{ type: 'BuyerMailFailed', data: { cardId, mail, about, reason: outcome.reason, at } }];
}

export class ReplaceCard {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly secrets: CardSecrets,
    /** False: the new code is handed over, not mailed. */
    readonly mail: boolean,
  ) {}
}

/** Lost card: the old code and link die with this fact; balance and history stay. */
export function replaceCard(card: GiftCard, { context, cardId, secrets, mail }: ReplaceCard): GiftCardFact[] {
  const found = existing(card, context.at);
  if (mail && found.recipient === 'unknown') throw new Rejection('recipient-missing');
  const waits = found.giftMail.state === 'scheduled';
  return [replaced(found, cardId, secrets, 'lost', context), ...(mail && !waits ? [giftMail(found, cardId, context)] : [])];
}

function replaced(
  card: LiveCard,
  cardId: CardId,
  { code, link }: CardSecrets,
  why: 'lost' | 'recipientCorrected',
  context: CommandContext,
): CardReplaced {
  if (link.number !== card.links + 1) throw new Rejection('edited-meanwhile');
  const { codeHash, linkHash } = card;
  return { type: 'CardReplaced', data: { cardId, code, link, replaced: { codeHash, linkHash }, why, by: context.actor, at: context.at } };
}

export class CorrectRecipient {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly recipient: PersonDetails,
    /** Used where the gift may have reached the wrong person: what they hold must die. */
    readonly secrets: CardSecrets,
  ) {}
}

export function correctRecipient(card: GiftCard, { context, cardId, recipient, secrets }: CorrectRecipient): GiftCardFact[] {
  const found = existing(card, context.at);
  if (found.status === 'used') throw new Rejection('card-used');
  const { actor: by, at } = context;
  const corrected: GiftCardFact = {
    type: 'RecipientCorrected',
    data: { cardId, recipient: person('recipient', cardId, found.corrections + 1, recipient), by, at },
  };
  const ended = withoutLiveCode(found, cardId, context);
  const { state } = found.giftMail;
  if (state === 'none' || state === 'scheduled') return [...ended, corrected];
  const neverArrived = state === 'failed' && found.status === 'pending';
  const renewed = neverArrived ? [] : [replaced(found, cardId, secrets, 'recipientCorrected', context)];
  return [...ended, corrected, ...renewed, giftMail(found, cardId, context)];
}

export class CorrectBuyer {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly buyer: PersonDetails,
  ) {}
}

/** Never during a live code: whoever can correct the address could have the code sent to themselves. */
export function correctBuyer(card: GiftCard, { context, cardId, buyer }: CorrectBuyer): GiftCardFact[] {
  const found = existing(card, context.at);
  const ended = withoutLiveCode(found, cardId, context);
  const { actor: by, at } = context;
  return [...ended, { type: 'BuyerCorrected', data: { cardId, buyer: person('buyer', cardId, found.corrections + 1, buyer), by, at } }];
}

/** @throws Rejection `code-live`; a code that has run out is closed on the way */
function withoutLiveCode(card: LiveCard, cardId: CardId, { actor, at }: CommandContext): GiftCardFact[] {
  if (card.request.status === 'live' && at < card.request.expiresAt)
    throw new Rejection('code-live', { expiresAt: card.request.expiresAt });
  return endRequest(card, cardId, 'expired', actor, at);
}
