import type { Messages } from '../../kernel/registration';
import { clerks } from './clerks';
import { devices } from './devices';
import { en } from './en';
import { erasure } from './erasure';
import { fr } from './fr';
import { items } from './items';
import { locations } from './locations';
import { redemption } from './redemption';
import { webhooks } from './webhooks';

/** One catalogue for each part. */
const parts = [{ en, fr }, erasure, devices, locations, webhooks, items, clerks, redemption];

export const messages: Messages = {
  en: Object.assign({}, ...parts.map((part) => part.en)) as Messages['en'],
  fr: Object.assign({}, ...parts.map((part) => part.fr)) as Messages['fr'],
};
