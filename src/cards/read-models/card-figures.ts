import type { FactMetadata, Projection } from '../../kernel/event-sourcing';
import type { Currency, Money } from '../../kernel/money';
import type { CardExpired, CardIssued, CardToppedUp, CardVoided, DeductionReversed, FundsDeducted } from '../domain/gift-card.facts';

/** What one network's cards did on one day (UTC), in minor units. The days add up to what is outstanding. */
export interface DayOfCards {
  readonly network: string;
  /** `2026-11-22` */
  readonly day: string;
  readonly currency: Currency;
  readonly cardsIssued: number;
  readonly issued: number;
  readonly toppedUp: number;
  readonly deductions: number;
  readonly deducted: number;
  readonly reversed: number;
  readonly voided: number;
  readonly expired: number;
}

type FigureFact = CardIssued | CardToppedUp | FundsDeducted | DeductionReversed | CardVoided | CardExpired;
type Sum = 'issued' | 'toppedUp' | 'deducted' | 'reversed' | 'voided' | 'expired';

const empty = (network: string, day: string, currency: Currency): DayOfCards => ({
  network,
  day,
  currency,
  cardsIssued: 0,
  issued: 0,
  toppedUp: 0,
  deductions: 0,
  deducted: 0,
  reversed: 0,
  voided: 0,
  expired: 0,
});

/** Whichever fact comes first begins the day, so every one of them both begins and adds. */
function adds({ amount, currency }: Money, sum: Sum, at: string, { network }: FactMetadata, doc: DayOfCards | undefined): DayOfCards {
  const day = doc ?? empty(network, at.slice(0, 10), currency);
  return { ...day, [sum]: day[sum] + amount };
}

export const cardFigures: Projection<DayOfCards, FigureFact, FigureFact['type']> = {
  name: 'card-figures',
  version: 1,
  keys: ({ at }, { network }) => [`${network}:${at.slice(0, 10)}`],
  indexes: [['network', 'day']],
  begins: {
    CardIssued({ value, at }, metadata, _key, doc) {
      const day = adds(value, 'issued', at, metadata, doc);
      return { ...day, cardsIssued: day.cardsIssued + 1 };
    },
    FundsDeducted({ amount, at }, metadata, _key, doc) {
      const day = adds(amount, 'deducted', at, metadata, doc);
      return { ...day, deductions: day.deductions + 1 };
    },
    CardToppedUp: ({ amount, at }, metadata, _key, doc) => adds(amount, 'toppedUp', at, metadata, doc),
    DeductionReversed: ({ amount, at }, metadata, _key, doc) => adds(amount, 'reversed', at, metadata, doc),
    CardVoided: ({ amount, at }, metadata, _key, doc) => adds(amount, 'voided', at, metadata, doc),
    CardExpired: ({ amount, at }, metadata, _key, doc) => adds(amount, 'expired', at, metadata, doc),
  },
  on: {},
};
