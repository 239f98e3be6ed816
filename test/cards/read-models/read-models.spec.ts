import type { FactMetadata, RecordedFact } from '../../../src/kernel/event-sourcing';
import type { GiftCardFact } from '../../../src/cards/domain/gift-card.facts';
import { activitiesOf } from '../../../src/cards/read-models/activities';
import { cardFigures } from '../../../src/cards/read-models/card-figures';
import { foldImport } from '../../../src/cards/read-models/card-imports';
import { folded } from '../../../src/kernel/folded';
import { cardList, foldCard } from '../../../src/cards/read-models/card-list';
import { cardLookup } from '../../../src/cards/read-models/card-lookup';
import { cancelDeductionWhenItsCodeRunsOut, deliverCardWhenDue, expireCardWhenItsTimeIsUp } from '../../../src/cards/read-models/due';
import { foldBatch } from '../../../src/platform/processors/fold';
import type { AnyProjection } from '../../../src/kernel/event-sourcing';
import { searched } from '../../../src/cards/features/see-card';
import {
  blocked,
  buyerCorrected,
  buyerMailFailed,
  cancelled,
  cardId,
  cardImportSamples,
  dana,
  deducted,
  deductedByCode,
  delivered,
  expired,
  frozen,
  giftCardSamples,
  issued,
  mailFailed,
  mailRequested,
  network,
  noon,
  recipientCorrected,
  rejectedCode,
  replaced,
  requested,
  reversed,
  tomorrow,
  toppedUp,
  unblocked,
  usd,
  voided,
} from '../facts';

const metadata = (revision: number): FactMetadata => ({
  stream: `giftCard-${cardId}`,
  revision,
  position: revision + 1,
  eventId: `event-${revision}`,
  network,
  actor: dana,
  correlation: 'c',
  commandId: `cmd_${revision}`,
  recordedAt: noon,
});
const recorded = <F extends { type: string; data: unknown }>(facts: readonly F[]): RecordedFact<F>[] =>
  facts.map((fact, index) => ({ fact, metadata: metadata(index) }));
const card = (...facts: GiftCardFact[]) => foldCard(recorded<GiftCardFact>([issued, ...facts]));
const documents = (projection: AnyProjection, ...facts: GiftCardFact[]): Record<string, object | null> =>
  Object.fromEntries(foldBatch(projection, recorded(facts), new Map()).documents.map(({ id, doc }) => [id, doc]));
const scheduled = { ...issued, data: { ...issued.data, delivery: { kind: 'at', at: tomorrow } } } as GiftCardFact;
const mortal = { ...issued, data: { ...issued.data, expiresAt: '2031-11-22T12:00:00.000Z' } } as GiftCardFact;

describe('the card list', () => {
  it.each<[string, GiftCardFact[], object]>([
    [
      'a pending card',
      [mailRequested],
      {
        status: 'pending',
        balance: usd(5000),
        giftMail: { state: 'queued' },
        lastFour: 'HZ31',
        buyerMails: { receipt: { state: 'queued' } },
      },
    ],
    ['a refused gift mail', [mailRequested, mailFailed], { giftMail: { state: 'failed', reason: '550 no such mailbox' } }],
    ['an active card', [mailRequested, delivered], { status: 'active', giftMail: { state: 'sent' }, deliveredAt: noon }],
    ['a used card', [delivered, deducted], { status: 'used', balance: usd(3000) }],
    ['a top-up', [toppedUp], { balance: usd(7500), status: 'pending' }],
    ['a reversal, which leaves it used', [delivered, deducted, reversed], { status: 'used', balance: usd(5000) }],
    [
      'a live request',
      [delivered, requested, rejectedCode(2)],
      { request: { deductionId: 'ded_2', attemptsLeft: 2 }, buyerMails: { 'deduction-code': { state: 'queued' } } },
    ],
    ['a refused code mail', [delivered, requested, buyerMailFailed], { buyerMails: { 'deduction-code': { state: 'failed' } } }],
    ['a cancelled request', [delivered, requested, cancelled('attempts')], { request: null, balance: usd(5000) }],
    [
      'a confirmed request',
      [delivered, requested, deductedByCode],
      { request: null, balance: usd(3000), buyerMails: { 'funds-deducted': { state: 'queued' } } },
    ],
    ['a direct deduction beside a request', [delivered, requested, deducted], { request: { deductionId: 'ded_2' } }],
    ['a block', [blocked], { blocked: 'byStaff' }],
    ['a freeze', [frozen], { blocked: 'byBuyer' }],
    ['an unblocked card', [blocked, unblocked], { blocked: 'no' }],
    ['a voided card', [voided], { status: 'voided', balance: usd(0) }],
    ['an expired card', [expired], { status: 'expired', balance: usd(0) }],
    ['a replaced code', [delivered, replaced], { lastFour: 'HZ32' }],
  ])('shows %s', (_, facts, shown) => expect(card(...facts)).toMatchObject(shown));

  it('is searched by what is folded, and keeps it personal', () => {
    expect(card()?.search).toEqual({
      buyerEmail: { subject: `buyer:${cardId}`, value: 'amelie@example.com' },
      buyerName: { subject: `buyer:${cardId}`, value: 'amelie cote' },
      buyerNameBack: { subject: `buyer:${cardId}`, value: 'cote amelie' },
      recipientEmail: { subject: `recipient:${cardId}`, value: 'bo.lund@example.com' },
      recipientName: { subject: `recipient:${cardId}`, value: 'bo lund' },
      recipientNameBack: { subject: `recipient:${cardId}`, value: 'lund bo' },
    });
  });
  it('forgets the address that was corrected', () => {
    expect(card(recipientCorrected)?.search).toMatchObject({ recipientEmail: { value: 'bo@example.org' }, recipientName: null });
    expect(card(buyerCorrected)?.search).toMatchObject({ buyerEmail: { value: 'amelie@example.org' }, buyerName: null });
  });
  it('folds every fact', () =>
    expect(Object.keys({ ...cardList.begins, ...cardList.on }).sort()).toEqual(
      [...new Set(giftCardSamples.map(({ type }) => type))].sort(),
    ));
  it.each([
    ['Zoë  GÄRTNER', 'zoe gartner'],
    ['  ÉLODIE ', 'elodie'],
  ])('folds %p to %p', (name, into) => expect(folded(name)).toBe(into));
});

describe('a search', () => {
  it('is by address when there is an @', () =>
    expect(searched('n', { search: 'Bo@Example.com' }).anyOf).toEqual([
      { 'search.recipientEmail.value': 'bo@example.com' },
      { 'search.buyerEmail.value': 'bo@example.com' },
    ]));
  it('is by the last four, too, when it could be them', () =>
    expect(searched('n', { search: 'hz3c' }).anyOf?.[0]).toEqual({ lastFour: 'HZ3C' }));
  it('is for all when there is nothing', () => expect(searched('n', { search: '  ' })).toEqual({ filter: { network: 'n' } }));
});

describe('look-ups', () => {
  it('find a card by code and link', () =>
    expect(documents(cardLookup, issued)).toEqual({
      'code:code-hash-1': { network, cardId, deductionId: null },
      'link:link-hash-1': { network, cardId, deductionId: null },
    }));
  it('forget what was replaced', () =>
    expect(documents(cardLookup, issued, replaced)).toEqual({
      'code:code-hash-1': null,
      'link:link-hash-1': null,
      'code:code-hash-2': { network, cardId, deductionId: null },
      'link:link-hash-2': { network, cardId, deductionId: null },
    }));
  it('find the deduction of a stop link', () =>
    expect(documents(cardLookup, requested)).toMatchObject({ 'stop:hash-of-stop': { network, cardId, deductionId: 'ded_2' } }));
});

it('sums a day, whichever fact begins it', () =>
  expect(documents(cardFigures, deducted, issued, toppedUp, reversed, voided)).toEqual({
    [`${network}:2026-11-22`]: {
      network,
      day: '2026-11-22',
      currency: 'USD',
      cardsIssued: 1,
      issued: 5000,
      toppedUp: 2500,
      deductions: 1,
      deducted: 2000,
      reversed: 2000,
      voided: 5000,
      expired: 0,
    },
  }));

describe('what waits for a time', () => {
  it.each<[string, AnyProjection, GiftCardFact[], Record<string, object | null>]>([
    ['a delivery', deliverCardWhenDue.projection, [scheduled], { [cardId]: { dueAt: tomorrow, deliverAt: tomorrow, network } }],
    ['not a delivery that was asked for', deliverCardWhenDue.projection, [scheduled, mailRequested], { [cardId]: null }],
    [
      'not a blocked one',
      deliverCardWhenDue.projection,
      [scheduled, blocked],
      { [cardId]: { dueAt: '9999-12-31T23:59:59.999Z', deliverAt: tomorrow, network } },
    ],
    [
      'an unblocked one again',
      deliverCardWhenDue.projection,
      [scheduled, frozen, unblocked],
      { [cardId]: { dueAt: tomorrow, deliverAt: tomorrow, network } },
    ],
    ['not one that went out at once', deliverCardWhenDue.projection, [issued], {}],
    [
      'a code',
      cancelDeductionWhenItsCodeRunsOut.projection,
      [requested],
      { ded_2: { dueAt: '2026-11-22T12:10:00.000Z', network, cardId } },
    ],
    ['not a confirmed one', cancelDeductionWhenItsCodeRunsOut.projection, [requested, deductedByCode], { ded_2: null }],
    [
      'a code beside a direct deduction',
      cancelDeductionWhenItsCodeRunsOut.projection,
      [requested, deducted],
      { ded_2: { dueAt: '2026-11-22T12:10:00.000Z', network, cardId } },
    ],
    ['a card that expires', expireCardWhenItsTimeIsUp.projection, [mortal], { [cardId]: { dueAt: '2031-11-22T12:00:00.000Z', network } }],
    ['not a voided one', expireCardWhenItsTimeIsUp.projection, [mortal, voided], { [cardId]: null }],
  ])('is %s', (_, projection, facts, waiting) => expect(documents(projection, ...facts)).toEqual(waiting));
});

it('tells a card’s history newest first', () => {
  const [newest, ...older] = activitiesOf(
    recorded<GiftCardFact>([issued, delivered, deducted, requested, cancelled('attempts'), reversed]),
  );
  expect(newest).toMatchObject({
    kind: 'reversed',
    amount: { sign: 1, money: usd(2000) },
    balance: usd(5000),
    movementId: 'rev_1',
    reason: 'wrong card',
  });
  expect(older.map(({ kind }) => kind)).toEqual(['cancelled', 'codeSent', 'deducted', 'delivered', 'issued']);
  expect(older[0]).toMatchObject({ outcome: 'attempts', movementId: 'ded_2' });
  expect(older[2]).toMatchObject({ amount: { sign: -1 }, reversed: true });
});

it('follows an import', () =>
  expect(foldImport(recorded(cardImportSamples.slice(0, 4)))).toMatchObject({
    status: 'completed',
    rows: 300,
    valid: 299,
    issued: 199,
    mode: 'validRowsOnly',
    finishedAt: noon,
  }));
