import { unknownFact, type Aggregate, type Fact, type Instant } from '../../kernel/event-sourcing';
import { reveal, type Personal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { evolveItems, noItems, type ItemBook, type LocationItemFact } from './location-items';
import { evolveDevices, noDevices, type DeviceBook, type LocationDeviceFact } from './location-devices';
import { known, notClosed } from './location-standing';
import { evolveTills, noTills, type LocationTenderFact, type TillBook } from './location-tender';

export type LocationCreated = Fact<
  'LocationCreated',
  {
    locationId: string;
    name: string;
    /** Often a shopkeeper's own address, so it is kept like one. */
    email: Personal<string>;
    /** The network's own name for the business (a member number); the key of uploads. */
    reference?: string;
    at: Instant;
  }
>;
export type LocationChanged = Fact<
  'LocationChanged',
  { locationId: string; name: string; email: Personal<string>; reference?: string; at: Instant }
>;
export type LocationSuspended = Fact<'LocationSuspended', { locationId: string; at: Instant }>;
export type LocationResumed = Fact<'LocationResumed', { locationId: string; at: Instant }>;
export type LocationClosed = Fact<'LocationClosed', { locationId: string; at: Instant }>;

/** What the business is and whether it is open. */
export type LocationStandingFact = LocationCreated | LocationChanged | LocationSuspended | LocationResumed | LocationClosed;
export type LocationFact = LocationStandingFact | LocationDeviceFact | LocationItemFact | LocationTenderFact;

export interface KnownLocation extends DeviceBook, ItemBook {
  readonly status: 'open' | 'suspended' | 'closed';
  readonly id: string;
  readonly name: string;
  readonly email: Personal<string>;
  readonly reference?: string;
  readonly createdAt: Instant;
  readonly tills: TillBook;
}
export type Location = { readonly status: 'unknown' } | KnownLocation;

export const location: Aggregate<Location, LocationFact> = {
  initial: { status: 'unknown' },
  evolve(state, fact) {
    if (fact.type === 'LocationCreated') {
      const { locationId, name, email, reference, at } = fact.data;
      return { status: 'open', id: locationId, name, email, reference, createdAt: at, ...noDevices, ...noItems, tills: noTills };
    }
    if (state.status === 'unknown') throw new Error(`${fact.type} before LocationCreated`);
    switch (fact.type) {
      case 'LocationChanged':
        return { ...state, name: fact.data.name, email: fact.data.email, reference: fact.data.reference };
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
      default:
        return unknownFact(fact);
    }
  },
};

export interface LocationDetails {
  readonly locationId: string;
  readonly name: string;
  readonly email: Personal<string>;
  readonly reference?: string;
  readonly at: Instant;
}

export function createLocation(state: Location, { locationId, name, email, reference, at }: LocationDetails): LocationFact[] {
  if (state.status !== 'unknown') return [];
  named(name);
  return [{ type: 'LocationCreated', data: { locationId, name, email, reference, at } }];
}

export function changeLocation(state: Location, { locationId, name, email, reference, at }: LocationDetails): LocationFact[] {
  const now = notClosed(state);
  named(name);
  if (now.name === name && now.reference === reference && reveal(now.email) === reveal(email)) return [];
  return [{ type: 'LocationChanged', data: { locationId, name, email, reference, at } }];
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
