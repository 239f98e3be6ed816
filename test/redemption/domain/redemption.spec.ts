import {
  completeRedemption,
  deductionOf,
  readReceiptCode,
  receiptCode,
  recordReversal,
  redemption,
  redemptionAddsUp,
  redemptionOfDeduction,
  refuseRedemption,
  reversalOf,
  reversible,
  startRedemption,
  totalOf,
  undoable,
  undoableUntil,
  type Redemption,
  type RedemptionFact,
} from '../../../src/redemption/domain/redemption';
import { given } from '../../support/given';
import { completed, device, locationId, minutesLater, noon, redemptionId, refusedShort, reversed, start, started, usd } from '../facts';

const loaf = { itemId: 'itm_1', name: 'Country loaf', price: usd(850), quantity: 1 };
const croissant = { itemId: 'itm_2', name: 'Butter croissant', price: usd(425), quantity: 4 };

describe('starting', () => {
  it('writes down everything as it was', () => given(redemption).when(startRedemption, start).yields(started));
  it('happens once, whatever the second try says', () =>
    given(redemption, started)
      .when(startRedemption, { ...start, amount: usd(1) })
      .yields());
  it('never happens again after an end', () => {
    for (const end of [[completed], [refusedShort], [completed, reversed]])
      given(redemption, started, ...end)
        .when(startRedemption, start)
        .yields();
  });
  it.each([0, -1, 1.5, Number.NaN])('refuses an amount of %s', (amount) =>
    given(redemption)
      .when(startRedemption, { ...start, amount: usd(amount) })
      .isRefused('amount-not-positive'),
  );
  it('keeps what was asked when the card had less', () => {
    const cut = { ...start, amount: usd(7450), asked: usd(9200) };
    given(redemption).when(startRedemption, cut).yields({ type: 'RedemptionStarted', data: cut });
    expect(() => startRedemption({ status: 'unknown' }, { ...start, asked: start.amount })).toThrow('not cut');
  });
});

describe('ending', () => {
  const complete = { deductionId: deductionOf(redemptionId), balance: usd(5600), at: noon };
  const refuse = { code: 'insufficient-funds', balance: usd(1000), at: noon } as const;
  const record = {
    reversalId: reversalOf(redemptionId),
    balance: usd(7450),
    by: device,
    reason: 'Wrong amount',
    at: minutesLater(5),
  };
  it('completes once', () => {
    given(redemption, started).when(completeRedemption, complete).yields(completed);
    given(redemption, started, completed).when(completeRedemption, complete).yields();
  });
  it('is refused once, and what was refused is never completed', () => {
    given(redemption, started).when(refuseRedemption, refuse).yields(refusedShort);
    given(redemption, started, refusedShort).when(refuseRedemption, refuse).yields();
    given(redemption, started, refusedShort).when(completeRedemption, complete).yields();
    given(redemption, started, completed).when(refuseRedemption, refuse).yields();
  });
  it('is reversed once, after it was completed', () => {
    given(redemption, started, completed).when(recordReversal, record).yields(reversed);
    given(redemption, started, completed, reversed).when(recordReversal, record).yields();
    given(redemption, started).when(recordReversal, record).yields();
    given(redemption).when(recordReversal, record).yields();
  });
});

describe('taking it back', () => {
  const stateOf = (...facts: readonly RedemptionFact[]): Redemption =>
    facts.reduce((state, fact) => redemption.evolve(state, fact), redemption.initial);
  const done = stateOf(started, completed);
  it('is for the device that made it, for 15 minutes', () => {
    expect(undoable(done, device.id, minutesLater(14))).toMatchObject({ status: 'completed' });
    expect(undoableUntil({ completedAt: noon })).toBe(minutesLater(15));
    expect(() => undoable(done, device.id, minutesLater(15))).toThrow('undo-too-late');
    expect(() => undoable(done, 'dev_other', noon)).toThrow('undo-not-yours');
    const byKey = stateOf({ type: 'RedemptionStarted', data: { ...start, by: { kind: 'apiKey', id: device.id } } }, completed);
    expect(() => undoable(byKey, device.id, noon)).toThrow('undo-not-yours');
  });
  it.each([
    ['redemption-unknown', []],
    ['redemption-not-completed', [started]],
    ['redemption-not-completed', [started, refusedShort]],
    ['already-reversed', [started, completed, reversed]],
  ] as const)('is refused with %s', (code, facts) => expect(() => reversible(stateOf(...facts))).toThrow(code));
});

describe('its names', () => {
  it('follow from each other', () => {
    expect(redemptionOfDeduction(deductionOf(redemptionId))).toBe(redemptionId);
    expect(reversalOf(redemptionId)).toBe('rev_01JD8Z4M2Q7RXK3V5T9W4T7N28');
    expect(receiptCode(redemptionId)).toBe('R-4T7N-28');
  });
  it.each([
    ['R-4T7N-28', 'R-4T7N-28'],
    ['r4t7n28', 'R-4T7N-28'],
    [' 4t7n 28 ', 'R-4T7N-28'],
    ['R-OT7N-I8', 'R-0T7N-18'],
    ['R-4T7N', undefined],
    ['', undefined],
    ['R-4T7N-281', undefined],
  ])('%j is read as %s', (typed, code) => expect(readReceiptCode(typed)).toBe(code));
});

describe('items', () => {
  it('come to a total', () => expect(totalOf([loaf, croissant])).toEqual(usd(2550)));
  it.each([
    ['items-not-chosen', []],
    ['items-not-usable', [{ ...loaf, quantity: 0 }]],
    ['items-not-usable', [{ ...loaf, quantity: 1.5 }]],
    ['items-not-usable', [{ ...loaf, quantity: 1000 }]],
    ['items-not-usable', Array.from({ length: 201 }, () => loaf)],
    ['amount-not-positive', [{ ...loaf, price: usd(0) }]],
    ['currency-mismatch', [loaf, { ...croissant, price: { amount: 425, currency: 'CAD' } }]],
  ] as const)('are refused with %s', (code, items) => expect(() => totalOf(items)).toThrow(code));
});

describe('its books', () => {
  const items: RedemptionFact = {
    type: 'RedemptionStarted',
    data: { ...start, what: { kind: 'items', source: 'stored', items: [loaf, croissant] }, amount: usd(2550) },
  };
  it('add up', () => {
    expect(redemptionAddsUp([started, completed, reversed])).toEqual([]);
    expect(redemptionAddsUp([items])).toEqual([]);
    expect(redemptionAddsUp([{ ...items, data: { ...items.data, amount: usd(1000), asked: usd(2550) } } as RedemptionFact])).toEqual([]);
  });
  it('say what does not', () => {
    expect(redemptionAddsUp([items, completed])).toEqual(['RedemptionCompleted is of 1850, what was started of 2550']);
    const wrong = { type: 'RedemptionStarted', data: { ...items.data, amount: usd(2500) } };
    expect(redemptionAddsUp([wrong])).toEqual(['The items come to 2550, not to 2500']);
  });
  it('belong to a place', () => expect([completed.data, reversed.data]).toMatchObject([{ locationId }, { locationId }]));
});

describe('what is remembered of a redemption', () => {
  const after = (...facts: readonly RedemptionFact[]) => facts.reduce(redemption.evolve.bind(redemption), redemption.initial);
  const begun = after(started);

  it('is why it was refused, and how much the card held', () =>
    expect(after(started, refusedShort)).toEqual({ ...begun, status: 'refused', code: 'insufficient-funds', held: usd(1000) }));
  it('is who took it back, why and when', () =>
    expect(after(started, completed, reversed)).toEqual({
      ...after(started, completed),
      status: 'reversed',
      reversal: { reversalId: reversalOf(redemptionId), by: device, reason: 'Wrong amount', at: minutesLater(5) },
    }));
  it('needs a beginning', () => {
    for (const fact of [completed, refusedShort, reversed]) expect(() => after(fact)).toThrow(`${fact.type} before RedemptionStarted`);
    expect(() => after(started, refusedShort, reversed)).toThrow('RedemptionReversed before RedemptionCompleted');
  });
});

describe('the most that is taken at once', () => {
  it('is 200 kinds of items, and 999 of one', () => {
    const kinds = (count: number) => Array.from({ length: count }, (_, n) => ({ ...loaf, itemId: `itm_${n}` }));
    expect(totalOf(kinds(200))).toEqual(usd(170_000));
    expect(() => totalOf(kinds(201))).toThrow('items-not-usable');
    expect(totalOf([{ ...loaf, quantity: 999 }])).toEqual(usd(849_150));
    expect(() => totalOf([{ ...loaf, quantity: 1000 }])).toThrow('items-not-usable');
  });
});

it('reads a receipt code whose own letters are an R', () => {
  expect(readReceiptCode('R4TR28')).toBe('R-R4TR-28');
  expect(readReceiptCode('R-4T7R-28')).toBe('R-4T7R-28');
  expect(readReceiptCode('R-4T7N-281')).toBeUndefined();
});
