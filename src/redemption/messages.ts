import type { Messages } from '../kernel/registration';

/** The redemption module's words; each part has its own catalogue. */
export const messages: Messages = { en: {}, fr: {} };
