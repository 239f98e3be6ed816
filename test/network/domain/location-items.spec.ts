import { personal } from '../../../src/kernel/personal';
import { location, type LocationFact } from '../../../src/network/domain/location';
import { addItem, changeItem, changeItemNotices, MOST_ITEMS, moveItem, removeItem } from '../../../src/network/domain/location-items';
import { given } from '../../support/given';

const at = '2026-11-22T09:00:00.000Z';
const locationId = 'loc_1';
const usd = (amount: number) => ({ amount, currency: 'USD' }) as const;
const created: LocationFact = {
  type: 'LocationCreated',
  data: { locationId, name: 'Blue Door Bakery', email: personal('location-loc_1', 'bakery@example.com'), at },
};
const closed: LocationFact = { type: 'LocationClosed', data: { locationId, at } };
const bread = { locationId, itemId: 'itm_1', name: 'Bread', price: usd(850), active: true, order: 1, at };
const cake = { locationId, itemId: 'itm_2', name: 'Cake', price: usd(2400), active: true, order: 2, at };
const added = (data: typeof bread): LocationFact => ({ type: 'ItemAdded', data });
const changed = (data: typeof bread & { picture?: string }): LocationFact => ({ type: 'ItemChanged', data });
const add = { itemId: 'itm_1', name: 'Bread', price: usd(850), active: true, currency: 'USD', at } as const;
const both = [created, added(bread), added(cake)];

describe('The items of a location', () => {
  it('are added at the end of the list, each once', () => {
    given(location, created).when(addItem, add).yields(added(bread));
    given(location, created, added(bread)).when(addItem, add).yields();
    given(location, created, added(bread))
      .when(addItem, { ...add, itemId: 'itm_2', name: 'Cake', price: usd(2400) })
      .yields(added(cake));
  });

  it('change only where something is different', () => {
    const change = { itemId: 'itm_1', currency: 'USD', at } as const;
    given(location, ...both)
      .when(changeItem, { ...change, price: usd(900) })
      .yields(changed({ ...bread, price: usd(900) }));
    given(location, ...both)
      .when(changeItem, { ...change, active: false })
      .yields(changed({ ...bread, active: false }));
    given(location, ...both)
      .when(changeItem, { ...change, name: 'Bread', price: usd(850), active: true })
      .yields();
    given(location, ...both)
      .when(changeItem, { ...change, picture: 'abc' })
      .yields(changed({ ...bread, picture: 'abc' }));
    given(location, ...both, changed({ ...bread, picture: 'abc' }))
      .when(changeItem, { ...change, picture: null })
      .yields(changed(bread));
  });

  it('change places with their neighbours', () => {
    const up = { itemId: 'itm_2', direction: 'up', at } as const;
    given(location, ...both)
      .when(moveItem, up)
      .yields(changed({ ...cake, order: 1 }), changed({ ...bread, order: 2 }));
    given(location, ...both)
      .when(moveItem, { ...up, direction: 'down' })
      .yields();
    given(location, ...both)
      .when(moveItem, { ...up, itemId: 'itm_1' })
      .yields();
  });

  it('are removed', () => {
    const removed: LocationFact = { type: 'ItemRemoved', data: { locationId, itemId: 'itm_1', at } };
    given(location, ...both)
      .when(removeItem, { itemId: 'itm_1', at })
      .yields(removed);
    given(location, ...both, removed)
      .when(removeItem, { itemId: 'itm_1', at })
      .yields();
  });

  it('are mailed to the location where it wishes so', () => {
    given(location, created)
      .when(changeItemNotices, { mailItems: true, at })
      .yields({ type: 'ItemNoticesChanged', data: { locationId, mailItems: true, at } });
    given(location, created).when(changeItemNotices, { mailItems: false, at }).yields();
  });

  const full = Array.from({ length: MOST_ITEMS }, (_, index) => added({ ...bread, itemId: `itm_${index + 100}`, order: index + 1 }));
  it.each([
    ['without a name', addItem, { ...add, name: '  ' }, [created], 'name-missing'],
    ['for nothing', addItem, { ...add, price: usd(0) }, [created], 'amount-not-positive'],
    ['for half a cent', addItem, { ...add, price: usd(0.5) }, [created], 'amount-not-positive'],
    ['in another currency', addItem, { ...add, price: { amount: 5, currency: 'CAD' } }, [created], 'currency-mismatch'],
    ['at a closed location', addItem, add, [created, closed], 'location-closed'],
    ['at no location', addItem, add, [], 'not-found'],
    ['beyond the most', addItem, add, [created, ...full], 'items-full'],
    ['that is not there', changeItem, { itemId: 'itm_9', name: 'x', currency: 'USD', at }, both, 'not-found'],
    ['to nothing', changeItem, { itemId: 'itm_1', price: usd(0), currency: 'USD', at }, both, 'amount-not-positive'],
    ['up that is not there', moveItem, { itemId: 'itm_9', direction: 'up', at }, both, 'not-found'],
  ] as const)('are refused %s', (_, decide, command, history, code) =>
    given(location, ...history)
      .when(decide as never, command as never)
      .isRefused(code),
  );
});
