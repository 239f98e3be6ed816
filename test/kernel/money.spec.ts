import { lessThan, minus, money, plus, positive, type Currency, type Money } from '../../src/kernel/money';
import { Rejection } from '../../src/kernel/rejection';

const usd = (amount: number): Money => money(amount, 'USD');
const cad = (amount: number): Money => money(amount, 'CAD');

function refusal(work: () => unknown): { readonly code: string; readonly details: unknown } {
  try {
    work();
  } catch (error) {
    if (error instanceof Rejection) return { code: error.code, details: error.details };
    throw error;
  }
  throw new Error('It was not refused');
}

describe('Money', () => {
  it('is added, subtracted and compared in minor units', () => {
    expect([plus(usd(2), usd(3)), minus(usd(2), usd(3)), minus(cad(3), cad(3))]).toEqual([usd(5), usd(-1), cad(0)]);
    expect([lessThan(usd(2), usd(3)), lessThan(usd(3), usd(3)), lessThan(usd(4), usd(3))]).toEqual([true, false, false]);
  });

  it.each(Object.entries({ plus, minus, lessThan }))('of two currencies never meets: %s', (_, together) => {
    expect(refusal(() => together(usd(2), cad(2)))).toEqual({ code: 'currency-mismatch', details: { expected: 'USD', given: 'CAD' } });
  });

  it('that moves is above nothing and in the currency asked for', () => {
    const told = (amount: number, currency: Currency = 'USD') => refusal(() => positive(usd(amount), currency));
    expect(() => positive(usd(1), 'USD')).not.toThrow();
    expect(() => positive(usd(Number.MAX_SAFE_INTEGER), 'USD')).not.toThrow();
    for (const amount of [0, -1, 0.5, Number.MAX_SAFE_INTEGER + 1, NaN])
      expect(told(amount)).toEqual({ code: 'amount-not-positive', details: { amount } });
    expect(told(0, 'CAD')).toEqual({ code: 'currency-mismatch', details: { expected: 'CAD', given: 'USD' } });
  });
});
