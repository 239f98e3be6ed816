import { Rejection } from '../../kernel/rejection';
import type { Caller } from '../../platform/security/caller';

/** The one location that a caller is bound to: location staff's own, a device's own. Undefined for whoever acts in the whole network. */
export function reachOf(caller: Caller): string | undefined {
  return caller.kind === 'employee' || caller.kind === 'device' ? caller.locationId : undefined;
}

/**
 * Every page and command about one location begins with it: another's location reads as not there, for whoever is bound to their own.
 * @throws Rejection `not-found`
 */
export function ownLocation(caller: Caller, locationId: string): void {
  const bound = reachOf(caller);
  if (bound !== undefined && bound !== locationId) throw new Rejection('not-found');
}
