import type { Instant, Projection } from '../../kernel/event-sourcing';
import type { CardId, CardToppedUp, DeductionRequested, DeductionReversed, FundsDeducted } from '../domain/gift-card.facts';

/**
 * From the id of a movement (a deduction, asked for or done; a top-up; a reversal) to its card and its place in the card's stream,
 * where the fact itself is read.
 */
export interface Movement {
  readonly network: string;
  readonly cardId: CardId;
  readonly kind: 'deduction' | 'request' | 'topUp' | 'reversal';
  readonly revision: number;
  readonly at: Instant;
}

type MovementFact = FundsDeducted | DeductionRequested | CardToppedUp | DeductionReversed;

export const movements: Projection<Movement, MovementFact, MovementFact['type']> = {
  name: 'movements',
  version: 1,
  keys(data) {
    if ('topUpId' in data) return [data.topUpId];
    return ['reversalId' in data ? data.reversalId : data.deductionId];
  },
  indexes: [],
  begins: {
    FundsDeducted: ({ cardId, at }, { network, revision }) => ({ network, cardId, kind: 'deduction', revision, at }),
    DeductionRequested: ({ cardId, at }, { network, revision }) => ({ network, cardId, kind: 'request', revision, at }),
    CardToppedUp: ({ cardId, at }, { network, revision }) => ({ network, cardId, kind: 'topUp', revision, at }),
    DeductionReversed: ({ cardId, at }, { network, revision }) => ({ network, cardId, kind: 'reversal', revision, at }),
  },
  on: {},
};
