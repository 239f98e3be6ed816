import { Rejection } from '../../kernel/rejection';

/**
 * How it stands with the place of a command, as it was found just before. It is part of the command and not a condition before it, so
 * that a repeat is answered as the first time, whatever has become of the place since. Undefined: no place, or one that was looked at
 * when the work that this command belongs to began.
 */
export type PlaceStanding = 'open' | 'suspended' | 'closed' | 'unknown' | undefined;

/** @throws Rejection `location-unknown`, `location-not-open` */
export function openPlace(place: PlaceStanding): void {
  if (place === 'unknown') throw new Rejection('location-unknown');
  if (place === 'suspended' || place === 'closed') throw new Rejection('location-not-open');
}
