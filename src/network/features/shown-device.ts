import type { Sighting } from '../../platform/security/device-credentials';
import type { Reader } from '../../platform/web/reader';
import { deviceName } from './account';

export type DeviceStanding = 'active' | 'off' | 'revoked';

/** A device as lists show it. Off: it is activated, and its location is suspended or closed. */
export function shownDevice(
  device: { readonly id: string; readonly code: string; readonly name?: string; readonly activatedAt: string; readonly revokedAt?: string },
  placeOpen: boolean,
  seen: Sighting | undefined,
  reader: Reader,
) {
  const { id, code, name, activatedAt, revokedAt } = device;
  const standing: DeviceStanding = revokedAt !== undefined ? 'revoked' : placeOpen ? 'active' : 'off';
  return {
    id,
    deviceCode: code,
    name,
    activatedAt,
    revokedAt,
    seenAt: seen && new Date(seen.at).toISOString(),
    version: seen?.version,
    browser: seen && (deviceName(seen.userAgent) ?? reader.t('network.account.some-device')),
    status: { active: 'active', off: 'blocked', revoked: 'voided' }[standing],
    statusLabel: reader.t(`network.devices.status.${standing}`),
  };
}
