import type { Currency } from '../../kernel/money';
import type { SeenPayment } from './pos-reports';
import { instantOf, listOf, objectOf, textOf, wholeOf, type Json } from './till-json';

/** `result` of a Clover payment: SUCCESS counts, VOIDED cancels, the rest is not finished. */
const states: Readonly<Record<string, SeenPayment['status']>> = { SUCCESS: 'completed', VOIDED: 'voided', FAIL: 'voided' };

/**
 * Clover's v3 payment (`expand=tender,order,refunds`) in neutral words; undefined when it lacks what a payment has. The currency is on the
 * order, not on the payment; `standard` is the network's. What was given back is off the amount; the tip is part of what the card pays.
 */
export function cloverPayment(payment: Json, standard: Currency): SeenPayment | undefined {
  const externalId = textOf(payment.id, 64);
  const cents = wholeOf(payment.amount);
  const takenAt = instantOf(payment.createdTime) ?? instantOf(payment.clientCreatedTime);
  if (externalId === undefined || cents === undefined || takenAt === undefined) return undefined;
  const currency = (textOf(objectOf(payment.order).currency, 3) as Currency | undefined) ?? standard;
  const gross = cents + (wholeOf(payment.tipAmount) ?? 0);
  const given = givenBack(payment);
  const allGiven = given > 0 && given >= gross;
  const tender = objectOf(payment.tender);
  return {
    externalId,
    amount: { amount: allGiven ? gross : gross - given, currency },
    tender: { id: textOf(tender.id, 64), name: textOf(tender.label, 127) ?? textOf(tender.labelKey, 127) ?? 'UNKNOWN' },
    till: textOf(objectOf(payment.device).name, 60),
    reference: textOf(payment.externalPaymentId) ?? textOf(payment.note),
    orderId: textOf(objectOf(payment.order).id, 64),
    status: allGiven ? 'voided' : (states[String(payment.result)] ?? 'open'),
    takenAt,
    changedAt: instantOf(payment.modifiedTime) ?? takenAt,
  };
}

function givenBack({ refunds }: Json): number {
  return listOf(objectOf(refunds).elements)
    .map(objectOf)
    .filter(({ voided }) => voided !== true)
    .reduce((sum, { amount, tipAmount }) => sum + (wholeOf(amount) ?? 0) + (wholeOf(tipAmount) ?? 0), 0);
}
