import type { Projection } from '../../kernel/event-sourcing';
import type { CardId, CardIssued, CardReplaced, DeductionRequested } from '../domain/gift-card.facts';

/**
 * From the hash of something secret (a code, a link's token, a stop link's), or from the id of a deduction request, to its card. The
 * card itself says whether it still counts.
 */
export interface CardLookup {
  readonly network: string;
  readonly cardId: CardId;
  /** Of a stop link or a request. */
  readonly deductionId: string | null;
}

export const byCode = (hash: string): string => `code:${hash}`;
export const byLink = (hash: string): string => `link:${hash}`;
export const byStop = (hash: string): string => `stop:${hash}`;
export const byRequest = (deductionId: string): string => `request:${deductionId}`;

type LookupFact = CardIssued | CardReplaced | DeductionRequested;

export const cardLookup: Projection<CardLookup, LookupFact, LookupFact['type']> = {
  name: 'card-lookup',
  version: 2,
  keys(data) {
    if ('stopHash' in data) return [byStop(data.stopHash), byRequest(data.deductionId)];
    const current = [byCode(data.code.hash), byLink(data.link.hash)];
    return 'replaced' in data ? [...current, byCode(data.replaced.codeHash), byLink(data.replaced.linkHash)] : current;
  },
  indexes: [],
  begins: {
    CardIssued: ({ cardId }, { network }) => ({ network, cardId, deductionId: null }),
    CardReplaced: ({ cardId, replaced }, { network }, key) =>
      key === byCode(replaced.codeHash) || key === byLink(replaced.linkHash) ? null : { network, cardId, deductionId: null },
    DeductionRequested: ({ cardId, deductionId }, { network }) => ({ network, cardId, deductionId }),
  },
  on: {},
};
