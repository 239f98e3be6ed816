import { personal } from '../../../src/kernel/personal';
import { location, type LocationFact } from '../../../src/network/domain/location';
import { addClerk, changeClerkPin, MOST_CLERKS, removeClerk, renameClerk } from '../../../src/network/domain/location-clerks';
import { given } from '../../support/given';

const at = '2026-11-22T09:00:00.000Z';
const locationId = 'loc_1';
const named = (name: string, clerkId = 'clk_1') => personal(`clerk:loc_1.${clerkId}`, name);
const created: LocationFact = {
  type: 'LocationCreated',
  data: { locationId, name: 'Blue Door Bakery', email: personal('location-loc_1', 'bakery@example.com'), at },
};
const closed: LocationFact = { type: 'LocationClosed', data: { locationId, at } };
const added = (name = 'June', clerkId = 'clk_1', pinId = 'pin_1'): LocationFact => ({
  type: 'ClerkAdded',
  data: { locationId, clerkId, name: named(name, clerkId), pinId, at },
});
const pinChanged: LocationFact = { type: 'ClerkPinChanged', data: { locationId, clerkId: 'clk_1', pinId: 'pin_2', at } };
const renamed: LocationFact = { type: 'ClerkRenamed', data: { locationId, clerkId: 'clk_1', name: named('June B.'), at } };
const removed: LocationFact = { type: 'ClerkRemoved', data: { locationId, clerkId: 'clk_1', at } };
const add = { clerkId: 'clk_1', name: named('June'), pinId: 'pin_1', at };

describe('The clerks of a location', () => {
  it('are added, each once', () => {
    given(location, created).when(addClerk, add).yields(added());
    given(location, created, added()).when(addClerk, add).yields();
    given(location, created, added(), removed).when(addClerk, add).yields(added());
  });

  it('are renamed where the name is another', () => {
    const rename = { clerkId: 'clk_1', name: named('June B.'), at };
    given(location, created, added()).when(renameClerk, rename).yields(renamed);
    given(location, created, added(), renamed).when(renameClerk, rename).yields();
    given(location, created, added())
      .when(renameClerk, { ...rename, name: named('JUNE') })
      .yields({ type: 'ClerkRenamed', data: { locationId, clerkId: 'clk_1', name: named('JUNE'), at } });
  });

  it('get another PIN', () => {
    const change = { clerkId: 'clk_1', pinId: 'pin_2', at };
    given(location, created, added()).when(changeClerkPin, change).yields(pinChanged);
    given(location, created, added(), pinChanged).when(changeClerkPin, change).yields();
  });

  it('are removed, also from a closed location, and once', () => {
    given(location, created, added()).when(removeClerk, { clerkId: 'clk_1', at }).yields(removed);
    given(location, created, added(), closed).when(removeClerk, { clerkId: 'clk_1', at }).yields(removed);
    given(location, created, added(), removed).when(removeClerk, { clerkId: 'clk_1', at }).yields();
  });

  const full = Array.from({ length: MOST_CLERKS }, (_, index) => added(`Clerk ${index}`, `clk_${index + 10}`));
  it.each([
    ['a location that is not there', add, 'not-found', []],
    ['a closed location', add, 'location-closed', [created, closed]],
    ['a name of spaces', { ...add, name: named('  ') }, 'name-missing', [created]],
    ['a name that another has, in any writing', { ...add, name: named(' jUNE ') }, 'clerk-name-taken', [created, added('June', 'clk_2')]],
    ['one too many', add, 'clerks-full', [created, ...full]],
  ] as const)('are not added: %s', (_, command, code, history) =>
    given(location, ...history)
      .when(addClerk, command)
      .isRefused(code),
  );

  it.each([
    ['rename nobody', 'not-found', [created]],
    ['rename at a closed location', 'location-closed', [created, added(), closed]],
    ['take the name of another', 'clerk-name-taken', [created, added(), added('June B.', 'clk_2')]],
  ] as const)('refuse to %s', (_, code, history) =>
    given(location, ...history)
      .when(renameClerk, { clerkId: 'clk_1', name: named('june b.'), at })
      .isRefused(code),
  );

  it('give nobody no PIN', () => {
    given(location, created).when(changeClerkPin, { clerkId: 'clk_1', pinId: 'pin_2', at }).isRefused('not-found');
    given(location, created, added(), closed).when(changeClerkPin, { clerkId: 'clk_1', pinId: 'pin_2', at }).isRefused('location-closed');
    given(location).when(removeClerk, { clerkId: 'clk_1', at }).isRefused('not-found');
  });
});
