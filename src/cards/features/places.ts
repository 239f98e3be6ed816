import { Injectable } from '@nestjs/common';
import { DateTime } from 'luxon';
import type { Instant } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { NetworkFacade, type LocationSummary, type NetworkSummary } from '../../network';
import { yearsAfter } from '../domain/issue-card';
import type { PlaceStanding } from '../domain/place';

/** The end of the day, where the network is, on which a card's years are over; undefined where cards never expire. */
export function expiryOf({ cardRules: { expiryYears }, timeZone }: NetworkSummary, at: Instant): Instant | undefined {
  if (expiryYears === undefined) return undefined;
  return DateTime.fromISO(yearsAfter(at, expiryYears), { zone: timeZone }).endOf('day').toUTC().toISO() ?? undefined;
}

/** Where a card is used: every deduction names an open location of its network, which its decision makes sure of. */
@Injectable()
export class Places {
  constructor(private readonly networks: NetworkFacade) {}

  /** At once where the location's state is in memory. */
  standing(network: string, locationId: string): PlaceStanding | Promise<PlaceStanding> {
    const found = this.networks.location(network, locationId);
    return found instanceof Promise ? found.then(standingOf) : standingOf(found);
  }

  /** Undefined for a place that is not known. */
  async name(network: string, locationId: string): Promise<string | undefined> {
    return (await this.networks.location(network, locationId))?.name;
  }

  /** @throws Rejection `not-found` */
  async network(id: string): Promise<NetworkSummary> {
    const found = await this.networks.network(id);
    if (!found) throw new Rejection('not-found');
    return found;
  }
}

const standingOf = (location: LocationSummary | undefined): PlaceStanding => location?.status ?? 'unknown';
