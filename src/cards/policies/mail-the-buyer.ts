import type { Policy } from '../../kernel/event-sourcing';
import { MailBuyer } from '../domain/delivery';
import { hasReceipt, type CardIssued, type DeductionRequested, type FundsDeducted } from '../domain/gift-card.facts';

export const mailTheReceipt: Policy<CardIssued> = {
  name: 'mail-the-receipt-when-a-card-is-issued',
  on: {
    CardIssued: ({ cardId, source }, cause) => (hasReceipt(source) ? [new MailBuyer(cause.context(), cardId, 'receipt', cardId)] : []),
  },
};

export const mailTheCode: Policy<DeductionRequested> = {
  name: 'mail-the-code-when-a-deduction-is-requested',
  on: { DeductionRequested: ({ cardId, deductionId }, cause) => [new MailBuyer(cause.context(), cardId, 'deduction-code', deductionId)] },
};

/** Whoever deducts by API says whether the buyer hears of it; with the buyer's code they always do. */
export const mailTheDeduction: Policy<FundsDeducted> = {
  name: 'mail-the-buyer-when-funds-were-deducted',
  on: {
    FundsDeducted: ({ cardId, deductionId, notify }, cause) =>
      notify ? [new MailBuyer(cause.context(), cardId, 'funds-deducted', deductionId)] : [],
  },
};
