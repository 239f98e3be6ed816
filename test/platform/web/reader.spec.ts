import { languageOf, Reader } from '../../../src/platform/web/reader';

const messages = {
  en: { hello: 'Hello {name}, {amount}', 'items.one': '{count} item', 'items.other': '{count} items' },
  fr: { hello: 'Bonjour {name}, {amount}', 'items.one': '{count} article', 'items.other': '{count} articles' },
};
const english = new Reader('en', 'America/New_York', messages, {});
const french = new Reader('fr', 'America/Toronto', messages, {});
const at = '2025-11-14T19:22:00.000Z';

describe('a reader', () => {
  it('reads money in its language, with a true minus, and a plus where money comes in', () => {
    expect(english.money({ amount: 7450, currency: 'USD' })).toBe('$74.50');
    expect(english.change({ amount: -1850, currency: 'USD' })).toBe('−$18.50');
    expect(english.change({ amount: 2500, currency: 'USD' })).toBe('+$25.00');
    expect(french.money({ amount: 1_234_567, currency: 'CAD' })).toBe('12\u00a0345,67\u00a0$');
  });

  it('parts the currency sign from the figure, before or after as the language says', () => {
    expect(english.moneyParts({ amount: 6_017_039, currency: 'USD' })).toEqual({ before: '$', figure: '60,170.39', after: '' });
    expect(french.moneyParts({ amount: 8450, currency: 'CAD' })).toMatchObject({ before: '', figure: '84,50', after: '$' });
  });

  it('reads times in the network’s zone, and says which', () => {
    expect(english.dateTime(at).replaceAll('\u00a0', ' ')).toBe('Nov 14, 2025, 2:22 PM EST');
    expect(french.dateTime(at).replaceAll('\u00a0', ' ')).toBe('14 nov. 2025, 14 h 22 HNE');
    expect(french.day('2025-11-01T16:00:00.000Z')).toBe('1er nov. 2025');
    expect(english.zone('2025-07-01T00:00:00.000Z')).toBe('EDT');
    const west = new Reader('en', 'America/Los_Angeles', messages, {});
    expect(west.shortDateTime(at).replaceAll('\u00a0', ' ')).toBe('Nov 14, 11:22 AM');
    expect([west.zone(at), english.zone(at)]).toEqual(['PST', 'EST']);
  });

  it('names countries in its language, and leaves what is no country’s code', () => {
    expect([english.country('DE'), french.country('DE')]).toEqual(['Germany', 'Allemagne']);
    expect(english.country('nowhere')).toBe('nowhere');
  });

  it('fills sentences, counts, and shows a key without a sentence as it is', () => {
    expect(english.t('hello', { name: 'Dana', amount: { amount: 100, currency: 'USD' } })).toBe('Hello Dana, $1.00');
    expect(english.t('items', { count: 1 })).toBe('1 item');
    expect(english.t('items', { count: 1200 })).toBe('1,200 items');
    expect(french.t('items', { count: 0 })).toBe('0 article');
    expect(english.t('nothing.there')).toBe('nothing.there');
  });
});

describe('the language', () => {
  it.each([
    ['fr', 'en', 'en', 'fr'],
    [undefined, 'fr', 'en', 'fr'],
    [undefined, undefined, 'fr-CA,en;q=0.5', 'fr'],
    [undefined, undefined, 'en;q=0.4,fr;q=0.6', 'fr'],
    ['xx', 'yy', 'de', 'fr'],
    [undefined, undefined, undefined, 'fr'],
  ] as const)('asked %s, kept %s, browser %s: %s', (asked, kept, accept, language) => {
    expect(languageOf(asked, kept, accept, 'fr')).toBe(language);
  });
});
