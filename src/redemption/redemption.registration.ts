import type { Registration } from '../kernel/registration';
import { messages } from './messages';
import { rejections } from './rejections';

/** What the redemption module enters in the registry. */
export const redemption: Registration = {
  module: 'redemption',
  aggregates: [],
  projections: [],
  policies: [],
  wakeUps: [],
  upcasts: {},
  personal: {},
  permissions: ['redemptions.view', 'redemptions.redeem', 'redemptions.reverse', 'pos-payments.report', 'pos.manage'],
  pages: [],
  rejections,
  messages,
};
