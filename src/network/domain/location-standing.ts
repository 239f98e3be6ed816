import { Rejection } from '../../kernel/rejection';
import type { KnownLocation, Location } from './location';

/** What every decision about a location asks first. */

/** @throws Rejection `not-found` */
export function known(state: Location): KnownLocation {
  if (state.status === 'unknown') throw new Rejection('not-found');
  return state;
}

/**
 * A suspended location may be prepared for its return; a closed one is closed for good.
 * @throws Rejection `not-found`, `location-closed`
 */
export function notClosed(state: Location): KnownLocation {
  const now = known(state);
  if (now.status === 'closed') throw new Rejection('location-closed');
  return now;
}

/** @throws Rejection `not-found`, `location-closed`, `location-suspended` */
export function open(state: Location): KnownLocation {
  const now = notClosed(state);
  if (now.status === 'suspended') throw new Rejection('location-suspended');
  return now;
}
