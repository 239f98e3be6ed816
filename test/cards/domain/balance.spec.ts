import {
  DeclineRedemption,
  declineRedemption,
  DeductFunds,
  deductFunds,
  ReverseDeduction,
  reverseDeduction,
  TopUpCard,
  topUpCard,
} from '../../../src/cards/domain/balance';
import { giftCard, moneyAddsUp } from '../../../src/cards/domain/gift-card';
import type { GiftCardFact } from '../../../src/cards/domain/gift-card.facts';
import type { Money } from '../../../src/kernel/money';
import { given } from '../../support/given';
import {
  blocked,
  cardId,
  context,
  deducted,
  deductedByCode,
  delivered,
  expired,
  folded,
  frozen,
  issued,
  locationId,
  noon,
  replaced,
  reversed,
  toppedUp,
  unblocked,
  usd,
  voided,
} from '../facts';

const deduct = (amount: Money = usd(2000), more: Partial<DeductFunds['deduction']> = {}, at = noon) =>
  new DeductFunds(context(at), cardId, {
    deductionId: 'ded_1',
    amount,
    locationId,
    why: { kind: 'api', reference: 'till 4' },
    notify: false,
    ...more,
  });
const topUp = (amount: Money = usd(2500), more: Partial<TopUpCard['topUp']> = {}) =>
  new TopUpCard(context(), cardId, {
    topUpId: 'top_1',
    amount,
    locationId,
    why: { kind: 'counter', payment: { method: 'cash', reference: 'slip 12' } },
    ...more,
  });
const reverse = (amount: Money = usd(2000)) =>
  new ReverseDeduction(context(), cardId, { deductionId: 'ded_1', amount, locationId }, 'rev_1', 'wrong card');

const until = (expiresAt: string): GiftCardFact => ({ ...issued, data: { ...issued.data, expiresAt } }) as GiftCardFact;
const all: GiftCardFact = { ...deducted, data: { ...deducted.data, amount: usd(5000), balance: usd(0) } };

describe('deducting funds', () => {
  it('takes the amount off the balance', () => given(giftCard, issued, delivered).when(deductFunds, deduct()).yields(deducted));
  it('may take everything', () =>
    given(giftCard, issued, delivered)
      .when(deductFunds, deduct(usd(5000)))
      .yields(all));
  it('goes on after an unblocking', () =>
    given(giftCard, issued, delivered, blocked, unblocked).when(deductFunds, deduct()).yields(deducted));
  it('takes the code that was shown', () =>
    given(giftCard, issued, delivered)
      .when(deductFunds, deduct(usd(2000), { presented: 'code-hash-1' }))
      .yields(deducted));
  it('takes the link that was opened', () =>
    given(giftCard, issued, delivered)
      .when(deductFunds, deduct(usd(2000), { presented: 'link-hash-1' }))
      .yields(deducted));

  it.each<[string, DeductFunds, string, readonly GiftCardFact[]]>([
    ['an unknown card', deduct(), 'card-unknown', []],
    ['a card that was not delivered', deduct(), 'card-not-delivered', [issued]],
    ['a blocked card', deduct(), 'card-blocked', [issued, delivered, blocked]],
    ['a card that its buyer froze', deduct(), 'card-blocked', [issued, delivered, frozen]],
    ['a voided card', deduct(), 'card-voided', [issued, delivered, voided]],
    ['an expired card', deduct(), 'card-expired', [issued, delivered, expired]],
    [
      'a card past its expiry that the clock has not told yet',
      deduct(usd(1), {}, '2031-11-22T12:00:00.000Z'),
      'card-expired',
      [until('2031-11-22T12:00:00.000Z'), delivered],
    ],
    ['more than is there', deduct(usd(5001)), 'insufficient-funds', [issued, delivered]],
    ['a place that nobody knows', deduct(usd(1), { place: 'unknown' }), 'location-unknown', [issued, delivered]],
    ['a place that is suspended', deduct(usd(1), { place: 'suspended' }), 'location-not-open', [issued, delivered]],
    ['a place that was closed', deduct(usd(1), { place: 'closed' }), 'location-not-open', [issued, delivered]],
    ['anything from an empty card', deduct(usd(1)), 'insufficient-funds', [issued, delivered, all]],
    ['zero', deduct(usd(0)), 'amount-not-positive', [issued, delivered]],
    ['a negative amount', deduct(usd(-1)), 'amount-not-positive', [issued, delivered]],
    ['a fraction of a cent', deduct(usd(0.5)), 'amount-not-positive', [issued, delivered]],
    ['an amount beyond counting', deduct(usd(Number.MAX_SAFE_INTEGER + 1)), 'amount-not-positive', [issued, delivered]],
    ['another currency', deduct({ amount: 100, currency: 'CAD' }), 'currency-mismatch', [issued, delivered]],
    ['a code that was replaced', deduct(usd(1), { presented: 'code-hash-1' }), 'code-not-valid', [issued, delivered, replaced]],
    ['a link that was replaced', deduct(usd(1), { presented: 'link-hash-1' }), 'code-not-valid', [issued, delivered, replaced]],
    ['a foreign code, whatever the state', deduct(usd(1), { presented: 'other' }), 'code-not-valid', [issued, delivered, voided]],
  ])('refuses %s', (_, command, code, history) =>
    given(giftCard, ...history)
      .when(deductFunds, command)
      .isRefused(code),
  );

  it('tells the state to whoever has the right code', () =>
    given(giftCard, issued, delivered, voided)
      .when(deductFunds, deduct(usd(1), { presented: 'code-hash-1' }))
      .isRefused('card-voided'));
  it('says how much is there', () =>
    given(giftCard, issued, delivered, deducted)
      .when(deductFunds, deduct(usd(3001)))
      .isRefused('insufficient-funds', { balance: usd(3000) }));
});

describe('topping up', () => {
  it('adds the amount', () => given(giftCard, issued, delivered).when(topUpCard, topUp()).yields(toppedUp));
  it('works before the delivery', () => given(giftCard, issued).when(topUpCard, topUp()).yields(toppedUp));
  it('takes the code that the card has', () =>
    given(giftCard, issued)
      .when(topUpCard, topUp(usd(2500), { presented: 'code-hash-1' }))
      .yields(toppedUp));
  it('says how much may still be loaded', () =>
    given(giftCard, issued)
      .when(topUpCard, topUp(usd(195_001)))
      .isRefused('card-limit-exceeded', { limit: usd(200_000), balance: usd(5000), room: usd(195_000) }));
  it('may fill the card to its limit', () =>
    given(giftCard, issued)
      .when(topUpCard, topUp(usd(195_000)))
      .yields({ ...toppedUp, data: { ...toppedUp.data, amount: usd(195_000), balance: usd(200_000) } }));

  it.each<[string, TopUpCard, string, readonly GiftCardFact[]]>([
    ['an unknown card', topUp(), 'card-unknown', []],
    ['a blocked card', topUp(), 'card-blocked', [issued, blocked]],
    ['a voided card', topUp(), 'card-voided', [issued, voided]],
    ['an expired card', topUp(), 'card-expired', [issued, expired]],
    ['more than a card may hold', topUp(usd(195_001)), 'card-limit-exceeded', [issued]],
    ['zero', topUp(usd(0)), 'amount-not-positive', [issued]],
    ['another currency', topUp({ amount: 100, currency: 'CAD' }), 'currency-mismatch', [issued]],
    ['a replaced code', topUp(usd(1), { presented: 'code-hash-1' }), 'code-not-valid', [issued, replaced]],
  ])('refuses %s', (_, command, code, history) =>
    given(giftCard, ...history)
      .when(topUpCard, command)
      .isRefused(code),
  );

  // Loaded at noon of 22 November 2026.
  it.each<[string, string | undefined, string | undefined, string | undefined]>([
    ['leaves a card without an end as it was sold', undefined, '2036-11-22T12:00:00.000Z', undefined],
    ['gives the card its new end', '2031-11-22T12:00:00.000Z', '2036-11-22T12:00:00.000Z', '2036-11-22T12:00:00.000Z'],
    ['never takes an end forward', '2040-01-01T00:00:00.000Z', '2036-11-22T12:00:00.000Z', undefined],
    ['gives five years at least, whatever the network says', '2027-01-01T00:00:00.000Z', undefined, '2031-11-22T12:00:00.000Z'],
    ['gives five years although less is offered', '2027-01-01T00:00:00.000Z', '2028-01-01T00:00:00.000Z', '2031-11-22T12:00:00.000Z'],
  ])('%s', (_, before, offered, after) => {
    const sold = before === undefined ? issued : until(before);
    given(giftCard, sold)
      .when(topUpCard, topUp(toppedUp.data.amount, { expiresAt: offered }))
      .yields({ ...toppedUp, data: { ...toppedUp.data, expiresAt: after } });
  });
});

describe('reversing a deduction', () => {
  it('gives back exactly what was taken', () =>
    given(giftCard, issued, delivered, deducted).when(reverseDeduction, reverse()).yields(reversed));
  it('works on a blocked card', () =>
    given(giftCard, issued, delivered, deducted, blocked).when(reverseDeduction, reverse()).yields(reversed));
  it('leaves the card used', () =>
    expect(folded(issued, delivered, deducted, reversed)).toMatchObject({ status: 'used', balance: usd(5000) }));

  it.each<[string, string, readonly GiftCardFact[]]>([
    ['the second time', 'already-reversed', [issued, delivered, deducted, reversed]],
    ['on a voided card', 'card-voided', [issued, delivered, deducted, voided]],
    ['on an expired card', 'card-expired', [issued, delivered, deducted, expired]],
    [
      'that would fill the card above its limit',
      'card-limit-exceeded',
      [issued, delivered, deducted, { ...toppedUp, data: { ...toppedUp.data, amount: usd(196_000), balance: usd(199_000) } }],
    ],
  ])('is refused %s', (_, code, history) =>
    given(giftCard, ...history)
      .when(reverseDeduction, reverse())
      .isRefused(code),
  );
});

describe('the money of a stream', () => {
  it('may fill a card to its limit, and not beyond', () => {
    const limited = (limit: number): GiftCardFact => ({ ...issued, data: { ...issued.data, limit: usd(limit) } });
    expect(moneyAddsUp([limited(5000)])).toEqual([]);
    expect(moneyAddsUp([limited(4999)])).toEqual(['CardIssued leaves 5000, outside 0 to 4999']);
  });
  it('adds up', () => expect(moneyAddsUp([issued, delivered, deducted, reversed, toppedUp])).toEqual([]));
  it.each<[string, readonly GiftCardFact[], string]>([
    [
      'a wrong balance',
      [issued, { ...deducted, data: { ...deducted.data, balance: usd(3001) } }],
      'says a balance of 3001, the facts make it 3000',
    ],
    [
      'the same deduction twice',
      [issued, deducted, { ...deducted, data: { ...deducted.data, balance: usd(1000) } }],
      'The deduction ded_1 is there twice',
    ],
    [
      'an overspent card',
      [issued, { ...deducted, data: { ...deducted.data, amount: usd(5001), balance: usd(-1) } }],
      'outside 0 to 200000',
    ],
    [
      'a reversal without its deduction',
      [issued, { ...reversed, data: { ...reversed.data, balance: usd(7000) } }],
      'has no open deduction',
    ],
    [
      'a second reversal',
      [issued, deducted, reversed, { ...reversed, data: { ...reversed.data, balance: usd(7000) } }],
      'has no open deduction',
    ],
    [
      'money left after a void',
      [issued, { ...voided, data: { ...voided.data, amount: usd(4999), balance: usd(0) } }],
      'says a balance of 0, the facts make it 1',
    ],
    [
      'a by-code deduction that forgot',
      [issued, { ...deductedByCode, data: { ...deductedByCode.data, balance: usd(5000) } }],
      'the facts make it 3000',
    ],
  ])('complains of %s', (_, facts, sentence) => expect(moneyAddsUp(facts).join('\n')).toContain(sentence));
});

describe('declining a redemption', () => {
  const wanted = { redemptionId: 'rdm_1', deductionId: 'ded_1', amount: usd(6000), locationId, refusal: 'insufficient-funds' };
  const decline = new DeclineRedemption(context(), cardId, wanted);
  const declined = (balance: Money): GiftCardFact => ({
    type: 'RedemptionDeclined',
    data: { cardId, ...wanted, balance, by: decline.context.actor, at: noon },
  });

  it.each<[string, number, GiftCardFact[]]>([
    ['a live card', 5000, [issued, delivered]],
    ['a used one', 3000, [issued, delivered, deducted]],
    ['a blocked one', 5000, [issued, delivered, blocked]],
    ['a voided one', 0, [issued, delivered, voided]],
    ['an expired one', 0, [issued, delivered, expired]],
  ])('is written down with what %s holds, and moves nothing', (_, balance, history) => {
    const before = given(giftCard, ...history);
    before.when(declineRedemption, decline).yields(declined(usd(balance)));
    before.when(declineRedemption, decline).leadsTo(folded(...history));
    expect(moneyAddsUp([...history, declined(usd(balance))])).toEqual(moneyAddsUp(history));
  });

  it('leaves no trace of a card that was never issued', () => given(giftCard).when(declineRedemption, decline).yields());
});
