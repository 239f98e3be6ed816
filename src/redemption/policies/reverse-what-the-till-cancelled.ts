import type { Policy } from '../../kernel/event-sourcing';
import type { PosPaymentUsed, PosPaymentVoided } from '../domain/pos-payment.facts';
import { ReverseVoidedPayment } from '../domain/pos-payment-reversal';

/** After use at once; between selection and deduction when the deduction's end is known, which the second fact tells. */
export const reverseWhatTheTillCancelled: Policy<PosPaymentVoided | PosPaymentUsed> = {
  name: 'reverse-the-redemption-of-a-payment-that-the-till-cancelled',
  on: {
    PosPaymentVoided: ({ redemptionId, used }, cause) =>
      redemptionId !== undefined && used ? [new ReverseVoidedPayment(cause.context(), redemptionId)] : [],
    PosPaymentUsed: ({ redemptionId, voided }, cause) => (voided ? [new ReverseVoidedPayment(cause.context(), redemptionId)] : []),
  },
};
