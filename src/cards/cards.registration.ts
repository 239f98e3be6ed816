import type { Registration } from '../kernel/registration';
import { cardImport, cardImportFacts } from './domain/card-import';
import { giftCard, moneyAddsUp } from './domain/gift-card';
import { giftCardFacts, giftCardPersonal } from './domain/gift-card.facts';
import { upcasts } from './domain/gift-card.upcasts';
import { messages } from './messages';
import { issueTheNextChunk } from './policies/issue-the-next-chunk';
import { mailTheCode, mailTheDeduction, mailTheReceipt } from './policies/mail-the-buyer';
import { mailTheGift } from './policies/mail-the-gift';
import { cardFigures } from './read-models/card-figures';
import { cardImports } from './read-models/card-imports';
import { cardList } from './read-models/card-list';
import { cardLookup } from './read-models/card-lookup';
import { cancelDeductionWhenItsCodeRunsOut, deliverCardWhenDue, expireCardWhenItsTimeIsUp } from './read-models/due';
import { rejections } from './rejections';

/** What the cards module enters in the registry. */
export const cards: Registration = {
  module: 'cards',
  aggregates: [
    { category: 'giftCard', aggregate: giftCard, facts: giftCardFacts, invariant: moneyAddsUp },
    { category: 'cardImport', aggregate: cardImport, facts: cardImportFacts },
  ],
  projections: [cardList, cardLookup, cardFigures, cardImports],
  policies: [mailTheGift, mailTheReceipt, mailTheCode, mailTheDeduction, issueTheNextChunk],
  wakeUps: [deliverCardWhenDue, cancelDeductionWhenItsCodeRunsOut, expireCardWhenItsTimeIsUp],
  upcasts,
  personal: giftCardPersonal,
  permissions: [
    'cards.view',
    'cards.issue',
    'cards.deduct',
    'cards.deduct-directly',
    'cards.reverse',
    'cards.top-up',
    'cards.block',
    'cards.void',
    'cards.replace',
    'cards.resend',
    'cards.correct-recipient',
    'cards.correct-buyer',
    'cards.import',
  ],
  pages: [
    { path: 'gift-cards', label: 'cards.nav.gift-cards', icon: 'card', permission: 'cards.view', order: 10 },
    { path: 'gift-card-imports', label: 'cards.nav.imports', icon: 'upload', permission: 'cards.import', order: 50 },
  ],
  rejections,
  messages,
};
