import type { PageRequest } from '../../platform/web/page';
import { networkOf } from './page-network';

/** The parts of a location's page: what follows `/n/{slug}/locations/{id}`, and the permission that opens it. */
const parts = [
  { path: '', label: 'network.locations.tab.details', permission: 'locations.view' },
  { path: '/devices', label: 'network.locations.tab.devices', permission: 'devices.manage' },
  { path: '/clerks', label: 'network.locations.tab.clerks', permission: 'clerks.manage' },
  { path: '/items', label: 'network.locations.tab.items', permission: 'items.manage' },
  { path: '/webhook', label: 'network.locations.tab.webhook', permission: 'webhooks.manage' },
  { path: '/pos', label: 'network.locations.tab.pos', permission: 'pos.manage' },
] as const;

export type LocationPart = (typeof parts)[number]['path'];

export interface LocationTab {
  readonly href: string;
  readonly label: string;
  readonly current: boolean;
}

/** For `{{> location-tabs tabs=tabs}}`: the parts that this reader may open. */
export function tabsOf(request: PageRequest, locationId: string, current: LocationPart): readonly LocationTab[] {
  const { caller, reader } = request;
  const held = caller.kind === 'employee' ? caller.permissions : new Set<string>();
  return parts
    .filter(({ permission }) => held.has(permission))
    .map(({ path, label }) => ({
      href: `/n/${networkOf(request).slug}/locations/${locationId}${path}`,
      label: reader.t(label),
      current: path === current,
    }));
}

/** How a location's standing is shown as a tag. */
export function standingTag(status: 'open' | 'suspended' | 'closed', reader: PageRequest['reader']) {
  return {
    status: { open: 'active', suspended: 'blocked', closed: 'voided' }[status],
    statusLabel: reader.t(`network.locations.status.${status}`),
  };
}
