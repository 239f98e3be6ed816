import { unknownFact, type Fact, type Instant } from '../../kernel/event-sourcing';
import { reveal, type Personal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import type { Location } from './location';
import { known, notClosed } from './location-standing';

/** Whoever stands at a location's counter and says so with a PIN. The PIN is kept beside the log; the fact names it by an id. */
export type ClerkAdded = Fact<'ClerkAdded', { locationId: string; clerkId: string; name: Personal<string>; pinId: string; at: Instant }>;
export type ClerkRenamed = Fact<'ClerkRenamed', { locationId: string; clerkId: string; name: Personal<string>; at: Instant }>;
/** The PIN before it works no more. */
export type ClerkPinChanged = Fact<'ClerkPinChanged', { locationId: string; clerkId: string; pinId: string; at: Instant }>;
export type ClerkRemoved = Fact<'ClerkRemoved', { locationId: string; clerkId: string; at: Instant }>;

export type LocationClerkFact = ClerkAdded | ClerkRenamed | ClerkPinChanged | ClerkRemoved;

export interface Clerk {
  readonly id: string;
  readonly name: Personal<string>;
  readonly pinId: string;
  readonly addedAt: Instant;
}

/** In the order in which they were added. */
export type ClerkBook = readonly Clerk[];

export const noClerks: ClerkBook = [];

/** It keeps the location's state small, and a guess at any of their PINs rarely right. */
export const MOST_CLERKS = 50;

export function evolveClerks(book: ClerkBook, fact: LocationClerkFact): ClerkBook {
  const { clerkId } = fact.data;
  const changed = (change: Partial<Clerk>): ClerkBook => book.map((clerk) => (clerk.id === clerkId ? { ...clerk, ...change } : clerk));
  switch (fact.type) {
    case 'ClerkAdded':
      return [...book, { id: clerkId, name: fact.data.name, pinId: fact.data.pinId, addedAt: fact.data.at }];
    case 'ClerkRenamed':
      return changed({ name: fact.data.name });
    case 'ClerkPinChanged':
      return changed({ pinId: fact.data.pinId });
    case 'ClerkRemoved':
      return book.filter(({ id }) => id !== clerkId);
    default:
      return unknownFact(fact);
  }
}

export interface AddClerk {
  readonly clerkId: string;
  readonly name: Personal<string>;
  readonly pinId: string;
  readonly at: Instant;
}

/** @throws Rejection `not-found`, `location-closed`, `name-missing`, `clerk-name-taken`, `clerks-full` */
export function addClerk(state: Location, { clerkId, name, pinId, at }: AddClerk): LocationClerkFact[] {
  const { id: locationId, clerks } = notClosed(state);
  if (clerks.some(({ id }) => id === clerkId)) return [];
  free(clerks, clerkId, name);
  if (clerks.length >= MOST_CLERKS) throw new Rejection('clerks-full', { most: MOST_CLERKS });
  return [{ type: 'ClerkAdded', data: { locationId, clerkId, name, pinId, at } }];
}

export interface RenameClerk {
  readonly clerkId: string;
  readonly name: Personal<string>;
  readonly at: Instant;
}

/** @throws Rejection `not-found`, `location-closed`, `name-missing`, `clerk-name-taken` */
export function renameClerk(state: Location, { clerkId, name, at }: RenameClerk): LocationClerkFact[] {
  const { id: locationId, clerks } = notClosed(state);
  const clerk = clerkOf(clerks, clerkId);
  if (reveal(clerk.name) === reveal(name)) return [];
  free(clerks, clerkId, name);
  return [{ type: 'ClerkRenamed', data: { locationId, clerkId, name, at } }];
}

export interface ChangeClerkPin {
  readonly clerkId: string;
  readonly pinId: string;
  readonly at: Instant;
}

/** @throws Rejection `not-found`, `location-closed` */
export function changeClerkPin(state: Location, { clerkId, pinId, at }: ChangeClerkPin): LocationClerkFact[] {
  const { id: locationId, clerks } = notClosed(state);
  if (clerkOf(clerks, clerkId).pinId === pinId) return [];
  return [{ type: 'ClerkPinChanged', data: { locationId, clerkId, pinId, at } }];
}

/** Removing who is gone changes nothing. What they redeemed keeps their name. @throws Rejection `not-found` */
export function removeClerk(state: Location, { clerkId, at }: { clerkId: string; at: Instant }): LocationClerkFact[] {
  const { id: locationId, clerks } = known(state);
  return clerks.some(({ id }) => id === clerkId) ? [{ type: 'ClerkRemoved', data: { locationId, clerkId, at } }] : [];
}

function clerkOf(clerks: ClerkBook, clerkId: string): Clerk {
  const clerk = clerks.find(({ id }) => id === clerkId);
  if (!clerk) throw new Rejection('not-found');
  return clerk;
}

/** Two of one name could not be told apart on a receipt. */
function free(clerks: ClerkBook, clerkId: string, name: Personal<string>): void {
  const wanted = spelled(name);
  if (wanted === '') throw new Rejection('name-missing');
  if (clerks.some((clerk) => clerk.id !== clerkId && spelled(clerk.name) === wanted)) throw new Rejection('clerk-name-taken');
}

const spelled = (name: Personal<string>): string => (reveal(name) ?? '').trim().toLowerCase();
