import { Injectable } from '@nestjs/common';
import type { Instant } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { Streams } from '../../platform/event-store/streams';
import { location } from '../domain/location';

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

/** What a location sells: the items that it keeps here. */
@Injectable()
export class ItemsOnOffer {
  constructor(private readonly streams: Streams) {}

  async of(network: string, locationId: string): Promise<OfferedItems> {
    const { state } = await this.streams.state(network, `location-${locationId}`, location);
    const stored = state.status === 'unknown' || state.status === 'closed' ? [] : state.items.filter(({ active }) => active);
    if (stored.length === 0) return { source: 'none', items: [] };
    return { source: 'stored', items: stored.map(({ itemId, name, price }) => ({ itemId, name, price })) };
  }
}
