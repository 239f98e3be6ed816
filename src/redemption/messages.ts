import type { Messages } from '../kernel/registration';
import { pages } from './messages/pages';
import { pos } from './messages/pos';
import { partners } from './messages/pos-partners';
import { screen } from './messages/screen';
import { tills } from './messages/tills';

/** The redemption module's words; each part has its own catalogue. */
export const messages: Messages = {
  en: { ...screen.en, ...pages.en, ...pos.en, ...tills.en, ...partners.en },
  fr: { ...screen.fr, ...pages.fr, ...pos.fr, ...tills.fr, ...partners.fr },
};
