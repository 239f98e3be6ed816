import {
  ConfirmDeduction,
  confirmDeduction,
  ExpireDeduction,
  expireDeduction,
  RequestDeduction,
  requestDeduction,
  WithdrawDeduction,
  withdrawDeduction,
} from '../../../src/cards/domain/deduction-by-code';
import { CorrectBuyer, correctBuyer, CorrectRecipient, correctRecipient } from '../../../src/cards/domain/delivery';
import { giftCard, type GiftCard } from '../../../src/cards/domain/gift-card';
import type { GiftCardFact } from '../../../src/cards/domain/gift-card.facts';
import { BlockCard, blockCard, FreezeCard, freezeCard, VoidCard, voidCard } from '../../../src/cards/domain/standing';
import { given } from '../../support/given';
import {
  blocked,
  buyerCorrected,
  cancelled,
  cardId,
  context,
  deducted,
  deductedByCode,
  delivered,
  folded,
  frozen,
  issued,
  locationId,
  minutesAfter,
  noon,
  recipientCorrected,
  rejectedCode,
  requested,
  secrets,
  tomorrow,
  usd,
  voided,
} from '../facts';

const open = [issued, delivered, requested];
const request = (cents = 2000, deductionId = 'ded_2', at = noon) =>
  new RequestDeduction(context(at), cardId, {
    deductionId,
    amount: usd(cents),
    locationId,
    codeHash: 'hash-of-123456',
    keyVersion: 1,
    stopHash: 'hash-of-stop',
    expiresAt: minutesAfter(at, 10),
  });
const confirm = (at = noon, deductionId = 'ded_2') => new ConfirmDeduction(context(at), cardId, deductionId, '123456');
const right = 'hash-of-123456';
const typed = (codeHash: string) => (card: GiftCard, command: ConfirmDeduction) => confirmDeduction(card, command, codeHash);
const wrong = 'hash-of-654321';
const drained: GiftCardFact = { ...deducted, data: { ...deducted.data, amount: usd(4000), balance: usd(1000) } };
const requestNumber = (n: number, at: string): GiftCardFact => ({
  ...requested,
  data: { ...requested.data, deductionId: `ded_n${n}`, at, expiresAt: minutesAfter(at, 10) },
});

describe('asking for the buyer’s code', () => {
  it('opens a request', () => given(giftCard, issued, delivered).when(requestDeduction, request()).yields(requested));
  it('cancels the one before', () =>
    given(giftCard, ...open)
      .when(requestDeduction, request(2000, 'ded_3'))
      .yields(cancelled('superseded'), { ...requested, data: { ...requested.data, deductionId: 'ded_3' } }));
  it('calls the one before expired when it had run out, to the second', () => {
    const later = minutesAfter(noon, 10);
    given(giftCard, ...open)
      .when(requestDeduction, request(2000, 'ded_3', later))
      .yields(cancelled('expired', later), {
        ...requested,
        data: { ...requested.data, deductionId: 'ded_3', at: later, expiresAt: minutesAfter(later, 10) },
      });
  });

  it.each<[string, RequestDeduction, string, readonly GiftCardFact[]]>([
    [
      'for a buyer who was erased',
      new RequestDeduction(context(), cardId, { ...request().request, buyerErased: true }),
      'buyer-erased',
      [issued, delivered],
    ],
    ['for an unknown card', request(), 'card-unknown', []],
    ['before the delivery', request(), 'card-not-delivered', [issued]],
    ['for a blocked card', request(), 'card-blocked', [issued, delivered, blocked]],
    ['for a voided card', request(), 'card-voided', [issued, delivered, voided]],
    ['for more than is there', request(5001), 'insufficient-funds', [issued, delivered]],
    ['for nothing', request(0), 'amount-not-positive', [issued, delivered]],
  ])('is refused %s', (_, command, code, history) =>
    given(giftCard, ...history)
      .when(requestDeduction, command)
      .isRefused(code),
  );

  const ten = Array.from({ length: 10 }, (_, n) => [
    requestNumber(n, minutesAfter(noon, n)),
    cancelled('withdrawn', minutesAfter(noon, n), `ded_n${n}`),
  ]).flat();
  it('is refused the eleventh time within a day, and says until when', () =>
    given(giftCard, issued, delivered, ...ten)
      .when(requestDeduction, request(2000, 'ded_2', minutesAfter(noon, 1439)))
      .isRefused('too-many-codes', { retryAt: tomorrow, retryAfterSeconds: 60 }));
  it('counts the newest ten, however many there were before', () => {
    const more = Array.from({ length: 10 }, (_, n) => {
      const at = minutesAfter(tomorrow, n);
      return [requestNumber(10 + n, at), cancelled('withdrawn', at, `ded_n${10 + n}`)];
    }).flat();
    given(giftCard, issued, delivered, ...ten, ...more)
      .when(requestDeduction, request(2000, 'ded_2', minutesAfter(tomorrow, 30)))
      .isRefused('too-many-codes');
  });
  it('works again when the first of ten is a day old', () =>
    given(giftCard, issued, delivered, ...ten)
      .when(requestDeduction, request(2000, 'ded_2', tomorrow))
      .yields({ ...requested, data: { ...requested.data, at: tomorrow, expiresAt: minutesAfter(tomorrow, 10) } }));
});

describe('the buyer’s code', () => {
  it('deducts when it is right', () =>
    given(giftCard, ...open)
      .when(typed(right), confirm())
      .yields(deductedByCode));
  it('still works after two wrong ones', () =>
    given(giftCard, ...open, rejectedCode(2), rejectedCode(1))
      .when(typed(right), confirm())
      .yields(deductedByCode));
  it('is rejected when it is wrong', () =>
    given(giftCard, ...open)
      .when(typed(wrong), confirm())
      .yields(rejectedCode(2)));
  it('dies the third time', () =>
    given(giftCard, ...open, rejectedCode(2), rejectedCode(1))
      .when(typed(wrong), confirm())
      .yields(rejectedCode(0), cancelled('attempts')));
  it('is late the moment it runs out, right or wrong', () => {
    const late = '2026-11-22T12:10:00.000Z';
    given(giftCard, ...open)
      .when(typed(right), confirm(late))
      .yields(cancelled('expired', late));
    given(giftCard, ...open)
      .when(typed(wrong), confirm(late))
      .yields(cancelled('expired', late));
  });
  it('deducts nothing when the balance has gone meanwhile', () =>
    given(giftCard, ...open, drained)
      .when(typed(right), confirm())
      .yields(cancelled('insufficient')));

  it.each<[string, string, Record<string, unknown>, readonly GiftCardFact[]]>([
    ['when it has deducted', 'deduction-closed', { outcome: 'confirmed' }, [...open, deductedByCode]],
    ['when it is dead', 'deduction-closed', { outcome: 'attempts' }, [...open, cancelled('attempts')]],
    ['when it was withdrawn', 'deduction-closed', { outcome: 'withdrawn' }, [...open, cancelled('withdrawn')]],
    [
      'when a newer one replaced it',
      'deduction-closed',
      { outcome: 'superseded' },
      [...open, cancelled('superseded'), requestNumber(9, noon)],
    ],
    ['when the card was blocked', 'card-blocked', {}, [...open, cancelled('blocked'), blocked]],
    ['when nobody asked for one', 'deduction-closed', {}, [issued, delivered]],
  ])('is worth nothing %s', (_, code, details, history) =>
    given(giftCard, ...history)
      .when(typed(right), confirm())
      .isRefused(code, details),
  );
});

describe('a live request ends', () => {
  it('by withdrawal', () =>
    given(giftCard, ...open)
      .when(withdrawDeduction, new WithdrawDeduction(context(), cardId, 'ded_2'))
      .yields(cancelled('withdrawn')));
  it('by its time, when it is withdrawn at that very moment', () => {
    const late = minutesAfter(noon, 10);
    given(giftCard, ...open)
      .when(withdrawDeduction, new WithdrawDeduction(context(late), cardId, 'ded_2'))
      .yields(cancelled('expired', late));
  });
  it('by the buyer', () =>
    given(giftCard, ...open)
      .when(withdrawDeduction, new WithdrawDeduction(context(), cardId, 'ded_2', 'stopped'))
      .yields(cancelled('stopped')));
  it('by the clock', () => {
    const late = minutesAfter(noon, 10);
    given(giftCard, ...open)
      .when(expireDeduction, new ExpireDeduction(context(late), cardId, 'ded_2'))
      .yields(cancelled('expired', late));
  });
  it('by a block', () =>
    given(giftCard, ...open)
      .when(blockCard, new BlockCard(context(), cardId, 'reported stolen'))
      .yields(cancelled('blocked'), blocked));
  it('by the buyer’s freeze', () =>
    given(giftCard, ...open)
      .when(freezeCard, new FreezeCard(context(), cardId, 'ded_2'))
      .yields(cancelled('stopped'), frozen));
  it('by a void', () =>
    given(giftCard, ...open)
      .when(voidCard, new VoidCard(context(), cardId, 'refunded'))
      .yields(cancelled('voided'), voided));

  it.each<[string, ExpireDeduction, readonly GiftCardFact[]]>([
    ['too early', new ExpireDeduction(context(), cardId, 'ded_2'), open],
    ['twice', new ExpireDeduction(context(tomorrow), cardId, 'ded_2'), [...open, cancelled('expired')]],
    ['for another request', new ExpireDeduction(context(tomorrow), cardId, 'ded_9'), open],
    ['after the deduction', new ExpireDeduction(context(tomorrow), cardId, 'ded_2'), [...open, deductedByCode]],
    ['for a voided card', new ExpireDeduction(context(tomorrow), cardId, 'ded_2'), [...open, cancelled('voided'), voided]],
  ])('but not when the clock comes %s', (_, command, history) =>
    given(giftCard, ...history)
      .when(expireDeduction, command)
      .yields(),
  );
});

describe('while a code is live', () => {
  const newBuyer = (at = noon) => new CorrectBuyer(context(at), cardId, { email: 'amelie@example.org' });
  const newRecipient = new CorrectRecipient(context(), cardId, { email: 'bo@example.org' }, secrets(2));

  it('the buyer is not corrected', () =>
    given(giftCard, ...open)
      .when(correctBuyer, newBuyer())
      .isRefused('code-live'));
  it('the recipient is not corrected', () =>
    given(giftCard, ...open)
      .when(correctRecipient, newRecipient)
      .isRefused('code-live'));
  it.each([10, 11])('but once it has run out, after %i minutes, both the request and the address change', (minutes) => {
    const late = minutesAfter(noon, minutes);
    given(giftCard, ...open)
      .when(correctBuyer, newBuyer(late))
      .yields(cancelled('expired', late), { ...buyerCorrected, data: { ...buyerCorrected.data, at: late } });
  });
  it('a direct deduction goes on beside it', () =>
    expect(folded(...open, deducted)).toMatchObject({ request: { status: 'live' }, balance: usd(3000) }));
  it('knows the newest recipient as another person', () =>
    expect(recipientCorrected.data.recipient.email.subject).toBe(`recipient:${cardId}:1`));
});

describe('a request that is over', () => {
  const withdrawn = [...open, cancelled('withdrawn')];

  it('says what became of it', () => {
    given(giftCard, ...withdrawn)
      .when(typed(right), confirm())
      .isRefused('deduction-closed', { outcome: 'withdrawn' });
    given(giftCard, ...open, deductedByCode)
      .when(typed(right), confirm())
      .isRefused('deduction-closed', { outcome: 'confirmed' });
  });
  it('was superseded when nothing more is known of it', () => {
    for (const history of [open, withdrawn])
      given(giftCard, ...history)
        .when(typed(right), confirm(noon, 'ded_9'))
        .isRefused('deduction-closed', { outcome: 'superseded' });
  });
  it('stays over, whatever is written of it afterwards', () => {
    expect(folded(...withdrawn, deductedByCode)).toMatchObject({ request: { status: 'closed', outcome: 'withdrawn' } });
    expect(folded(issued, delivered, rejectedCode(2))).toEqual(folded(issued, delivered));
  });
  it('leaves another one alive', () =>
    expect(folded(...open, deducted)).toMatchObject({ request: { status: 'live', deductionId: 'ded_2' } }));
  it('tells until when the buyer’s address cannot be corrected', () =>
    given(giftCard, ...open)
      .when(correctBuyer, new CorrectBuyer(context(), cardId, { email: 'x@example.org' }))
      .isRefused('code-live', { expiresAt: minutesAfter(noon, 10) }));
});
