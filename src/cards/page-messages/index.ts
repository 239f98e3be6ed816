import type { Messages } from '../../kernel/registration';
import { en } from './en';
import { fr } from './fr';

export const pageMessages: Messages = { en, fr };
