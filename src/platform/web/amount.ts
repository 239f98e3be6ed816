import type { Currency, Money } from '../../kernel/money';

/**
 * What a person types as an amount: "25", "25,00", "$25", "1,250.50", "1 250,50 $". The last separator with one or two digits
 * after it is the decimal one; three digits after a comma are thousands in English and refused in French, where it would be
 * a guess. Undefined for what is no amount of whole cents; a negative amount is read, so that it can be refused by name.
 */
export function parseAmount(text: string, currency: Currency, language: 'en' | 'fr'): Money | undefined {
  const bare = text
    .replace(/[\s\u00a0\u202f']/g, '')
    .replace(/^(US|CA)?\$|\$(US|CA)?$|^(USD|CAD)|(USD|CAD)$/gi, '')
    .replace('−', '-');
  const [, sign, whole, cents] = /^(-?)(\d{1,12}|\d{1,3}(?:[.,]\d{3})+)(?:[.,](\d{1,2}))?$/.exec(bare) ?? [];
  if (whole === undefined) return undefined;
  if (language === 'fr' && whole.includes(',')) return undefined;
  if (whole.includes(',') && whole.includes('.')) return undefined;
  const minor = Number(whole.replace(/[.,]/g, '')) * 100 + Number((cents ?? '').padEnd(2, '0') || 0);
  return { amount: sign ? -minor : minor, currency };
}
