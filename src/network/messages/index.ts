import type { Messages } from '../../kernel/registration';
import { en } from './en';
import { erasure } from './erasure';
import { fr } from './fr';

export const messages: Messages = { en: { ...en, ...erasure.en }, fr: { ...fr, ...erasure.fr } };
