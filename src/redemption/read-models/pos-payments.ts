import type { Actor, Instant, Projection } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import type { Personal } from '../../kernel/personal';
import type { PosItem, PosPaymentFact, PosSource } from '../domain/pos-payment.facts';

/** Payments that tills have told of, and what became of them. */
export interface PosPaymentItem {
  readonly network: string;
  readonly locationId: string;
  readonly status: 'waiting' | 'assigned' | 'used' | 'voided';
  readonly source: PosSource;
  readonly externalId: string;
  readonly amount: Money;
  readonly tender?: string;
  readonly till?: string;
  readonly reference?: string;
  readonly clerk?: Personal<string>;
  readonly items?: readonly PosItem[];
  /** What the till says of a payment that is selected already; it holds once that is released. */
  readonly amended?: { readonly amount: Money; readonly changedAt: Instant };
  readonly redemptionId?: string;
  readonly by?: Actor;
  readonly takenAt: Instant;
  readonly changedAt: Instant;
  readonly reportedAt: Instant;
}

export const posPayments: Projection<PosPaymentItem, PosPaymentFact, 'PosPaymentReported'> = {
  name: 'pos-payments',
  version: 1,
  keys: ({ posPaymentId }) => [posPaymentId],
  indexes: [
    ['network', '-reportedAt'],
    ['locationId', 'status', '-reportedAt'],
  ],
  begins: {
    PosPaymentReported: (data) => {
      const { network, locationId, source, externalId, amount, tender, till, reference, clerk, items, takenAt, changedAt, at } = data;
      const facts = { network, locationId, source, externalId, amount, tender, till, reference, clerk, items, takenAt, changedAt };
      return { status: 'waiting', ...facts, reportedAt: at };
    },
  },
  on: {
    PosPaymentAmended: (doc, { amount, changedAt }) =>
      doc.status === 'assigned' ? { ...doc, amended: { amount, changedAt } } : { ...doc, amount, changedAt },
    PosPaymentAssigned: (doc, { redemptionId, by }) => ({ ...doc, status: 'assigned', redemptionId, by }),
    PosPaymentReleased: ({ amended, redemptionId: _, by: __, ...doc }) => ({
      ...doc,
      ...amended,
      status: doc.status === 'voided' ? 'voided' : 'waiting',
    }),
    PosPaymentUsed: (doc) => ({ ...doc, status: doc.status === 'voided' ? 'voided' : 'used' }),
    PosPaymentVoided: (doc) => ({ ...doc, status: 'voided' }),
  },
};
