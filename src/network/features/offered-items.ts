import { Injectable } from '@nestjs/common';
import type { Instant } from '../../kernel/event-sourcing';
import type { Currency, Money } from '../../kernel/money';
import { Streams } from '../../platform/event-store/streams';
import { location } from '../domain/location';
import type { StoredItem } from '../domain/location-items';
import type { KnownEndpoint } from '../domain/webhook-endpoint';
import { pictureUrl } from './item-pictures';
import { WebhookEndpoints } from './webhook-endpoints';
import { WebhookItems } from './webhook-items';

/** Something that can be bought with a card at a location. */
export interface OfferedItem {
  /** Ours for a stored item, the webhook's own name for one of its items. */
  readonly itemId: string;
  readonly name: string;
  readonly price: Money;
  /** Path of its picture, for an `img`. */
  readonly picture?: string;
}

export interface OfferedItems {
  readonly source: 'none' | 'stored' | 'webhook';
  readonly items: readonly OfferedItem[];
  /** When the webhook gave this list. */
  readonly asOf?: Instant;
  /** The webhook did not answer with a newer list; `problem` says why. */
  readonly stale?: boolean;
  /** Key of a sentence for people: `reader.t(problem)`. */
  readonly problem?: string;
}

/** What is needed of the network. */
export interface OfferingNetwork {
  readonly id: string;
  readonly slug: string;
  readonly currency: Currency;
}

function storedItem(slug: string, { itemId, name, price, picture }: StoredItem): OfferedItem {
  const path = pictureUrl(slug, picture);
  return path === undefined ? { itemId, name, price } : { itemId, name, price, picture: path };
}

/**
 * What a location sells: what its own webhook offers, else the items that it keeps here, else what the network's webhook offers for it.
 * A webhook that is paused, switched off or only hears notices is not asked.
 */
@Injectable()
export class ItemsOnOffer {
  constructor(
    private readonly streams: Streams,
    private readonly endpoints: WebhookEndpoints,
    private readonly webhooks: WebhookItems,
  ) {}

  async of(network: OfferingNetwork, locationId: string): Promise<OfferedItems> {
    const { state } = await this.streams.state(network.id, `location-${locationId}`, location);
    if (state.status === 'unknown' || state.status === 'closed') return { source: 'none', items: [] };
    const own = await this.offering(network.id, locationId);
    if (own) return this.webhooks.offered(network, own, locationId);
    const stored = state.items.filter(({ active }) => active);
    if (stored.length > 0) return { source: 'stored', items: stored.map((item) => storedItem(network.slug, item)) };
    const common = await this.offering(network.id, network.id);
    return common ? this.webhooks.offered(network, common, locationId) : { source: 'none', items: [] };
  }

  private async offering(network: string, owner: string): Promise<KnownEndpoint | undefined> {
    const endpoint = await this.endpoints.of(network, owner);
    return endpoint?.status === 'active' && endpoint.offersItems ? endpoint : undefined;
  }
}
