import { type Instant, type Projection } from '../../kernel/event-sourcing';
import { folded } from '../../kernel/folded';
import { derived, type Personal } from '../../kernel/personal';
import type { LocationStandingFact } from '../domain/location';
import { detailsOf, type LocationDetails } from '../domain/location-details';

/** The businesses of every network. */
export interface LocationListItem extends LocationDetails {
  readonly network: string;
  readonly status: 'open' | 'suspended' | 'closed';
  readonly createdAt: Instant;
  readonly search: LocationSearch;
}

/** What the search reads, folded; a name is found by the beginning of any of its first words. */
export interface LocationSearch {
  /** Open and listed: what the public directory shows. */
  readonly shown: 'yes' | 'no';
  readonly name: string;
  readonly secondWord: string | null;
  readonly thirdWord: string | null;
  readonly fourthWord: string | null;
  readonly reference: string | null;
  readonly email: Personal<string>;
  readonly city: string | null;
  /** Those without one come last in the order of the directory. */
  readonly category: string;
}

export const NO_CATEGORY = '\uFFFF';

export const locationList: Projection<LocationListItem, LocationStandingFact, 'LocationCreated'> = {
  name: 'location-list',
  version: 2,
  keys: ({ locationId }) => [locationId],
  indexes: [
    ['network', 'createdAt'],
    ['network', 'status', 'search.name'],
    ['network', 'search.shown', 'search.category', 'search.name'],
    ['network', 'search.shown', 'search.city', 'search.category', 'search.name'],
    ...['name', 'secondWord', 'thirdWord', 'fourthWord', 'reference', 'email.value', 'city'].map((field) => ['network', `search.${field}`]),
  ],
  begins: {
    LocationCreated: (data, { network }) => withSearch({ network, ...detailsOf(data), status: 'open', createdAt: data.at }),
  },
  on: {
    LocationChanged: (item, data) => withSearch({ ...item, ...detailsOf(data) }),
    LocationSuspended: (item) => withSearch({ ...item, status: 'suspended' }),
    LocationResumed: (item) => withSearch({ ...item, status: 'open' }),
    LocationClosed: (item) => withSearch({ ...item, status: 'closed' }),
  },
};

function withSearch(item: Omit<LocationListItem, 'search'>): LocationListItem {
  const { name, reference, email, address, category, status, listed } = item;
  const words = folded(name).split(' ');
  const from = (word: number): string | null => (words.length > word ? words.slice(word).join(' ') : null);
  const search: LocationSearch = {
    shown: status === 'open' && listed !== false ? 'yes' : 'no',
    name: folded(name),
    secondWord: from(1),
    thirdWord: from(2),
    fourthWord: from(3),
    reference: reference === undefined ? null : folded(reference),
    email: derived(email, folded),
    city: address?.city === undefined ? null : folded(address.city),
    category: category === undefined ? NO_CATEGORY : folded(category),
  };
  return { ...item, search };
}
