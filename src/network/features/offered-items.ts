import { Injectable } from '@nestjs/common';
import type { Instant } from '../../kernel/event-sourcing';
import type { Currency, Money } from '../../kernel/money';
import { Streams } from '../../platform/event-store/streams';
import { location } from '../domain/location';
import type { StoredItem } from '../domain/location-items';
import { pictureUrl } from './item-pictures';

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

/** What a location sells: the items that it keeps here. */
@Injectable()
export class ItemsOnOffer {
  constructor(private readonly streams: Streams) {}

  async of({ id: network, slug }: OfferingNetwork, locationId: string): Promise<OfferedItems> {
    const { state } = await this.streams.state(network, `location-${locationId}`, location);
    const stored = state.status === 'unknown' || state.status === 'closed' ? [] : state.items.filter(({ active }) => active);
    if (stored.length === 0) return { source: 'none', items: [] };
    return { source: 'stored', items: stored.map((item) => storedItem(slug, item)) };
  }
}
