import { type Instant, type Projection } from '../../kernel/event-sourcing';
import type { Personal } from '../../kernel/personal';
import type { LocationStandingFact } from '../domain/location';

/** The businesses of every network. */
export interface LocationListItem {
  readonly network: string;
  readonly name: string;
  readonly email: Personal<string>;
  readonly reference?: string;
  readonly status: 'open' | 'suspended' | 'closed';
  readonly createdAt: Instant;
}

export const locationList: Projection<LocationListItem, LocationStandingFact, 'LocationCreated'> = {
  name: 'location-list',
  version: 1,
  keys: ({ locationId }) => [locationId],
  indexes: [['network', 'createdAt']],
  begins: {
    LocationCreated: ({ name, email, reference, at }, { network }) => ({ network, name, email, reference, status: 'open', createdAt: at }),
  },
  on: {
    LocationChanged: (item, { name, email, reference }) => ({ ...item, name, email, reference }),
    LocationSuspended: (item) => ({ ...item, status: 'suspended' }),
    LocationResumed: (item) => ({ ...item, status: 'open' }),
    LocationClosed: (item) => ({ ...item, status: 'closed' }),
  },
};
