import type { CommandContext, Instant } from '../../kernel/event-sourcing';
import { lessThan, positive, type Money } from '../../kernel/money';
import { personal, type Personal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import type { CardId, CardLink, CardSource, Delivery, GiftCardFact, LocationId, Person, SealedCode } from './gift-card.facts';
import type { GiftCard } from './gift-card';
import { openPlace, type PlaceStanding } from './place';

/** Years that a card lives at least, from issue or its last load, where it expires at all. */
export const SHORTEST_LIFE = 5;

/** A person as a command brings them: plain, not yet bound to the card's keys. */
export interface PersonDetails {
  readonly email: string;
  readonly name?: string;
}

export class IssueCard {
  constructor(
    readonly context: CommandContext,
    readonly cardId: CardId,
    readonly sale: CardSale,
    /** Made anew for each try; a repeat answers the first ones. */
    readonly secrets: CardSecrets,
  ) {}
}

export interface CardSale {
  readonly value: Money;
  readonly smallest: Money;
  readonly limit: Money;
  readonly buyer: PersonDetails;
  readonly recipient?: PersonDetails;
  readonly message?: string;
  readonly language: 'en' | 'fr';
  readonly delivery: Delivery;
  readonly source: CardSource;
  readonly design?: string;
  readonly expiresAt?: Instant;
  readonly locationId?: LocationId;
  readonly place?: PlaceStanding;
}

export interface CardSecrets {
  readonly code: SealedCode;
  readonly link: CardLink;
}

/** Nothing to do for a card that is there: the same order came again after the engine forgot its command. */
export function issueCard(card: GiftCard, { context, cardId, sale, secrets }: IssueCard): GiftCardFact[] {
  if (card.status !== 'unissued') return [];
  const { value, limit, buyer, recipient, message, language, delivery, source, design, expiresAt, locationId } = sale;
  openPlace(sale.place);
  withinLimits(value, sale.smallest, limit);
  if (delivery.kind !== 'none' && !recipient) throw new Rejection('recipient-missing');
  if (expiresAt !== undefined && expiresAt < yearsAfter(context.at, SHORTEST_LIFE)) throw new Rejection('expiry-too-soon');
  const { actor: by, network, at } = context;
  const issued: GiftCardFact = {
    type: 'CardIssued',
    data: {
      cardId,
      network,
      value,
      balance: value,
      limit,
      buyer: person('buyer', cardId, 0, buyer),
      recipient: recipient && person('recipient', cardId, 0, recipient),
      message: message === undefined ? undefined : messageOf(cardId, message, recipient),
      language,
      delivery,
      ...secrets,
      source,
      design,
      expiresAt,
      by,
      locationId,
      at,
    },
  };
  if (delivery.kind === 'none') return [issued, { type: 'CardDelivered', data: { cardId, how: { kind: 'seller' }, at } }];
  if (delivery.kind === 'now' || delivery.at <= at) return [issued, { type: 'GiftMailRequested', data: { cardId, mail: 1, by, at } }];
  return [issued];
}

function withinLimits(value: Money, smallest: Money, limit: Money): void {
  positive(value, limit.currency);
  if (lessThan(value, smallest)) throw new Rejection('value-too-small', { smallest });
  if (lessThan(limit, value)) throw new Rejection('value-too-large', { limit });
}

/** A person of a card; each correction makes another person, with a key of its own. */
export const person = (role: 'buyer' | 'recipient', cardId: CardId, corrections: number, { email, name }: PersonDetails): Person => {
  const subject = corrections === 0 ? `${role}:${cardId}` : `${role}:${cardId}:${corrections}`;
  return { email: personal(subject, email), ...(name === undefined ? {} : { name: personal(subject, name) }) };
};

/** The message belongs to whom it is for; without a recipient, to whoever wrote it. */
const messageOf = (cardId: CardId, message: string, recipient: PersonDetails | undefined): Personal<string> =>
  personal(`${recipient ? 'recipient' : 'buyer'}:${cardId}`, message);

/** The same moment some years later, in text, because instants are fixed-width; from a leap day to the last of February. */
export function yearsAfter(at: Instant, years: number): Instant {
  const year = Number(at.slice(0, 4)) + years;
  const rest = at.slice(4).startsWith('-02-29') && !isLeap(year) ? `-02-28${at.slice(10)}` : at.slice(4);
  return `${String(year).padStart(4, '0')}${rest}`;
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
