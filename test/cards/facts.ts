import type { CommandContext } from '../../src/kernel/event-sourcing';
import { money, type Money } from '../../src/kernel/money';
import { personal } from '../../src/kernel/personal';
import { giftCard, type GiftCard } from '../../src/cards/domain/gift-card';
import type { CardImportFact } from '../../src/cards/domain/card-import';
import type { CardSecrets, CardSale } from '../../src/cards/domain/issue-card';
import type {
  BuyerCorrected,
  BuyerMailFailed,
  BuyerMailSent,
  CardBlocked,
  CardDelivered,
  CardExpired,
  CardFrozenByBuyer,
  CardIssued,
  CardReplaced,
  CardToppedUp,
  CardUnblocked,
  CardVoided,
  DeductionCancelled,
  DeductionCodeRejected,
  DeductionRequested,
  DeductionReversed,
  FundsDeducted,
  GiftCardFact,
  GiftMailFailed,
  GiftMailRequested,
  RecipientCorrected,
  RedemptionDeclined,
} from '../../src/cards/domain/gift-card.facts';

/** One sample of every fact of the cards module; the golden files of test/contracts/events are made from these shapes. */

export const cardId = 'card_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
export const network = 'net_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
export const locationId = 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
export const noon = '2026-11-22T12:00:00.000Z';
export const tomorrow = '2026-11-23T12:00:00.000Z';
export const dana = { kind: 'employee', id: 'emp_01JD8Z4M2Q7RXK3V5T9WBN6CHG' } as const;

export const usd = (cents: number): Money => money(cents, 'USD');
export const minutesAfter = (instant: string, minutes: number): string => new Date(Date.parse(instant) + minutes * 60_000).toISOString();

let commands = 0;
export const context = (at: string = noon, actor: CommandContext['actor'] = dana): CommandContext => ({
  network,
  actor,
  commandId: `cmd_${(commands += 1)}`,
  at,
  correlation: 'req-1',
});

export const secrets = (number = 1): CardSecrets => ({
  code: { sealed: `v1.sealed-${number}`, hash: `code-hash-${number}`, lastFour: `HZ3${number}` },
  link: { number, keyVersion: 1, hash: `link-hash-${number}` },
});

export const sale: CardSale = {
  value: usd(5000),
  smallest: usd(500),
  limit: usd(200_000),
  buyer: { email: 'amelie@example.com', name: 'Amélie Côté' },
  recipient: { email: 'Bo.Lund@example.com', name: 'Bo Lund' },
  message: 'Happy birthday!',
  language: 'en',
  delivery: { kind: 'now' },
  source: { kind: 'api', reference: 'shop-1' },
  locationId,
};

export const issued: CardIssued = {
  type: 'CardIssued',
  data: {
    cardId,
    network,
    value: usd(5000),
    balance: usd(5000),
    limit: usd(200_000),
    buyer: { email: personal(`buyer:${cardId}`, 'amelie@example.com'), name: personal(`buyer:${cardId}`, 'Amélie Côté') },
    recipient: { email: personal(`recipient:${cardId}`, 'Bo.Lund@example.com'), name: personal(`recipient:${cardId}`, 'Bo Lund') },
    message: personal(`recipient:${cardId}`, 'Happy birthday!'),
    language: 'en',
    delivery: { kind: 'now' },
    ...secrets(),
    source: { kind: 'api', reference: 'shop-1' },
    design: undefined,
    expiresAt: undefined,
    by: dana,
    locationId,
    at: noon,
  },
};

export const mailRequested: GiftMailRequested = { type: 'GiftMailRequested', data: { cardId, mail: 1, by: dana, at: noon } };
export const mailFailed: GiftMailFailed = { type: 'GiftMailFailed', data: { cardId, mail: 1, reason: '550 no such mailbox', at: noon } };
export const delivered: CardDelivered = { type: 'CardDelivered', data: { cardId, how: { kind: 'mail', mail: 1 }, at: noon } };
export const handedOver: CardDelivered = { type: 'CardDelivered', data: { cardId, how: { kind: 'seller' }, at: noon } };

export const deducted: FundsDeducted = {
  type: 'FundsDeducted',
  data: {
    cardId,
    deductionId: 'ded_1',
    amount: usd(2000),
    balance: usd(3000),
    by: dana,
    locationId,
    why: { kind: 'api', reference: 'till 4' },
    notify: false,
    at: noon,
  },
};
export const toppedUp: CardToppedUp = {
  type: 'CardToppedUp',
  data: {
    cardId,
    topUpId: 'top_1',
    amount: usd(2500),
    balance: usd(7500),
    by: dana,
    locationId,
    why: { kind: 'counter', payment: { method: 'cash', reference: 'slip 12' } },
    expiresAt: undefined,
    at: noon,
  },
};
export const reversed: DeductionReversed = {
  type: 'DeductionReversed',
  data: {
    cardId,
    reversalId: 'rev_1',
    deductionId: 'ded_1',
    amount: usd(2000),
    balance: usd(5000),
    by: dana,
    locationId,
    reason: 'wrong card',
    at: noon,
  },
};
export const requested: DeductionRequested = {
  type: 'DeductionRequested',
  data: {
    cardId,
    deductionId: 'ded_2',
    amount: usd(2000),
    by: dana,
    locationId,
    codeHash: 'hash-of-123456',
    keyVersion: 1,
    stopHash: 'hash-of-stop',
    expiresAt: '2026-11-22T12:10:00.000Z',
    at: noon,
  },
};
export const rejectedCode = (attemptsLeft: number): DeductionCodeRejected => ({
  type: 'DeductionCodeRejected',
  data: { cardId, deductionId: 'ded_2', attemptsLeft, by: dana, at: noon },
});
export const cancelled = (reason: DeductionCancelled['data']['reason'], at = noon, deductionId = 'ded_2'): DeductionCancelled => ({
  type: 'DeductionCancelled',
  data: { cardId, deductionId, reason, by: dana, at },
});
export const deductedByCode: FundsDeducted = {
  type: 'FundsDeducted',
  data: {
    cardId,
    deductionId: 'ded_2',
    amount: usd(2000),
    balance: usd(3000),
    by: dana,
    locationId,
    why: { kind: 'buyerCode' },
    notify: true,
    at: noon,
  },
};

export const declined: RedemptionDeclined = {
  type: 'RedemptionDeclined',
  data: {
    cardId,
    redemptionId: 'rdm_3',
    deductionId: 'ded_3',
    amount: usd(9000),
    balance: usd(3000),
    refusal: 'insufficient-funds',
    locationId,
    by: dana,
    at: noon,
  },
};
export const buyerMailSent: BuyerMailSent = { type: 'BuyerMailSent', data: { cardId, mail: 'receipt', about: cardId, at: noon } };
export const buyerMailFailed: BuyerMailFailed = {
  type: 'BuyerMailFailed',
  data: { cardId, mail: 'deduction-code', about: 'ded_2', reason: '550 no such mailbox', at: noon },
};
export const blocked: CardBlocked = { type: 'CardBlocked', data: { cardId, reason: 'reported stolen', by: dana, at: noon } };
export const frozen: CardFrozenByBuyer = { type: 'CardFrozenByBuyer', data: { cardId, deductionId: 'ded_2', at: noon } };
export const unblocked: CardUnblocked = { type: 'CardUnblocked', data: { cardId, reason: 'found again', by: dana, at: noon } };
export const voided: CardVoided = {
  type: 'CardVoided',
  data: { cardId, amount: usd(5000), balance: usd(0), reason: 'refunded', by: dana, at: noon },
};
export const expired: CardExpired = { type: 'CardExpired', data: { cardId, amount: usd(5000), balance: usd(0), at: noon } };
export const replaced: CardReplaced = {
  type: 'CardReplaced',
  data: { cardId, ...secrets(2), replaced: { codeHash: 'code-hash-1', linkHash: 'link-hash-1' }, why: 'lost', by: dana, at: noon },
};
export const recipientCorrected: RecipientCorrected = {
  type: 'RecipientCorrected',
  data: { cardId, recipient: { email: personal(`recipient:${cardId}:1`, 'bo@example.org') }, by: dana, at: noon },
};
export const buyerCorrected: BuyerCorrected = {
  type: 'BuyerCorrected',
  data: { cardId, buyer: { email: personal(`buyer:${cardId}:1`, 'amelie@example.org') }, by: dana, at: noon },
};

/** The card after these facts. */
export const folded = (...facts: readonly GiftCardFact[]): GiftCard =>
  facts.reduce<GiftCard>((card, fact) => giftCard.evolve(card, fact), giftCard.initial);

export const giftCardSamples: readonly GiftCardFact[] = [
  issued,
  mailRequested,
  mailFailed,
  delivered,
  deducted,
  declined,
  toppedUp,
  reversed,
  requested,
  rejectedCode(2),
  cancelled('attempts'),
  buyerMailSent,
  buyerMailFailed,
  blocked,
  frozen,
  unblocked,
  voided,
  expired,
  replaced,
  recipientCorrected,
  buyerCorrected,
];

export const importId = 'imp_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
export const cardImportSamples: readonly CardImportFact[] = [
  { type: 'CardImportUploaded', data: { importId, network, rows: 300, valid: 299, chunks: 2, total: usd(1_500_000), by: dana, at: noon } },
  { type: 'CardImportConfirmed', data: { importId, mode: 'validRowsOnly', by: dana, at: noon } },
  { type: 'CardImportChunkIssued', data: { importId, chunk: 0, issued: 199, at: noon } },
  { type: 'CardImportCompleted', data: { importId, issued: 299, at: noon } },
  { type: 'CardImportDiscarded', data: { importId, by: dana, at: noon } },
];
