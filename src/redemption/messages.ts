import type { Messages } from '../kernel/registration';
import { screen } from './messages/screen';

/** The redemption module's words; each part has its own catalogue. */
export const messages: Messages = { en: { ...screen.en }, fr: { ...screen.fr } };
