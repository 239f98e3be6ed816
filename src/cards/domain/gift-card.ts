import { unknownFact, type Aggregate, type DataOf, type Fact, type Instant } from '../../kernel/event-sourcing';
import { plus, type Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import type { CancelReason, GiftCardFact, LocationId } from './gift-card.facts';

/**
 * What a card is, folded from its facts. It holds what decisions need and no more: no name, no address, and nothing that grows with the
 * number of deductions, because busy cards stay in memory. Decisions: issue-card.ts, balance.ts, deduction-by-code.ts,
 * delivery.ts, standing.ts.
 */
export type GiftCard = { readonly status: 'unissued' } | LiveCard | EndedCard;

export interface LiveCard {
  /** Pending: not yet with the recipient. Used: from the first deduction on, for good. */
  readonly status: 'pending' | 'active' | 'used';
  readonly balance: Money;
  readonly limit: Money;
  readonly expiresAt: Instant | 'never';
  readonly blocked: 'no' | 'byStaff' | 'byBuyer';
  readonly codeHash: string;
  readonly linkHash: string;
  /** How many links the card has had; the newest has this number. */
  readonly links: number;
  readonly recipient: 'known' | 'unknown';
  /** How often buyer or recipient were corrected: each correction is a person of its own. */
  readonly corrections: number;
  readonly giftMail: GiftMail;
  /** How many gift mails were asked for. */
  readonly giftMails: number;
  readonly request: DeductionState;
  /** When the last ten codes were asked for, oldest first. */
  readonly codesAskedAt: readonly Instant[];
  /** Ids of the deductions that were reversed. */
  readonly reversed: readonly string[];
}

/** Final: never spendable again. */
export type EndedCard = Ended<'voided'> | Ended<'expired'>;

interface Ended<Status extends string> {
  readonly status: Status;
  readonly balance: Money;
  readonly codeHash: string;
}

export type GiftMail =
  | { readonly state: 'none' }
  | { readonly state: 'scheduled'; readonly dueAt: Instant }
  | { readonly state: 'queued' | 'sent' | 'failed'; readonly mail: number };

export type DeductionState =
  | { readonly status: 'none' }
  | LiveRequest
  | { readonly status: 'closed'; readonly deductionId: string; readonly outcome: CancelReason | 'confirmed' };

export interface LiveRequest {
  readonly status: 'live';
  readonly deductionId: string;
  readonly amount: Money;
  readonly locationId: LocationId;
  readonly codeHash: string;
  readonly keyVersion: number;
  readonly attemptsLeft: number;
  readonly expiresAt: Instant;
}

export const CODE_ATTEMPTS = 3;
export const CODES_A_DAY = 10;

export const giftCard: Aggregate<GiftCard, GiftCardFact> = {
  initial: { status: 'unissued' },
  impersonal: true,
  evolve(card, fact) {
    if (fact.type === 'CardIssued') return issued(fact.data);
    if (card.status === 'unissued') throw new Error(`${fact.type} before CardIssued`);
    // What is written about an ended card (the outcome of a mail that was under way) changes nothing in it.
    return card.status === 'voided' || card.status === 'expired' ? card : evolveLive(card, fact);
  },
};

function issued({ balance, limit, expiresAt, code, link, recipient, delivery }: DataOf<GiftCardFact, 'CardIssued'>): LiveCard {
  return {
    status: 'pending',
    balance,
    limit,
    expiresAt: expiresAt ?? 'never',
    blocked: 'no',
    codeHash: code.hash,
    linkHash: link.hash,
    links: link.number,
    recipient: recipient ? 'known' : 'unknown',
    corrections: 0,
    giftMail: delivery.kind === 'at' ? { state: 'scheduled', dueAt: delivery.at } : { state: 'none' },
    giftMails: 0,
    request: { status: 'none' },
    codesAskedAt: [],
    reversed: [],
  };
}

function evolveLive(card: LiveCard, fact: Exclude<GiftCardFact, { type: 'CardIssued' }>): GiftCard {
  switch (fact.type) {
    case 'FundsDeducted':
      return used(card, fact.data);
    case 'CardToppedUp':
      return { ...card, balance: fact.data.balance, expiresAt: fact.data.expiresAt ?? card.expiresAt };
    case 'DeductionReversed':
      return { ...card, balance: fact.data.balance, reversed: [...card.reversed, fact.data.deductionId] };
    case 'DeductionRequested':
      return { ...card, request: live(fact.data), codesAskedAt: [...card.codesAskedAt, fact.data.at].slice(-CODES_A_DAY) };
    case 'DeductionCodeRejected':
      return card.request.status === 'live' ? { ...card, request: { ...card.request, attemptsLeft: fact.data.attemptsLeft } } : card;
    case 'DeductionCancelled':
      return { ...card, request: { status: 'closed', deductionId: fact.data.deductionId, outcome: fact.data.reason } };
    case 'CardVoided':
      return { status: 'voided', balance: fact.data.balance, codeHash: card.codeHash };
    case 'CardExpired':
      return { status: 'expired', balance: fact.data.balance, codeHash: card.codeHash };
    default:
      return evolveStanding(card, fact);
  }
}

/** Field by field: this is folded with each deduction, and a copy that is then changed costs forty times as much. */
const used = (card: LiveCard, { balance, deductionId }: DataOf<GiftCardFact, 'FundsDeducted'>): LiveCard => ({
  status: 'used',
  balance,
  limit: card.limit,
  expiresAt: card.expiresAt,
  blocked: card.blocked,
  codeHash: card.codeHash,
  linkHash: card.linkHash,
  links: card.links,
  recipient: card.recipient,
  corrections: card.corrections,
  giftMail: card.giftMail,
  giftMails: card.giftMails,
  request: confirmed(card.request, deductionId),
  codesAskedAt: card.codesAskedAt,
  reversed: card.reversed,
});

type StandingFact = Extract<
  GiftCardFact,
  {
    type:
      | 'GiftMailRequested'
      | 'GiftMailFailed'
      | 'CardDelivered'
      | 'RedemptionDeclined'
      | 'BuyerMailSent'
      | 'BuyerMailFailed'
      | 'CardBlocked'
      | 'CardFrozenByBuyer'
      | 'CardUnblocked'
      | 'CardReplaced'
      | 'RecipientCorrected'
      | 'BuyerCorrected';
  }
>;

function evolveStanding(card: LiveCard, fact: StandingFact): LiveCard {
  switch (fact.type) {
    case 'GiftMailRequested':
      return { ...card, giftMail: { state: 'queued', mail: fact.data.mail }, giftMails: fact.data.mail };
    case 'GiftMailFailed':
      return { ...card, giftMail: { state: 'failed', mail: fact.data.mail } };
    case 'CardDelivered':
      return {
        ...card,
        status: card.status === 'pending' ? 'active' : card.status,
        giftMail: fact.data.how.kind === 'mail' ? { state: 'sent', mail: fact.data.how.mail } : card.giftMail,
      };
    case 'CardBlocked':
      return { ...card, blocked: 'byStaff' };
    case 'CardFrozenByBuyer':
      return { ...card, blocked: 'byBuyer' };
    case 'CardUnblocked':
      return { ...card, blocked: 'no' };
    case 'CardReplaced':
      return { ...card, codeHash: fact.data.code.hash, linkHash: fact.data.link.hash, links: fact.data.link.number };
    case 'RecipientCorrected':
      return { ...card, recipient: 'known', corrections: card.corrections + 1 };
    case 'BuyerCorrected':
      return { ...card, corrections: card.corrections + 1 };
    case 'RedemptionDeclined':
    case 'BuyerMailSent':
    case 'BuyerMailFailed':
      return card;
    default:
      return unknownFact(fact);
  }
}

const confirmed = (request: DeductionState, deductionId: string): DeductionState =>
  request.status === 'live' && request.deductionId === deductionId ? { status: 'closed', deductionId, outcome: 'confirmed' } : request;

const live = ({
  deductionId,
  amount,
  locationId,
  codeHash,
  keyVersion,
  expiresAt,
}: DataOf<GiftCardFact, 'DeductionRequested'>): LiveRequest => ({
  status: 'live',
  deductionId,
  amount,
  locationId,
  codeHash,
  keyVersion,
  attemptsLeft: CODE_ATTEMPTS,
  expiresAt,
});

/** @throws Rejection `card-unknown`, `card-voided`, `card-expired` (also before the clock has told the card) */
export function existing(card: GiftCard, at: Instant): LiveCard {
  if (card.status === 'unissued') throw new Rejection('card-unknown');
  if (card.status === 'voided') throw new Rejection('card-voided');
  if (card.status === 'expired' || at >= beforeNever(card.expiresAt)) throw new Rejection('card-expired');
  return card;
}

/**
 * @param presented hash of the code or link that was shown, if one was: a replaced one is refused at once
 * @throws Rejection `code-not-valid`, `card-not-delivered`, `card-blocked`, and what `existing` throws
 */
export function spendable(card: GiftCard, at: Instant, presented?: string): LiveCard {
  if (presented !== undefined && (card.status === 'unissued' || !opens(card, presented))) throw new Rejection('code-not-valid');
  const found = existing(card, at);
  if (found.blocked !== 'no') throw new Rejection('card-blocked');
  if (found.status === 'pending') throw new Rejection('card-not-delivered');
  return found;
}

const opens = (card: LiveCard | EndedCard, presented: string): boolean =>
  presented === card.codeHash || ('linkHash' in card && presented === card.linkHash);

/** Text order is time order, and `never` comes after every instant. */
const beforeNever = (expiresAt: Instant | 'never'): string => expiresAt;

/** A sentence for each fact of one card whose money does not add up; for audits. */
export function moneyAddsUp(facts: readonly Fact[]): readonly string[] {
  const complaints: string[] = [];
  const open = new Map<string, number>();
  let balance = 0;
  let limit = 0;
  for (const { type, data } of facts as readonly GiftCardFact[]) {
    if (!('balance' in data)) continue;
    let expected: number;
    switch (type) {
      case 'CardIssued':
        [expected, limit] = [data.value.amount, data.limit.amount];
        break;
      case 'FundsDeducted':
        expected = balance - data.amount.amount;
        if (open.has(data.deductionId)) complaints.push(`The deduction ${data.deductionId} is there twice`);
        open.set(data.deductionId, data.amount.amount);
        break;
      case 'DeductionReversed':
        expected = balance + data.amount.amount;
        if (open.get(data.deductionId) !== data.amount.amount)
          complaints.push(`The reversal ${data.reversalId} has no open deduction of its amount`);
        open.set(data.deductionId, -1);
        break;
      case 'RedemptionDeclined':
        expected = balance;
        break;
      case 'CardToppedUp':
        expected = plus({ amount: balance, currency: data.amount.currency }, data.amount).amount;
        break;
      default:
        expected = balance - data.amount.amount;
    }
    if (data.balance.amount !== expected)
      complaints.push(`${type} says a balance of ${data.balance.amount}, the facts make it ${expected}`);
    if (data.balance.amount < 0 || data.balance.amount > limit)
      complaints.push(`${type} leaves ${data.balance.amount}, outside 0 to ${limit}`);
    balance = data.balance.amount;
  }
  return complaints;
}
