import type { Instant } from '../kernel/event-sourcing';
import type { Currency, Money } from '../kernel/money';

/** What other modules may know of a network. */
export interface NetworkSummary {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly currency: Currency;
  /** IANA name. */
  readonly timeZone: string;
  readonly language: 'en' | 'fr';
  /** `#rrggbb` */
  readonly brand: string;
  /** Test networks may use the sandbox gateway; the demo is one. */
  readonly test: boolean;
  readonly contactEmail: string;
  readonly postalAddress?: string;
  readonly cardRules: CardRules;
  readonly createdAt: Instant;
}

export interface CardRules {
  readonly smallestValue: Money;
  /** Also the most that a card may ever hold. */
  readonly largestValue: Money;
  /** Minutes a deduction code lives; default 10. */
  readonly codeValidityMinutes: number;
}

export interface LocationSummary {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly status: 'open' | 'suspended' | 'closed';
}

/** The door of the network module for other modules. Answers are cached in the process and fresh within a second. */
export abstract class NetworkFacade {
  abstract network(id: string): Promise<NetworkSummary | undefined>;
  abstract networkBySlug(slug: string): Promise<NetworkSummary | undefined>;
  abstract location(network: string, id: string): Promise<LocationSummary | undefined>;
  abstract locations(network: string): Promise<readonly LocationSummary[]>;
  /** Names to show beside an actor's id; erased people and unknown ids read as their kind ("Employee"). */
  abstract actorNames(network: string, actorIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
