import type { Messages } from '../../kernel/registration';
import { devices } from './devices';
import { en } from './en';
import { erasure } from './erasure';
import { fr } from './fr';

export const messages: Messages = {
  en: { ...en, ...erasure.en, ...devices.en },
  fr: { ...fr, ...erasure.fr, ...devices.fr },
};
