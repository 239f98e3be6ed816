import type { CommandContext, Instant } from '../kernel/event-sourcing';
import type { Currency } from '../kernel/money';
import type { CardRules } from './domain/network';
import type { ClerkRule } from './domain/redemption-settings';
import type { OfferedItems } from './features/offered-items';
import type { WebhookNotice } from './features/webhook-notices';

export type { CardRules } from './domain/network';
export type { ClerkRule } from './domain/redemption-settings';
export type { OfferedItem, OfferedItems } from './features/offered-items';
export type { WebhookNotice } from './features/webhook-notices';

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
  /** Empty when the person behind it was erased. */
  readonly contactEmail: string;
  readonly postalAddress?: string;
  readonly cardRules: CardRules;
  /** Whether every employee needs a second factor to sign in. */
  readonly secondFactor: 'optional' | 'required';
  /** Who is told of redeemed items by mail; erased people are left out. */
  readonly noticeEmails: readonly string[];
  /** What a device asks of whoever stands at the counter. */
  readonly clerk: ClerkRule;
  readonly createdAt: Instant;
}

export interface LocationSummary {
  readonly id: string;
  readonly name: string;
  /** Empty when the person behind it was erased. */
  readonly email: string;
  readonly status: 'open' | 'suspended' | 'closed';
  /** Of the mails to it; absent: the network's. */
  readonly language?: 'en' | 'fr';
  /** Whether the public directory shows it while it is open. */
  readonly listed: boolean;
}

export interface ListedLocations {
  readonly names: readonly string[];
  readonly count: number;
}

/** A device as its actions name it. */
export interface DeviceSummary {
  readonly id: string;
  readonly locationId: string;
  /** `MAPLE-42` */
  readonly code: string;
  readonly name?: string;
  readonly status: 'active' | 'revoked';
}

/** How far a network has come. */
export interface NetworkFigures {
  readonly openLocations: number;
  readonly activeEmployees: number;
  readonly invitedEmployees: number;
  readonly activeApiKeys: number;
}

/** The door of the network module for other modules. Answers are remembered in the process and fresh within a second. */
export abstract class NetworkFacade {
  abstract network(id: string): Promise<NetworkSummary | undefined>;
  abstract networkBySlug(slug: string): Promise<NetworkSummary | undefined>;
  /** Never stale; undefined for another network's. */
  abstract location(network: string, id: string): LocationSummary | undefined | Promise<LocationSummary | undefined>;
  /** Never stale; undefined for another location's. A device that was revoked long ago may be absent: `actorNames` still knows it. */
  abstract device(network: string, locationId: string, deviceId: string): Promise<DeviceSummary | undefined>;
  /** Never stale; unknown ids are absent. */
  abstract locationNames(network: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Those that the public directory shows: the names of the first ones, and how many there are. */
  abstract listed(network: string, most: number): Promise<ListedLocations>;
  /** Names to show beside an actor's id. Erased people and unknown ids are absent: the reader's catalogue has a word for their kind. */
  abstract actorNames(network: string, actorIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Counted from the read models. */
  abstract figures(network: string): Promise<NetworkFigures>;
  /** What a location offers for cards now. Slow at most as the location's webhook: three seconds. */
  abstract items(network: string, locationId: string): Promise<OfferedItems>;
  /** Whether the location wants the items of each redemption mailed to it, beside the network's own addresses. */
  abstract wantsItemMails(network: string, locationId: string): Promise<boolean>;
  /**
   * Tells the location's webhook, else the network's. Durable when resolved, and idempotent by type and key; the message itself is sent
   * soon after, and again for three days until it arrives. Answers the message's id; undefined where there is no webhook.
   */
  abstract notify(context: CommandContext, notice: WebhookNotice): Promise<string | undefined>;
  /** What was remembered of a network is no longer true in this process; `slug` when it was just created. */
  abstract changed(network: string, slug?: string): void;
}
