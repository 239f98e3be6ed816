import { personal } from '../../../src/kernel/personal';
import {
  changeLocation,
  closeLocation,
  createLocation,
  location,
  putLocation,
  resumeLocation,
  suspendLocation,
  type LocationCreated,
} from '../../../src/network/domain/location';
import type { LocationChanges } from '../../../src/network/domain/location-details';
import { given } from '../../support/given';

const at = '2026-11-22T09:00:00.000Z';
const email = personal('location-loc_1', 'bakery@example.com');
const details = { locationId: 'loc_1', name: 'Blue Door Bakery', email, reference: 'M-17', at };
const created: LocationCreated = { type: 'LocationCreated', data: { ...details, listed: true } };
const change = (changes: LocationChanges) => ({ locationId: 'loc_1', at, changes });
const was = { ...details, listed: true };
const suspended = { type: 'LocationSuspended', data: { locationId: 'loc_1', at } } as const;
const resumed = { type: 'LocationResumed', data: { locationId: 'loc_1', at } } as const;
const closed = { type: 'LocationClosed', data: { locationId: 'loc_1', at } } as const;

describe('A location', () => {
  it('is created, once', () => {
    given(location).when(createLocation, details).yields(created);
    given(location, created).when(createLocation, details).yields();
  });
  it('changes in what is said of it; the rest stays, and null takes away', () => {
    given(location, created)
      .when(changeLocation, change({ name: 'Blue Door', phone: '+1 207 555 0123', address: { city: 'Portland' }, listed: false }))
      .yields({
        type: 'LocationChanged',
        data: { ...was, name: 'Blue Door', phone: '+1 207 555 0123', address: { city: 'Portland' }, listed: false },
      });
    const full: LocationCreated = {
      ...created,
      data: { ...was, category: 'Bakery', address: { street: '12 Pier Road', city: 'Portland' } },
    };
    given(location, full)
      .when(changeLocation, change({ reference: null, category: null, address: { city: null } }))
      .yields({
        type: 'LocationChanged',
        data: { ...was, reference: undefined, category: undefined, address: { street: '12 Pier Road' } },
      });
    given(location, full)
      .when(changeLocation, change({ address: { street: null, city: null, region: null } }))
      .yields({ type: 'LocationChanged', data: { ...was, category: 'Bakery', address: undefined } });
  });
  it('says nothing when nothing changed', () =>
    given(location, created)
      .when(
        changeLocation,
        change({ ...details, email: personal('location-loc_1:cmd_2', 'bakery@example.com'), phone: null, listed: true }),
      )
      .yields());
  it('keeps an erased address erased until another is given', () => {
    const erased: LocationCreated = { ...created, data: { ...was, email: { subject: 'location-loc_1', erased: true } } };
    given(location, erased)
      .when(changeLocation, change({ name: 'Blue Door' }))
      .yields({ type: 'LocationChanged', data: { ...erased.data, name: 'Blue Door' } });
    given(location, erased).when(changeLocation, change({ email })).yields({ type: 'LocationChanged', data: was });
  });
  it('is put as a list says: created, changed, or left', () => {
    const list = {
      locationId: 'loc_1',
      at,
      changes: { name: details.name, email, reference: 'M-17', phone: null, address: { city: null } },
    };
    given(location).when(putLocation, list).yields(created);
    given(location, created).when(putLocation, list).yields();
    given(location, created)
      .when(putLocation, { ...list, changes: { ...list.changes, category: 'Bakery' } })
      .yields({ type: 'LocationChanged', data: { ...was, category: 'Bakery' } });
    given(location, created, closed).when(putLocation, list).isRefused('location-closed');
  });
  it('is suspended and opened again', () => {
    given(location, created).when(suspendLocation, { at }).yields(suspended);
    given(location, created, suspended).when(suspendLocation, { at }).yields();
    given(location, created, suspended).when(resumeLocation, { at }).yields(resumed);
    given(location, created, suspended, resumed).when(resumeLocation, { at }).yields();
  });
  it('is closed for good', () => {
    given(location, created).when(closeLocation, { at }).yields(closed);
    given(location, created, closed).when(closeLocation, { at }).yields();
  });

  it.each([
    ['created without a name', createLocation, { ...details, name: ' ' }, [], 'name-missing'],
    ['changed before it is there', changeLocation, change({ name: 'New' }), [], 'not-found'],
    ['suspended before it is there', suspendLocation, { at }, [], 'not-found'],
    ['closed before it is there', closeLocation, { at }, [], 'not-found'],
    ['changed without a name', changeLocation, change({ name: '' }), [created], 'name-missing'],
    ['changed when closed', changeLocation, change({ name: 'New' }), [created, closed], 'location-closed'],
    ['suspended when closed', suspendLocation, { at }, [created, closed], 'location-closed'],
    ['opened when closed', resumeLocation, { at }, [created, closed], 'location-closed'],
  ] as const)('is not %s', (_, decide, command, history, code) =>
    given(location, ...history)
      .when(decide as never, command as never)
      .isRefused(code),
  );
});
