import { type Instant, type Projection } from '../../kernel/event-sourcing';
import type { DeviceActivated, DeviceRenamed, DeviceRevoked } from '../domain/location-devices';

/** The devices of every network, found by location, and by their id where only that is known: an actor's name. */
export interface DeviceListItem {
  readonly network: string;
  readonly locationId: string;
  readonly code: string;
  readonly name?: string;
  readonly status: 'active' | 'revoked';
  readonly activatedAt: Instant;
  readonly revokedAt?: Instant;
}

export const deviceList: Projection<DeviceListItem, DeviceActivated | DeviceRenamed | DeviceRevoked, 'DeviceActivated'> = {
  name: 'device-list',
  version: 1,
  keys: ({ deviceId }) => [deviceId],
  indexes: [
    ['network', 'activatedAt'],
    ['network', 'locationId', 'activatedAt'],
    ['network', 'status', 'activatedAt'],
  ],
  begins: {
    DeviceActivated: ({ locationId, code, name, at }, { network }) => ({
      network,
      locationId,
      code,
      name,
      status: 'active',
      activatedAt: at,
    }),
  },
  on: {
    DeviceRenamed: (item, { name }) => ({ ...item, name }),
    DeviceRevoked: (item, { at }) => ({ ...item, status: 'revoked', revokedAt: at }),
  },
};

/** How a device is called where its actions are listed. */
export const deviceName = ({ code, name }: Pick<DeviceListItem, 'code' | 'name'>): string =>
  name === undefined ? code : `${code} · ${name}`;
