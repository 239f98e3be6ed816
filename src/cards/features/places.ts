import { Injectable } from '@nestjs/common';
import { DateTime } from 'luxon';
import type { Instant } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { NetworkFacade, type LocationSummary, type NetworkSummary } from '../../network';
import { yearsAfter } from '../domain/issue-card';

/** The end of the day, where the network is, on which a card's years are over; undefined where cards never expire. */
export function expiryOf({ cardRules: { expiryYears }, timeZone }: NetworkSummary, at: Instant): Instant | undefined {
  if (expiryYears === undefined) return undefined;
  return DateTime.fromISO(yearsAfter(at, expiryYears), { zone: timeZone }).endOf('day').toUTC().toISO() ?? undefined;
}

/** Where a card is used: every deduction names an open location of its network. */
@Injectable()
export class Places {
  constructor(private readonly networks: NetworkFacade) {}

  /**
   * At once where the location's state is in memory.
   * @throws Rejection (or rejects with it) `location-unknown`, `location-not-open`
   */
  open(network: string, locationId: string): LocationSummary | Promise<LocationSummary> {
    const found = this.networks.location(network, locationId);
    return found instanceof Promise ? found.then(opened) : opened(found);
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

function opened(location: LocationSummary | undefined): LocationSummary {
  if (!location) throw new Rejection('location-unknown');
  if (location.status !== 'open') throw new Rejection('location-not-open');
  return location;
}
