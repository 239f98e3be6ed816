import { unknownFact, type Actor, type Fact, type Instant } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import type { Location } from './location';
import { known, notClosed, open } from './location-standing';

export type ActivationLinkIssued = Fact<
  'ActivationLinkIssued',
  {
    locationId: string;
    linkId: string;
    /** The link's secret is derived with the vault's key of this version; the fact keeps its keyed hash. */
    keyVersion: number;
    hash: string;
    expiresAt: Instant;
    /** Whether it is mailed to the location's address; else whoever made it hands it over. */
    mail: boolean;
    by: Actor;
    at: Instant;
  }
>;
export type ActivationLinkWithdrawn = Fact<'ActivationLinkWithdrawn', { locationId: string; linkId: string; by: Actor; at: Instant }>;
export type DeviceActivated = Fact<
  'DeviceActivated',
  {
    locationId: string;
    deviceId: string;
    /** Short, speakable and unique in the network: `MAPLE-42`. */
    code: string;
    name?: string;
    linkId: string;
    /** Keyed hash of the secret in the device's cookie. */
    credentialHash: string;
    at: Instant;
  }
>;
export type DeviceRenamed = Fact<'DeviceRenamed', { locationId: string; deviceId: string; name?: string; at: Instant }>;
export type DeviceRevoked = Fact<'DeviceRevoked', { locationId: string; deviceId: string; by: Actor; at: Instant }>;

export type LocationDeviceFact = ActivationLinkIssued | ActivationLinkWithdrawn | DeviceActivated | DeviceRenamed | DeviceRevoked;

export interface ActivationLink {
  readonly id: string;
  readonly keyVersion: number;
  readonly hash: string;
  readonly expiresAt: Instant;
  readonly mail: boolean;
  readonly issuedAt: Instant;
  /** `replaced` by a newer one; only the newest can be open. Whether it has expired is a question of the time. */
  readonly status: 'issued' | 'replaced' | 'withdrawn';
}

export interface LocationDevice {
  readonly id: string;
  readonly code: string;
  readonly name?: string;
  readonly credentialHash: string;
  readonly activatedAt: Instant;
  readonly revokedAt?: Instant;
}

/** The devices of a location and the links that activate them. Bounded: old links and long revoked devices are read from the history. */
export interface DeviceBook {
  readonly links: readonly ActivationLink[];
  readonly devices: readonly LocationDevice[];
}

export const noDevices: DeviceBook = { links: [], devices: [] };

/** A shop with more tills than this is several locations. */
export const MOST_DEVICES = 100;
const MOST_LINKS = 20;
const MOST_REVOKED = 100;

export function evolveDevices(book: DeviceBook, fact: LocationDeviceFact): DeviceBook {
  switch (fact.type) {
    case 'ActivationLinkIssued': {
      const { linkId: id, keyVersion, hash, expiresAt, mail, at: issuedAt } = fact.data;
      const former = book.links.map((link) => (link.status === 'issued' ? { ...link, status: 'replaced' as const } : link));
      return {
        ...book,
        links: [{ id, keyVersion, hash, expiresAt, mail, issuedAt, status: 'issued' as const }, ...former].slice(0, MOST_LINKS),
      };
    }
    case 'ActivationLinkWithdrawn':
      return { ...book, links: book.links.map((link) => (link.id === fact.data.linkId ? { ...link, status: 'withdrawn' } : link)) };
    case 'DeviceActivated': {
      const { deviceId: id, code, name, credentialHash, at: activatedAt } = fact.data;
      return { ...book, devices: [...book.devices, { id, code, name, credentialHash, activatedAt }] };
    }
    case 'DeviceRenamed':
      return { ...book, devices: changed(book, fact.data.deviceId, (device) => ({ ...device, name: fact.data.name })) };
    case 'DeviceRevoked':
      return { ...book, devices: bounded(changed(book, fact.data.deviceId, (device) => ({ ...device, revokedAt: fact.data.at }))) };
    default:
      return unknownFact(fact);
  }
}

const changed = ({ devices }: DeviceBook, id: string, change: (device: LocationDevice) => LocationDevice): readonly LocationDevice[] =>
  devices.map((device) => (device.id === id ? change(device) : device));

function bounded(devices: readonly LocationDevice[]): readonly LocationDevice[] {
  const revoked = devices.filter(({ revokedAt }) => revokedAt !== undefined).sort((a, b) => (a.revokedAt! < b.revokedAt! ? 1 : -1));
  const dropped = new Set(revoked.slice(MOST_REVOKED).map(({ id }) => id));
  return dropped.size === 0 ? devices : devices.filter(({ id }) => !dropped.has(id));
}

export interface IssueActivationLink {
  readonly linkId: string;
  readonly keyVersion: number;
  readonly hash: string;
  readonly expiresAt: Instant;
  readonly mail: boolean;
  readonly by: Actor;
  readonly at: Instant;
}

export function issueActivationLink(state: Location, command: IssueActivationLink): LocationDeviceFact[] {
  const { id: locationId } = notClosed(state);
  const { linkId, keyVersion, hash, expiresAt, mail, by, at } = command;
  return [{ type: 'ActivationLinkIssued', data: { locationId, linkId, keyVersion, hash, expiresAt, mail, by, at } }];
}

/** Withdrawing what has expired, was replaced or withdrawn before changes nothing. @throws Rejection `not-found` */
export function withdrawActivationLink(
  state: Location,
  { linkId, by, at }: { linkId: string; by: Actor; at: Instant },
): LocationDeviceFact[] {
  const { id: locationId, links } = known(state);
  const link = links.find(({ id }) => id === linkId);
  if (!link) throw new Rejection('not-found');
  return link.status === 'issued' ? [{ type: 'ActivationLinkWithdrawn', data: { locationId, linkId, by, at } }] : [];
}

/**
 * The link that somebody opened, if it activates devices at this moment.
 * @throws Rejection `activation-link-unknown`, `-withdrawn`, `-replaced`, `-expired`; `location-closed`, `location-suspended`
 */
export function usableLink(
  state: Location,
  { linkId, presentedHash, at }: { linkId: string; presentedHash: string; at: Instant },
): ActivationLink {
  const link = state.status === 'unknown' ? undefined : state.links.find(({ id }) => id === linkId);
  if (!link || link.hash !== presentedHash) throw new Rejection('activation-link-unknown');
  open(state);
  if (link.status === 'withdrawn') throw new Rejection('activation-link-withdrawn');
  if (link.status === 'replaced') throw new Rejection('activation-link-replaced');
  if (link.expiresAt <= at) throw new Rejection('activation-link-expired');
  return link;
}

export interface ActivateDevice {
  readonly linkId: string;
  readonly presentedHash: string;
  readonly deviceId: string;
  readonly code: string;
  readonly name?: string;
  readonly credentialHash: string;
  readonly at: Instant;
}

export function activateDevice(state: Location, command: ActivateDevice): LocationDeviceFact[] {
  usableLink(state, command);
  const { id: locationId, devices } = known(state);
  const { linkId, deviceId, code, name, credentialHash, at } = command;
  if (devices.some(({ id }) => id === deviceId)) return [];
  if (devices.filter(({ revokedAt }) => revokedAt === undefined).length >= MOST_DEVICES)
    throw new Rejection('devices-too-many', { most: MOST_DEVICES });
  return [{ type: 'DeviceActivated', data: { locationId, deviceId, code, name, linkId, credentialHash, at } }];
}

export function renameDevice(
  state: Location,
  { deviceId, name, at }: { deviceId: string; name?: string; at: Instant },
): LocationDeviceFact[] {
  const device = deviceOf(state, deviceId);
  if (device.revokedAt !== undefined) throw new Rejection('device-already-revoked');
  if (device.name === name) return [];
  return [{ type: 'DeviceRenamed', data: { locationId: known(state).id, deviceId, name, at } }];
}

export function revokeDevice(state: Location, { deviceId, by, at }: { deviceId: string; by: Actor; at: Instant }): LocationDeviceFact[] {
  if (deviceOf(state, deviceId).revokedAt !== undefined) return [];
  return [{ type: 'DeviceRevoked', data: { locationId: known(state).id, deviceId, by, at } }];
}

/** @throws Rejection `not-found` */
function deviceOf(state: Location, deviceId: string): LocationDevice {
  const found = known(state).devices.find(({ id }) => id === deviceId);
  if (!found) throw new Rejection('not-found');
  return found;
}

/**
 * The device that presents this credential, if it may act now.
 * @throws Rejection `device-not-activated` for an unknown one, `device-revoked`, `device-location-not-open`
 */
export function actingDevice(state: Location, deviceId: string, credentialHash: string): LocationDevice {
  const device = state.status === 'unknown' ? undefined : state.devices.find(({ id }) => id === deviceId);
  if (!device || device.credentialHash !== credentialHash) throw new Rejection('device-not-activated');
  if (device.revokedAt !== undefined) throw new Rejection('device-revoked');
  if (state.status !== 'open') throw new Rejection('device-location-not-open');
  return device;
}
