import type { Registration } from '../kernel/registration';
import { messages } from './messages';

/** What the dashboard enters in the registry: the overview of a network, and what is done about what it shows. */
export const dashboard: Registration = {
  module: 'dashboard',
  aggregates: [],
  projections: [],
  policies: [],
  wakeUps: [],
  upcasts: {},
  personal: {},
  permissions: ['alerts.acknowledge', 'processes.manage'],
  pages: [{ path: '', label: 'dashboard.nav', icon: 'home', permission: 'cards.view', order: 0 }],
  rejections: {},
  messages,
};
