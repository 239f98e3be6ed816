import type { Currency, Money } from '../../kernel/money';
import type { SeenPayment } from './pos-reports';
import { instantOf, objectOf, textOf, wholeOf, type Json } from './till-json';

/** https://developer.squareup.com/reference/square/objects/Payment: only COMPLETED counts, corrections come as refunds. */
const states: Readonly<Record<string, SeenPayment['status']>> = {
  COMPLETED: 'completed',
  CANCELED: 'voided',
  FAILED: 'voided',
  APPROVED: 'open',
  PENDING: 'open',
};

export function moneyOf(value: unknown): Money | undefined {
  const { amount, currency } = objectOf(value);
  const cents = wholeOf(amount);
  const code = textOf(currency, 3);
  return cents === undefined || code === undefined ? undefined : { amount: cents, currency: code as Currency };
}

/** Square's Payment in neutral words; undefined when it lacks what a payment has. What was given back is off the amount. */
export function squarePayment(payment: Json): SeenPayment | undefined {
  const externalId = textOf(payment.id, 192);
  const gross = moneyOf(payment.total_money) ?? moneyOf(payment.amount_money);
  const takenAt = instantOf(payment.created_at);
  const status = states[String(payment.status)];
  if (externalId === undefined || !gross || takenAt === undefined || status === undefined) return undefined;
  const given = moneyOf(payment.refunded_money)?.amount ?? 0;
  const allGiven = given > 0 && given >= gross.amount;
  return {
    externalId,
    amount: allGiven ? gross : { ...gross, amount: gross.amount - given },
    tender: tenderOf(payment),
    till: textOf(objectOf(payment.device_details).device_name, 60),
    reference: textOf(payment.reference_id) ?? textOf(payment.receipt_number),
    orderId: textOf(payment.order_id, 192),
    status: allGiven ? 'voided' : status,
    takenAt,
    changedAt: instantOf(payment.updated_at) ?? takenAt,
  };
}

/**
 * `external_details` exist for payments that the till took by other means than Square (source_type EXTERNAL). A seller's own note
 * counts only there: "rest by gift card" beside a cash payment is no gift card payment.
 */
function tenderOf(payment: Json): SeenPayment['tender'] {
  const source = textOf(payment.source_type, 40);
  if (source !== 'EXTERNAL') return { name: source ?? 'UNKNOWN' };
  const details = objectOf(payment.external_details);
  return { type: textOf(details.type, 50), name: textOf(details.source, 127) ?? source, note: textOf(payment.note) };
}
