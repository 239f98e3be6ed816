import type { CommandContext, Instant } from '../kernel/event-sourcing';
import type { TenderRule, TillKind } from './domain/location-tender';

export type { SeenTender, TenderRule, TillKind } from './domain/location-tender';

/** A till that reports to us. Secrets are open here: for checking signatures and for asking the till maker's API, never to be shown. */
export interface Till {
  readonly id: string;
  readonly network: string;
  readonly locationId: string;
  readonly kind: TillKind;
  /** The till maker's own id of the business: Square's location, Clover's merchant. */
  readonly place?: string;
  readonly environment: 'production' | 'sandbox';
  readonly secret?: string;
  readonly token?: string;
  /** Last characters, for people. */
  readonly hints: { readonly secret?: string; readonly token?: string };
  readonly connectedAt: Instant;
}

export interface LocationTills {
  /** The location's own rule, or the standard one. */
  readonly rule: TenderRule;
  readonly ownRule: boolean;
  readonly tills: readonly Till[];
}

/** What is to be known of a till. Absent secrets keep what is there. */
export interface TillOrder {
  readonly kind: TillKind;
  readonly place?: string;
  readonly environment: 'production' | 'sandbox';
  readonly secret?: string;
  readonly token?: string;
}

/** The door to a location's tills for the redemption module. Never stale, but for finding a connection that was just made. */
export abstract class TillsFacade {
  /** Undefined for an unknown location. */
  abstract of(network: string, locationId: string): Promise<LocationTills | undefined>;
  /** Undefined when there is no such connection, or no longer. */
  abstract till(connectionId: string): Promise<Till | undefined>;
  /** The network's till of this kind with the till maker's id of the business. */
  abstract at(network: string, kind: TillKind, place: string): Promise<Till | undefined>;
  /** All connections of a kind, page by page in order of their ids. */
  abstract ofKind(kind: TillKind, after: string | undefined, limit: number): Promise<readonly string[]>;
  /** @throws Rejection `not-found`, `location-closed`, `tender-rule-empty`, `tender-rule-too-long` */
  abstract changeRule(context: CommandContext, locationId: string, rule: TenderRule): Promise<number>;
  /**
   * Connects a till, or replaces what is known of it. Answers the log position.
   * @throws Rejection `not-found`, `location-closed`, `too-many-tills`, `till-connected-already`
   */
  abstract connect(context: CommandContext, locationId: string, connectionId: string, order: TillOrder): Promise<number>;
  abstract disconnect(context: CommandContext, locationId: string, connectionId: string): Promise<number>;
}
