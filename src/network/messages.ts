import type { Messages } from '../kernel/registration';

export const messages: Messages = { en: {}, fr: {} };
