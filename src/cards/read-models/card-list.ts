import { type Actor, type DataOf, type FactMetadata, type Instant, type Projection, type RecordedFact } from '../../kernel/event-sourcing';
import { folded } from '../../kernel/folded';
import type { Money } from '../../kernel/money';
import { derived, type Personal } from '../../kernel/personal';
import {
  hasReceipt,
  type BuyerMail,
  type CardId,
  type CardSource,
  type Delivery,
  type DeductionCause,
  type GiftCardFact,
  type LocationId,
  type Person,
} from '../domain/gift-card.facts';
import { CODE_ATTEMPTS } from '../domain/gift-card';

/** A card as the Gift Cards window, the API and the mails show it. */
export interface CardListItem {
  readonly network: string;
  readonly cardId: CardId;
  readonly status: CardStatus;
  readonly blocked: 'no' | 'byStaff' | 'byBuyer';
  readonly value: Money;
  readonly balance: Money;
  readonly limit: Money;
  readonly lastFour: string;
  readonly buyer: Person;
  readonly recipient: Person | null;
  readonly message: Personal<string> | null;
  readonly language: 'en' | 'fr';
  readonly delivery: Delivery;
  readonly giftMail: MailState;
  readonly buyerMails: Readonly<Partial<Record<BuyerMail, MailState & { readonly about: string }>>>;
  readonly request: LiveRequestItem | null;
  readonly source: CardSource;
  readonly design: string | null;
  readonly by: Actor;
  readonly locationId: LocationId | null;
  readonly issuedAt: Instant;
  readonly deliveredAt: Instant | null;
  readonly lastMovedAt: Instant;
  readonly expiresAt: Instant | null;
  readonly search: CardSearch;
}

export const cardStatuses = ['pending', 'active', 'used', 'voided', 'expired'] as const;
export type CardStatus = (typeof cardStatuses)[number];

/** A mail that was refused for good leaves its card pending: among those few the question is cheap. */
export const unsentCards = { status: 'pending', 'giftMail.state': 'failed' } as const;

export interface MailState {
  readonly state: 'none' | 'scheduled' | 'queued' | 'sent' | 'failed';
  readonly at: Instant;
  readonly reason?: string;
}

export interface LiveRequestItem {
  readonly deductionId: string;
  readonly amount: Money;
  readonly locationId: LocationId;
  readonly by: Actor;
  readonly attemptsLeft: number;
  readonly requestedAt: Instant;
  readonly expiresAt: Instant;
}

/** What the search reads: folded, and as personal as what it comes from. */
export interface CardSearch {
  readonly buyerEmail: Personal<string>;
  readonly buyerName: Personal<string> | null;
  /** The last name first, so that either name is found by its beginning. */
  readonly buyerNameBack: Personal<string> | null;
  readonly recipientEmail: Personal<string> | null;
  readonly recipientName: Personal<string> | null;
  readonly recipientNameBack: Personal<string> | null;
}

const backwards = (name: string): string => folded(name).split(' ').reverse().join(' ');
const nameOf = (person: Person | undefined, form: (name: string) => string): Personal<string> | null =>
  person?.name ? derived(person.name, form) : null;

const buyerSearch = (buyer: Person) => ({
  buyerEmail: derived(buyer.email, folded),
  buyerName: nameOf(buyer, folded),
  buyerNameBack: nameOf(buyer, backwards),
});
const recipientSearch = (recipient: Person | undefined) => ({
  recipientEmail: recipient ? derived(recipient.email, folded) : null,
  recipientName: nameOf(recipient, folded),
  recipientNameBack: nameOf(recipient, backwards),
});

export const cardList: Projection<CardListItem, GiftCardFact, 'CardIssued'> = {
  name: 'card-list',
  version: 2,
  keys: ({ cardId }) => [cardId],
  indexes: [
    ['network', 'issuedAt', 'cardId'],
    ['network', 'status', 'issuedAt', 'cardId'],
    ['network', 'blocked', 'issuedAt', 'cardId'],
    ['network', 'lastFour'],
    ...['buyerEmail', 'buyerName', 'buyerNameBack', 'recipientEmail', 'recipientName', 'recipientNameBack'].map((field) => [
      'network',
      `search.${field}.value`,
    ]),
  ],
  begins: { CardIssued: begin },
  on: {
    GiftMailRequested: (card, { at }) => ({ ...card, giftMail: { state: 'queued', at } }),
    GiftMailFailed: (card, { at, reason }) => ({ ...card, giftMail: { state: 'failed', at, reason } }),
    CardDelivered: (card, { how, at }) => ({
      ...card,
      status: card.status === 'pending' ? 'active' : card.status,
      deliveredAt: card.deliveredAt ?? at,
      giftMail: how.kind === 'mail' && !ended(card) ? { state: 'sent', at } : card.giftMail,
    }),
    FundsDeducted: (card, { deductionId, balance, at, why, notify }) => ({
      ...card,
      status: 'used',
      balance,
      lastMovedAt: at,
      request: closing(card, why, deductionId),
      buyerMails: notify ? queued(card, 'funds-deducted', deductionId, at) : card.buyerMails,
    }),
    CardToppedUp: (card, { balance, at, expiresAt }) => ({ ...card, balance, lastMovedAt: at, expiresAt: expiresAt ?? card.expiresAt }),
    DeductionReversed: (card, { balance, at }) => ({ ...card, balance, lastMovedAt: at }),
    DeductionRequested: (card, { deductionId, amount, locationId, by, at, expiresAt }) => ({
      ...card,
      request: { deductionId, amount, locationId, by, attemptsLeft: CODE_ATTEMPTS, requestedAt: at, expiresAt },
      buyerMails: queued(card, 'deduction-code', deductionId, at),
    }),
    DeductionCodeRejected: (card, { attemptsLeft }) => ({ ...card, request: card.request && { ...card.request, attemptsLeft } }),
    DeductionCancelled: (card) => ({ ...card, request: null }),
    RedemptionDeclined: (card) => card,
    BuyerMailSent: (card, { mail, about, at }) => ({ ...card, buyerMails: { ...card.buyerMails, [mail]: { state: 'sent', about, at } } }),
    BuyerMailFailed: (card, { mail, about, reason, at }) => ({
      ...card,
      buyerMails: { ...card.buyerMails, [mail]: { state: 'failed', about, reason, at } },
    }),
    CardBlocked: (card) => ({ ...card, blocked: 'byStaff' }),
    CardFrozenByBuyer: (card) => ({ ...card, blocked: 'byBuyer' }),
    CardUnblocked: (card) => ({ ...card, blocked: 'no' }),
    CardVoided: (card, { balance, at }) => ({ ...card, status: 'voided', balance, lastMovedAt: at }),
    CardExpired: (card, { balance, at }) => ({ ...card, status: 'expired', balance, lastMovedAt: at }),
    CardReplaced: (card, { code }) => ({ ...card, lastFour: code.lastFour }),
    RecipientCorrected: (card, { recipient }) => ({ ...card, recipient, search: { ...card.search, ...recipientSearch(recipient) } }),
    BuyerCorrected: (card, { buyer }) => ({ ...card, buyer, search: { ...card.search, ...buyerSearch(buyer) } }),
  },
};

function begin(data: DataOf<GiftCardFact, 'CardIssued'>, metadata: FactMetadata): CardListItem {
  const { cardId, value, balance, limit, buyer, recipient, language, delivery, source, by, at } = data;
  return {
    network: metadata.network,
    cardId,
    status: 'pending',
    blocked: 'no',
    value,
    balance,
    limit,
    lastFour: data.code.lastFour,
    buyer,
    recipient: recipient ?? null,
    message: data.message ?? null,
    language,
    delivery,
    giftMail: { state: delivery.kind === 'at' ? 'scheduled' : 'none', at },
    buyerMails: hasReceipt(source) ? { receipt: { state: 'queued', about: cardId, at } } : {},
    request: null,
    source,
    design: data.design ?? null,
    by,
    locationId: data.locationId ?? null,
    issuedAt: at,
    deliveredAt: null,
    lastMovedAt: at,
    expiresAt: data.expiresAt ?? null,
    search: { ...buyerSearch(buyer), ...recipientSearch(recipient) },
  };
}

const ended = ({ status }: CardListItem): boolean => status === 'voided' || status === 'expired';

const closing = ({ request }: CardListItem, why: DeductionCause, deductionId: string): LiveRequestItem | null =>
  why.kind === 'buyerCode' && request?.deductionId === deductionId ? null : request;

const queued = ({ buyerMails }: CardListItem, mail: BuyerMail, about: string, at: Instant): CardListItem['buyerMails'] => ({
  ...buyerMails,
  [mail]: { state: 'queued', about, at },
});

/** One card from its own stream, never stale; the same folds as the list's. Undefined for an empty stream. */
export function foldCard(history: readonly RecordedFact<GiftCardFact>[]): CardListItem | undefined {
  let card: CardListItem | undefined;
  for (const { fact, metadata } of history) {
    if (fact.type === 'CardIssued') card = begin(fact.data, metadata);
    else if (card) card = (cardList.on[fact.type] as (doc: CardListItem, data: unknown) => CardListItem)(card, fact.data);
  }
  return card;
}
