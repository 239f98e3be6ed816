import { parseAmount, typedAmount } from '../../../src/platform/web/amount';

describe('an amount as people type it', () => {
  it.each<[string, number]>([
    ['25', 2500],
    ['25.00', 2500],
    ['25,00', 2500],
    ['25.5', 2550],
    ['$25', 2500],
    [' $ 25.00 ', 2500],
    ['25,00 $', 2500],
    ['25,00\u00a0$', 2500],
    ['CA$25', 2500],
    ['25 USD', 2500],
    ['1,250.50', 125_050],
    ['1250.5', 125_050],
    ['1,250', 125_000],
    ['0', 0],
    ['-5', -500],
    ['−5,00', -500],
  ])('%j is %d cents in English', (text, amount) => {
    expect(parseAmount(text, 'USD', 'en')).toEqual({ amount, currency: 'USD' });
  });

  it.each<[string, number]>([
    ['1 250,50 $', 125_050],
    ['1\u202f250,50', 125_050],
    ['84,50', 8450],
  ])('%j is %d cents in French', (text, amount) => {
    expect(parseAmount(text, 'CAD', 'fr')).toEqual({ amount, currency: 'CAD' });
  });

  it.each(['', 'many', '25.555', '1,2,3', '12,50.00', '1e3', '0x10', '25..00', '٢٥', '1'.repeat(20), '€25', '25 25,1,'])(
    '%j is none',
    (text) => {
      expect(parseAmount(text, 'USD', 'en')).toBeUndefined();
    },
  );

  it('a comma before three digits is a guess in French, so it is refused', () => {
    expect(parseAmount('1,250', 'CAD', 'fr')).toBeUndefined();
  });
});

it.each(['en', 'fr'] as const)('an amount stands in a field as it would be typed in %s', (language) => {
  const money = { amount: 123_450, currency: 'CAD' } as const;
  expect(typedAmount(money, language)).toBe(language === 'fr' ? '1234,50' : '1234.50');
  expect(parseAmount(typedAmount(money, language), 'CAD', language)).toEqual(money);
});
