import { unknownFact, type Aggregate, type Fact, type Instant } from '../../kernel/event-sourcing';
import type { Personal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { changed, detailsOf, differences, type LocationChanges, type LocationDetails } from './location-details';
import { evolveClerks, noClerks, type ClerkBook, type LocationClerkFact } from './location-clerks';
import { evolveItems, noItems, type ItemBook, type LocationItemFact } from './location-items';
import { evolveDevices, noDevices, type DeviceBook, type LocationDeviceFact } from './location-devices';
import { known, notClosed } from './location-standing';
import { evolveTills, noTills, type LocationTenderFact, type TillBook } from './location-tender';

export type LocationCreated = Fact<'LocationCreated', LocationDetails & { locationId: string; at: Instant }>;
/** All details as they are now, not what is different. */
export type LocationChanged = Fact<'LocationChanged', LocationDetails & { locationId: string; at: Instant }>;
export type LocationSuspended = Fact<'LocationSuspended', { locationId: string; at: Instant }>;
export type LocationResumed = Fact<'LocationResumed', { locationId: string; at: Instant }>;
export type LocationClosed = Fact<'LocationClosed', { locationId: string; at: Instant }>;

/** What the business is and whether it is open. */
export type LocationStandingFact = LocationCreated | LocationChanged | LocationSuspended | LocationResumed | LocationClosed;
export type LocationFact = LocationStandingFact | LocationDeviceFact | LocationItemFact | LocationTenderFact | LocationClerkFact;

export interface KnownLocation extends LocationDetails, DeviceBook, ItemBook {
  readonly status: 'open' | 'suspended' | 'closed';
  readonly id: string;
  readonly createdAt: Instant;
  readonly tills: TillBook;
  readonly clerks: ClerkBook;
}
export type Location = { readonly status: 'unknown' } | KnownLocation;

const counters = { tills: noTills, clerks: noClerks };

export const location: Aggregate<Location, LocationFact> = {
  initial: { status: 'unknown' },
  evolve(state, fact) {
    if (fact.type === 'LocationCreated') {
      const { locationId, at } = fact.data;
      return { status: 'open', id: locationId, ...detailsOf(fact.data), createdAt: at, ...noDevices, ...noItems, ...counters };
    }
    if (state.status === 'unknown') throw new Error(`${fact.type} before LocationCreated`);
    switch (fact.type) {
      case 'LocationChanged':
        return { ...state, ...detailsOf(fact.data) };
      case 'LocationSuspended':
        return { ...state, status: 'suspended' };
      case 'LocationResumed':
        return { ...state, status: 'open' };
      case 'LocationClosed':
        return { ...state, status: 'closed' };
      case 'ItemAdded':
      case 'ItemChanged':
      case 'ItemRemoved':
      case 'ItemNoticesChanged':
        return { ...state, ...evolveItems(state, fact) };
      case 'ActivationLinkIssued':
      case 'ActivationLinkWithdrawn':
      case 'DeviceActivated':
      case 'DeviceRenamed':
      case 'DeviceRevoked':
        return { ...state, ...evolveDevices(state, fact) };
      case 'TenderRuleChanged':
      case 'PosConnected':
      case 'PosDisconnected':
        return { ...state, tills: evolveTills(state.tills, fact) };
      case 'ClerkAdded':
      case 'ClerkRenamed':
      case 'ClerkPinChanged':
      case 'ClerkRemoved':
        return { ...state, clerks: evolveClerks(state.clerks, fact) };
      default:
        return unknownFact(fact);
    }
  },
};

export interface LocationToCreate extends LocationDetails {
  readonly locationId: string;
  readonly at: Instant;
}

export function createLocation(state: Location, { locationId, at, ...details }: LocationToCreate): LocationFact[] {
  if (state.status !== 'unknown') return [];
  named(details.name);
  return [{ type: 'LocationCreated', data: { locationId, ...detailsOf(details), at } }];
}

export interface LocationToChange {
  readonly locationId: string;
  readonly changes: LocationChanges;
  readonly at: Instant;
}

export function changeLocation(state: Location, { locationId, changes, at }: LocationToChange): LocationFact[] {
  const now = notClosed(state);
  const after = changed(now, changes);
  named(after.name);
  if (differences(now, after).length === 0) return [];
  return [{ type: 'LocationChanged', data: { locationId, ...after, at } }];
}

/** What a list says of a business: it is there then, and as the list says. */
export function putLocation(
  state: Location,
  { locationId, changes, at }: LocationToChange & { readonly changes: { readonly name: string; readonly email: Personal<string> } },
): LocationFact[] {
  if (state.status !== 'unknown') return changeLocation(state, { locationId, changes, at });
  const { name, email } = changes;
  return createLocation(state, { locationId, ...changed({ name, email, listed: true }, changes), at });
}

export function suspendLocation(state: Location, { at }: { at: Instant }): LocationFact[] {
  const now = notClosed(state);
  return now.status === 'suspended' ? [] : [{ type: 'LocationSuspended', data: { locationId: now.id, at } }];
}

export function resumeLocation(state: Location, { at }: { at: Instant }): LocationFact[] {
  const now = notClosed(state);
  return now.status === 'open' ? [] : [{ type: 'LocationResumed', data: { locationId: now.id, at } }];
}

export function closeLocation(state: Location, { at }: { at: Instant }): LocationFact[] {
  const now = known(state);
  return now.status === 'closed' ? [] : [{ type: 'LocationClosed', data: { locationId: now.id, at } }];
}

function named(name: string): void {
  if (name.trim() === '') throw new Rejection('name-missing');
}
