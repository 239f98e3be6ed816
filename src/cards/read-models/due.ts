import type { Instant, Projection, WakeUp, WakeUpDocument } from '../../kernel/event-sourcing';
import { ExpireDeduction } from '../domain/deduction-by-code';
import { DeliverCard } from '../domain/delivery';
import type {
  CardBlocked,
  CardExpired,
  CardFrozenByBuyer,
  CardId,
  CardIssued,
  CardToppedUp,
  CardUnblocked,
  CardVoided,
  DeductionCancelled,
  DeductionRequested,
  FundsDeducted,
  GiftMailRequested,
} from '../domain/gift-card.facts';
import { ExpireCard } from '../domain/standing';

/** What waits for a time: deliveries, codes that run out, cards that expire. */

interface DueDelivery extends WakeUpDocument {
  readonly deliverAt: Instant;
}

type DeliveryFact = CardIssued | GiftMailRequested | CardVoided | CardExpired | CardBlocked | CardFrozenByBuyer | CardUnblocked;

/** A blocked card's gift waits without end; unblocking puts its day back. */
const NEVER: Instant = '9999-12-31T23:59:59.999Z';

const deliveriesDue: Projection<DueDelivery, DeliveryFact, 'CardIssued'> = {
  name: 'deliveries-due',
  version: 1,
  keys: ({ cardId }) => [cardId],
  indexes: [['dueAt']],
  begins: {
    CardIssued: ({ delivery, at }, { network }) =>
      delivery.kind === 'at' && delivery.at > at ? { dueAt: delivery.at, deliverAt: delivery.at, network } : null,
  },
  on: {
    GiftMailRequested: () => null,
    CardVoided: () => null,
    CardExpired: () => null,
    CardBlocked: (doc) => ({ ...doc, dueAt: NEVER }),
    CardFrozenByBuyer: (doc) => ({ ...doc, dueAt: NEVER }),
    CardUnblocked: (doc) => ({ ...doc, dueAt: doc.deliverAt }),
  },
};

export const deliverCardWhenDue: WakeUp<DueDelivery> = {
  projection: deliveriesDue,
  command: (_doc, cardId, context) => new DeliverCard(context, cardId),
};

interface DueCode extends WakeUpDocument {
  readonly cardId: CardId;
}

type CodeFact = DeductionRequested | DeductionCancelled | FundsDeducted;

const codesDue: Projection<DueCode, CodeFact, 'DeductionRequested'> = {
  name: 'codes-due',
  version: 1,
  // Direct deductions, which are the many, touch no document here.
  keys: (data) => ('why' in data && data.why.kind !== 'buyerCode' ? [] : [data.deductionId]),
  indexes: [['dueAt']],
  begins: { DeductionRequested: ({ cardId, expiresAt }, { network }) => ({ dueAt: expiresAt, network, cardId }) },
  on: { DeductionCancelled: () => null, FundsDeducted: () => null },
};

export const cancelDeductionWhenItsCodeRunsOut: WakeUp<DueCode> = {
  projection: codesDue,
  command: ({ cardId }, deductionId, context) => new ExpireDeduction(context, cardId, deductionId),
};

type ExpiryFact = CardIssued | CardToppedUp | CardVoided | CardExpired;

const expiriesDue: Projection<WakeUpDocument, ExpiryFact, 'CardIssued'> = {
  name: 'expiries-due',
  version: 1,
  keys: ({ cardId }) => [cardId],
  indexes: [['dueAt']],
  begins: { CardIssued: ({ expiresAt }, { network }) => (expiresAt === undefined ? null : { dueAt: expiresAt, network }) },
  on: {
    CardToppedUp: (doc, { expiresAt }) => (expiresAt === undefined ? doc : { ...doc, dueAt: expiresAt }),
    CardVoided: () => null,
    CardExpired: () => null,
  },
};

export const expireCardWhenItsTimeIsUp: WakeUp = {
  projection: expiriesDue,
  command: (_doc, cardId, context) => new ExpireCard(context, cardId),
};
