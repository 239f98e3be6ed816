import { Rejection } from './rejection';

/** ISO 4217 codes that a network can choose from. */
export const currencies = ['USD', 'CAD'] as const;
export type Currency = (typeof currencies)[number];

/** An amount in integer minor units (cents): `{ amount: 2500, currency: 'USD' }` is 25.00 dollars. Never a float. */
export interface Money {
  readonly amount: number;
  readonly currency: Currency;
}

export const money = (amount: number, currency: Currency): Money => ({ amount, currency });
export const zero = (currency: Currency): Money => ({ amount: 0, currency });

/** @throws Rejection `currency-mismatch` */
export function sameCurrency(a: Money, b: Money): void {
  if (a.currency !== b.currency) throw new Rejection('currency-mismatch', { expected: a.currency, given: b.currency });
}

/** @throws Rejection `amount-not-positive` for zero, negative, fractional or unsafe amounts; `currency-mismatch` for another currency. */
export function positive(amount: Money, currency: Currency): void {
  if (amount.currency !== currency) throw new Rejection('currency-mismatch', { expected: currency, given: amount.currency });
  if (!Number.isSafeInteger(amount.amount) || amount.amount <= 0) throw new Rejection('amount-not-positive', { amount: amount.amount });
}

export function plus(a: Money, b: Money): Money {
  sameCurrency(a, b);
  return { amount: a.amount + b.amount, currency: a.currency };
}

export function minus(a: Money, b: Money): Money {
  sameCurrency(a, b);
  return { amount: a.amount - b.amount, currency: a.currency };
}

export function lessThan(a: Money, b: Money): boolean {
  sameCurrency(a, b);
  return a.amount < b.amount;
}
