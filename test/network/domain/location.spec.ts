import { personal } from '../../../src/kernel/personal';
import {
  changeLocation,
  closeLocation,
  createLocation,
  location,
  resumeLocation,
  suspendLocation,
  type LocationCreated,
} from '../../../src/network/domain/location';
import { given } from '../../support/given';

const at = '2026-11-22T09:00:00.000Z';
const email = personal('location-loc_1', 'bakery@example.com');
const details = { locationId: 'loc_1', name: 'Blue Door Bakery', email, reference: 'M-17', at };
const created: LocationCreated = { type: 'LocationCreated', data: details };
const suspended = { type: 'LocationSuspended', data: { locationId: 'loc_1', at } } as const;
const resumed = { type: 'LocationResumed', data: { locationId: 'loc_1', at } } as const;
const closed = { type: 'LocationClosed', data: { locationId: 'loc_1', at } } as const;

describe('A location', () => {
  it('is created, once', () => {
    given(location).when(createLocation, details).yields(created);
    given(location, created).when(createLocation, details).yields();
  });
  it('changes', () =>
    given(location, created)
      .when(changeLocation, { ...details, name: 'Blue Door' })
      .yields({ type: 'LocationChanged', data: { ...details, name: 'Blue Door' } }));
  it('says nothing when nothing changed', () => given(location, created).when(changeLocation, details).yields());
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
    ['changed before it is there', changeLocation, details, [], 'not-found'],
    ['suspended before it is there', suspendLocation, { at }, [], 'not-found'],
    ['closed before it is there', closeLocation, { at }, [], 'not-found'],
    ['changed without a name', changeLocation, { ...details, name: '' }, [created], 'name-missing'],
    ['changed when closed', changeLocation, { ...details, name: 'New' }, [created, closed], 'location-closed'],
    ['suspended when closed', suspendLocation, { at }, [created, closed], 'location-closed'],
    ['opened when closed', resumeLocation, { at }, [created, closed], 'location-closed'],
  ] as const)('is not %s', (_, decide, command, history, code) =>
    given(location, ...history)
      .when(decide as never, command as never)
      .isRefused(code),
  );
});
