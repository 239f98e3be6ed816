import type { Registration } from '../kernel/registration';
import { messages } from './messages';
import { rejections } from './rejections';

/** What the audit module enters in the registry: no facts of its own, it reads everybody's. */
export const audit: Registration = {
  module: 'audit',
  aggregates: [],
  projections: [],
  policies: [],
  wakeUps: [],
  upcasts: {},
  personal: {},
  permissions: ['audit.view'],
  pages: [{ path: 'audit', label: 'audit.nav', icon: 'trail', permission: 'audit.view', order: 90 }],
  rejections,
  messages,
};
