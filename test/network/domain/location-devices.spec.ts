import { personal } from '../../../src/kernel/personal';
import { Rejection } from '../../../src/kernel/rejection';
import { location, type Location, type LocationFact } from '../../../src/network/domain/location';
import {
  actingDevice,
  activateDevice,
  issueActivationLink,
  MOST_DEVICES,
  renameDevice,
  revokeDevice,
  usableLink,
  withdrawActivationLink,
  type ActivationLinkIssued,
  type DeviceActivated,
  type DeviceRevoked,
} from '../../../src/network/domain/location-devices';
import { given } from '../../support/given';

const at = '2026-11-22T09:00:00.000Z';
const expiresAt = '2026-11-25T09:00:00.000Z';
const locationId = 'loc_1';
const by = { kind: 'employee', id: 'emp_1' } as const;
const email = personal('location-loc_1', 'bakery@example.com');
const created: LocationFact = { type: 'LocationCreated', data: { locationId, name: 'Blue Door Bakery', email, listed: true, at } };
const suspended: LocationFact = { type: 'LocationSuspended', data: { locationId, at } };
const closed: LocationFact = { type: 'LocationClosed', data: { locationId, at } };

const link = (id: string) => ({ linkId: id, keyVersion: 1, hash: `hash-${id}`, expiresAt, mail: true, by, at });
const issued = (id: string): ActivationLinkIssued => ({ type: 'ActivationLinkIssued', data: { locationId, ...link(id) } });
const withdrawn = (linkId: string): LocationFact => ({ type: 'ActivationLinkWithdrawn', data: { locationId, linkId, by, at } });
const till = (id: string, more: object = {}) => ({
  deviceId: id,
  code: `MAPLE-${id}`,
  linkId: 'l1',
  credentialHash: `secret-${id}`,
  at,
  ...more,
});
const activated = (id: string, more: object = {}): DeviceActivated => ({
  type: 'DeviceActivated',
  data: { locationId, ...till(id, more) },
});
const revoked = (deviceId: string, when = at): DeviceRevoked => ({ type: 'DeviceRevoked', data: { locationId, deviceId, by, at: when } });
const renamed = (deviceId: string, name?: string): LocationFact => ({ type: 'DeviceRenamed', data: { locationId, deviceId, name, at } });

const stateOf = (...facts: LocationFact[]): Location =>
  facts.reduce<Location>((state, fact) => location.evolve(state, fact), location.initial);
const refusal = (ask: () => unknown): string | undefined => {
  try {
    ask();
    return undefined;
  } catch (error) {
    if (error instanceof Rejection) return error.code;
    throw error;
  }
};
const book = (state: Location) => (state.status === 'unknown' ? undefined : { links: state.links, devices: state.devices });

describe('An activation link', () => {
  const presented = (more: object = {}) => ({ linkId: 'l1', presentedHash: 'hash-l1', at, ...more });
  const asked = (facts: LocationFact[], more: object = {}) => refusal(() => usableLink(stateOf(...facts), presented(more)));

  it('is issued for a location that is open or will be again, not for one that is closed', () => {
    given(location, created).when(issueActivationLink, link('l1')).yields(issued('l1'));
    given(location, created, suspended).when(issueActivationLink, link('l1')).yields(issued('l1'));
    given(location, created, closed).when(issueActivationLink, link('l1')).isRefused('location-closed');
    given(location).when(issueActivationLink, link('l1')).isRefused('not-found');
  });

  it('takes the place of the one before; those that were withdrawn stay so, and twenty are remembered', () => {
    const { links } = book(stateOf(created, issued('l1'), withdrawn('l1'), issued('l2'), issued('l3')))!;
    expect(links.map(({ id, status }) => [id, status])).toEqual([
      ['l3', 'issued'],
      ['l2', 'replaced'],
      ['l1', 'withdrawn'],
    ]);
    expect(links[0]).toEqual({ id: 'l3', keyVersion: 1, hash: 'hash-l3', expiresAt, mail: true, issuedAt: at, status: 'issued' });
    const many = Array.from({ length: 23 }, (_, n) => issued(`l${n}`));
    expect(book(stateOf(created, ...many))!.links.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, n) => `l${22 - n}`));
  });

  it('is withdrawn once; what is not open any more stays as it is', () => {
    const withdraw = (linkId: string) => ({ linkId, by, at });
    given(location, created, issued('l1')).when(withdrawActivationLink, withdraw('l1')).yields(withdrawn('l1'));
    given(location, created, issued('l1'), withdrawn('l1')).when(withdrawActivationLink, withdraw('l1')).yields();
    given(location, created, issued('l1'), issued('l2')).when(withdrawActivationLink, withdraw('l1')).yields();
    given(location, created, issued('l1')).when(withdrawActivationLink, withdraw('l9')).isRefused('not-found');
    expect(book(stateOf(created, issued('l1'), issued('l2'), withdrawn('l2')))!.links.map(({ status }) => status)).toEqual([
      'withdrawn',
      'replaced',
    ]);
  });

  it('activates until it expires, to the millisecond, and says why it does not', () => {
    expect(usableLink(stateOf(created, issued('l1')), presented())).toMatchObject({ id: 'l1', status: 'issued' });
    expect(asked([created, issued('l1')], { at: '2026-11-25T08:59:59.999Z' })).toBeUndefined();
    expect(asked([created, issued('l1')], { at: expiresAt })).toBe('activation-link-expired');
    expect(asked([created, issued('l1'), issued('l2')])).toBe('activation-link-replaced');
    expect(asked([created, issued('l1'), withdrawn('l1')])).toBe('activation-link-withdrawn');
    expect(asked([created, issued('l1'), suspended])).toBe('location-suspended');
    expect(asked([created, issued('l1'), closed])).toBe('location-closed');
  });

  it('tells nobody without its secret anything', () => {
    for (const facts of [
      [created, issued('l1')],
      [created, issued('l1'), withdrawn('l1'), closed],
    ])
      expect(asked(facts, { presentedHash: 'hash-l2' })).toBe('activation-link-unknown');
    expect(asked([created, issued('l1')], { linkId: 'l2' })).toBe('activation-link-unknown');
    expect(asked([])).toBe('activation-link-unknown');
  });
});

describe('A device', () => {
  const activate = (id: string, more: object = {}) => ({ ...till(id), presentedHash: 'hash-l1', ...more });

  it('is activated with an open link, and once however often it is asked', () => {
    given(location, created, issued('l1'))
      .when(activateDevice, activate('d1', { name: 'Till 1' }))
      .yields(activated('d1', { name: 'Till 1' }));
    given(location, created, issued('l1'), activated('d1')).when(activateDevice, activate('d1')).yields();
    given(location, created, issued('l1'), activated('d1')).when(activateDevice, activate('d2')).yields(activated('d2'));
    given(location, created, issued('l1'))
      .when(activateDevice, activate('d1', { presentedHash: 'guess' }))
      .isRefused('activation-link-unknown');
    expect(book(stateOf(created, issued('l1'), activated('d1', { name: 'Till 1' })))!.devices).toEqual([
      { id: 'd1', code: 'MAPLE-d1', name: 'Till 1', credentialHash: 'secret-d1', activatedAt: at },
    ]);
  });

  it('finds room among a hundred; revoked ones take none', () => {
    const full = Array.from({ length: MOST_DEVICES }, (_, n) => activated(`d${n}`));
    const room = [created, issued('l1'), ...full];
    given(location, ...room)
      .when(activateDevice, activate('new'))
      .isRefused('devices-too-many', { most: 100 });
    given(location, ...room, revoked('d7'))
      .when(activateDevice, activate('new'))
      .yields(activated('new'));
    given(location, ...room.slice(0, -1))
      .when(activateDevice, activate('new'))
      .yields(activated('new'));
  });

  it('is renamed while it is active', () => {
    const two = [created, activated('d1', { name: 'Till 1' }), activated('d2')];
    given(location, ...two)
      .when(renameDevice, { deviceId: 'd1', name: 'Bar', at })
      .yields(renamed('d1', 'Bar'));
    given(location, ...two)
      .when(renameDevice, { deviceId: 'd1', name: 'Till 1', at })
      .yields();
    given(location, ...two)
      .when(renameDevice, { deviceId: 'd1', at })
      .yields(renamed('d1'));
    given(location, ...two, revoked('d1'))
      .when(renameDevice, { deviceId: 'd1', name: 'Bar', at })
      .isRefused('device-already-revoked');
    given(location, ...two)
      .when(renameDevice, { deviceId: 'd9', name: 'Bar', at })
      .isRefused('not-found');
    given(location).when(renameDevice, { deviceId: 'd1', name: 'Bar', at }).isRefused('not-found');
    expect(book(stateOf(...two, renamed('d1', 'Bar')))!.devices.map(({ name }) => name)).toEqual(['Bar', undefined]);
  });

  it('is revoked once, by its id alone', () => {
    const two = [created, activated('d1'), activated('d2')];
    given(location, ...two)
      .when(revokeDevice, { deviceId: 'd1', by, at })
      .yields(revoked('d1'));
    given(location, ...two, revoked('d1'))
      .when(revokeDevice, { deviceId: 'd1', by, at })
      .yields();
    given(location, ...two)
      .when(revokeDevice, { deviceId: 'd9', by, at })
      .isRefused('not-found');
    expect(book(stateOf(...two, revoked('d1')))!.devices.map(({ revokedAt }) => revokedAt)).toEqual([at, undefined]);
  });

  it('is forgotten when a hundred were revoked after it; active ones never are', () => {
    const when = (n: number) => new Date(Date.parse(at) + n * 60_000).toISOString();
    const gone = Array.from({ length: 102 }, (_, n) => [activated(`d${n}`), revoked(`d${n}`, when(n === 0 ? 500 : n))]).flat();
    const ids = book(stateOf(created, activated('first'), ...gone, activated('last')))!.devices.map(({ id }) => id);
    expect(ids).toHaveLength(102);
    expect(ids).toEqual(['first', 'd0', ...Array.from({ length: 99 }, (_, n) => `d${n + 3}`), 'last']);
    const hundred = gone.slice(0, 200);
    expect(book(stateOf(created, ...hundred))!.devices).toHaveLength(100);
  });

  it('acts with its own secret where its location is open', () => {
    const facts = [created, activated('d1'), activated('d2')];
    const acts = (more: LocationFact[], id = 'd1', secret = 'secret-d1') =>
      refusal(() => actingDevice(stateOf(...facts, ...more), id, secret));
    expect(actingDevice(stateOf(...facts), 'd2', 'secret-d2')).toMatchObject({ id: 'd2', code: 'MAPLE-d2' });
    expect(acts([], 'd1', 'secret-d2')).toBe('device-not-activated');
    expect(acts([], 'd9')).toBe('device-not-activated');
    expect(refusal(() => actingDevice(location.initial, 'd1', 'secret-d1'))).toBe('device-not-activated');
    expect(acts([revoked('d1')])).toBe('device-revoked');
    expect(acts([suspended])).toBe('device-location-not-open');
    expect(acts([closed])).toBe('device-location-not-open');
    expect(acts([revoked('d1'), closed], 'd1', 'guess')).toBe('device-not-activated');
  });
});
