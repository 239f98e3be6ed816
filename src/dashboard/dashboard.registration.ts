import type { Registration } from '../kernel/registration';
import { messages } from './messages';

/** What the dashboard enters in the registry: the overview of a network, and who may say that an alert was seen. */
export const dashboard: Registration = {
  module: 'dashboard',
  aggregates: [],
  projections: [],
  policies: [],
  wakeUps: [],
  upcasts: {},
  personal: {},
  permissions: ['alerts.acknowledge'],
  pages: [{ path: '', label: 'dashboard.nav', icon: 'home', permission: 'cards.view', order: 0 }],
  rejections: {},
  messages,
};
