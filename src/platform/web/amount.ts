import type { Currency, Money } from '../../kernel/money';

/** With commas for thousands, as in English. In French a comma is the decimal sign, and three digits after it would be a guess. */
const ENGLISH = /^(-?)(\d{1,10}|\d{1,3}(?:,\d{3})+)(?:[.,](\d{1,2}))?$/;
const FRENCH = /^(-?)(\d{1,10})(?:[.,](\d{1,2}))?$/;

/**
 * What a person types as an amount: "25", "25,00", "$25", "1,250.50", "1 250,50 $". Undefined for what is no amount of whole cents;
 * a negative amount is read, so that it can be refused by name.
 */
export function parseAmount(text: string, currency: Currency, language: 'en' | 'fr'): Money | undefined {
  const bare = text
    .replace(/[\s\u00a0\u202f]/g, '')
    .replace(/^(US|CA)?\$|\$(US|CA)?$|^(USD|CAD)|(USD|CAD)$/gi, '')
    .replace('−', '-');
  const [, sign, whole, cents] = (language === 'fr' ? FRENCH : ENGLISH).exec(bare) ?? [];
  if (whole === undefined) return undefined;
  const minor = Number(whole.replaceAll(',', '')) * 100 + Number((cents ?? '').padEnd(2, '0'));
  return { amount: sign ? -minor : minor, currency };
}

/** "25.00", or "25,00" in French: an amount as it stands in a field, to be typed over. */
export const typedAmount = (money: Money, language: 'en' | 'fr'): string =>
  language === 'fr' ? plainAmount(money).replace('.', ',') : plainAmount(money);

/** "25.00": an amount for machines such as spreadsheets, in units with their cents, without a sign of its currency. */
export function plainAmount({ amount }: Money): string {
  const digits = String(Math.abs(amount)).padStart(3, '0');
  return `${amount < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
