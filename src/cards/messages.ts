import type { Messages } from '../kernel/registration';
import { importMessages } from './import-messages';
import { mailMessages } from './mail-messages';
import { pageMessages } from './page-messages';

/** The cards module's words; each part has its own catalogue. */
export const messages: Messages = {
  en: { ...mailMessages.en, ...importMessages.en, ...pageMessages.en, 'cards.nav.gift-cards': 'Gift Cards', 'cards.nav.imports': 'Import' },
  fr: {
    ...mailMessages.fr,
    ...importMessages.fr,
    ...pageMessages.fr,
    'cards.nav.gift-cards': 'Cartes-cadeaux',
    'cards.nav.imports': 'Importer',
  },
};
