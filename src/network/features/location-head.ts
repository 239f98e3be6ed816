import { Rejection } from '../../kernel/rejection';
import type { Streams } from '../../platform/event-store/streams';
import type { PageRequest } from '../../platform/web/page';
import { location, type KnownLocation } from '../domain/location';
import { standingTag, tabsOf, type LocationPart } from './location-tabs';
import { ownLocation } from './own-location';
import { networkOf } from './page-network';

/** What every part of a location's page begins with: name, standing, tabs. */
export async function locationHead(streams: Streams, request: PageRequest, id: string, part: LocationPart) {
  const place = await reachable(streams, request, id);
  const closed = place.status === 'closed';
  return { place, head: { id, title: place.name, closed, ...standingTag(place.status, request.reader), tabs: tabsOf(request, id, part) } };
}

/** @throws Rejection `not-found`, also for a location that is not the caller's own */
export async function reachable(streams: Streams, request: PageRequest, id: string): Promise<KnownLocation> {
  ownLocation(request.caller, id);
  const { state } = await streams.state(networkOf(request).id, `location-${id}`, location);
  if (state.status === 'unknown') throw new Rejection('not-found');
  return state;
}
