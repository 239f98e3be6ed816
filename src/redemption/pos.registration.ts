import type { Registration } from '../kernel/registration';
import { posPayment } from './domain/pos-payment';
import { posPaymentFacts, posPaymentPersonal } from './domain/pos-payment.facts';
import { reverseWhatTheTillCancelled } from './policies/reverse-what-the-till-cancelled';
import { posPayments } from './read-models/pos-payments';
import { catchUpWithTheTill } from './read-models/tills-to-catch-up';

type Part = Pick<Registration, 'aggregates' | 'projections' | 'policies' | 'wakeUps' | 'personal'>;

/** What payments of tills add to the module's entry in the registry. */
export const pos: Part = {
  aggregates: [{ category: 'posPayment', aggregate: posPayment, facts: posPaymentFacts }],
  projections: [posPayments],
  policies: [reverseWhatTheTillCancelled],
  wakeUps: [catchUpWithTheTill],
  personal: { ...posPaymentPersonal },
};
