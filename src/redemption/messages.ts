import type { Messages } from '../kernel/registration';
import { pages } from './messages/pages';
import { screen } from './messages/screen';

/** The redemption module's words; each part has its own catalogue. */
export const messages: Messages = { en: { ...screen.en, ...pages.en }, fr: { ...screen.fr, ...pages.fr } };
