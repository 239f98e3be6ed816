import { Injectable } from '@nestjs/common';
import { isErased, type Personal } from '../kernel/personal';
import { Rejection } from '../kernel/rejection';
import { Streams } from '../platform/event-store/streams';
import { Throttle } from '../platform/security/throttle';
import { location } from './domain/location';
import type { ClerkBook } from './domain/location-clerks';
import { ClerkPins } from './features/clerk-pins';

/** Where a PIN is typed. */
export interface PinPad {
  readonly network: string;
  readonly locationId: string;
  readonly deviceId: string;
}

/** The door to a location's clerks for the redemption module. */
@Injectable()
export class ClerksFacade {
  constructor(
    private readonly streams: Streams,
    private readonly pins: ClerkPins,
    private readonly throttle: Throttle,
  ) {}

  /** Whether anybody here has a PIN. */
  async any(network: string, locationId: string): Promise<boolean> {
    return (await this.book(network, locationId)).length > 0;
  }

  /**
   * Whose PIN it is. A wrong one, a removed clerk's and what is no PIN at all are answered alike; wrong ones are limited by device and
   * location, right ones count for nothing.
   * @throws Rejection `clerk-pin-wrong`, `too-many-requests`
   */
  async byPin({ network, locationId, deviceId }: PinPad, typed: string): Promise<Personal<string>> {
    const taken = await this.throttle.take('clerk-pin', { account: deviceId, location: locationId });
    const [holder, clerks] = await Promise.all([this.pins.holder(locationId, typed.trim()), this.book(network, locationId)]);
    const clerk = clerks.find(({ id, pinId }) => id === holder?.clerkId && pinId === holder.pinId);
    if (!clerk || isErased(clerk.name)) throw new Rejection('clerk-pin-wrong');
    await taken.giveBack();
    return clerk.name;
  }

  private async book(network: string, locationId: string): Promise<ClerkBook> {
    const { state } = await this.streams.state(network, `location-${locationId}`, location);
    return state.status === 'unknown' ? [] : state.clerks;
  }
}
