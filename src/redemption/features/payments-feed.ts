import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Models } from '../../platform/read-store/models';
import type { PosPayment } from '../domain/pos-payment';
import { posPayments, type PosPaymentItem } from '../read-models/pos-payments';

/** What another instance of the program wrote is seen within this time; this instance's own at once. */
const LOOK_MS = 3_000;
const MOST_SHOWN = 40;
const HOUR = 3_600_000;
/** Older payments are not what the customer at the counter just paid; the office still sees them. */
const SHOWN_FOR = 12 * HOUR;

export type WaitingPayment = PosPaymentItem & { readonly id: string };
type Listener = () => void;

interface Watched {
  readonly listeners: Set<Listener>;
  readonly timer: NodeJS.Timeout;
  seen: string;
  looking?: Promise<void>;
}

/** Payments that wait at a location, and word of it when they change. Locations nobody watches cost nothing. */
@Injectable()
export class PaymentsFeed implements BeforeApplicationShutdown {
  private readonly watched = new Map<string, Watched>();
  private readonly closing = new Set<Listener>();

  constructor(
    private readonly models: Models,
    private readonly clock: Clock,
  ) {}

  /** Newest first; `after` is a log position to wait for. */
  async waiting(network: string, locationId: string, after = 0): Promise<readonly WaitingPayment[]> {
    if (after > 0) await this.models.settled(posPayments, after);
    const since = new Date(this.clock.millis() - SHOWN_FOR).toISOString();
    const found = await this.models.find<PosPaymentItem>(posPayments, {
      filter: { locationId, status: 'waiting', reportedAt: { gte: since } },
      sort: ['-reportedAt', '_id'],
      limit: MOST_SHOWN,
    });
    return found.filter((each) => each.network === network);
  }

  /** Calls `listener` whenever the waiting payments changed; `closed` when the program stops. Answers how to stop listening. */
  watch(network: string, locationId: string, listener: Listener, closed: Listener): () => void {
    const watched = this.watched.get(locationId) ?? this.begin(network, locationId);
    watched.listeners.add(listener);
    this.closing.add(closed);
    return () => {
      this.closing.delete(closed);
      watched.listeners.delete(listener);
      if (watched.listeners.size > 0) return;
      clearInterval(watched.timer);
      if (this.watched.get(locationId) === watched) this.watched.delete(locationId);
    };
  }

  /** This process wrote facts of a payment. */
  changed({ state, facts, position }: { state: PosPayment; facts: readonly unknown[]; position: number }): void {
    if (facts.length === 0 || state.status === 'unknown') return;
    const watched = this.watched.get(state.locationId);
    if (watched) void this.look(state.network, state.locationId, watched, position);
  }

  beforeApplicationShutdown(): void {
    for (const closed of [...this.closing]) closed();
  }

  private begin(network: string, locationId: string): Watched {
    const timer = setInterval(() => void this.look(network, locationId, watched, 0), LOOK_MS).unref();
    const watched: Watched = { listeners: new Set(), timer, seen: '' };
    this.watched.set(locationId, watched);
    void this.look(network, locationId, watched, 0);
    return watched;
  }

  private async look(network: string, locationId: string, watched: Watched, after: number): Promise<void> {
    await watched.looking;
    watched.looking = this.compare(network, locationId, watched, after).catch(() => undefined);
    await watched.looking;
  }

  private async compare(network: string, locationId: string, watched: Watched, after: number): Promise<void> {
    const payments = await this.waiting(network, locationId, after);
    const seen = payments.map(({ id, amount, changedAt }) => `${id} ${amount.amount} ${changedAt}`).join('\n');
    if (seen === watched.seen) return;
    watched.seen = seen;
    for (const listener of watched.listeners) listener();
  }
}
