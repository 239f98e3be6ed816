import { Injectable } from '@nestjs/common';
import type { Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { NetworkFacade } from '../../network';
import { Line, MoneyField, MoneyInput, Optional, Whole } from '../../platform/web/input';
import { MOST_OF_AN_ITEM, totalOf, type RedeemedItem, type RedeemedWhat } from '../domain/redemption';

export class RedeemItemInput {
  @Optional()
  @Line(100, {
    description: 'Of an item on offer at the location; beside a name, your own id of the line',
    example: 'itm_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  })
  itemId?: string;
  @Optional() @Line(200, { description: 'Of a line of yours, which is not on offer here', example: 'Country loaf' }) name?: string;
  @Optional() @MoneyField({ description: 'Of one, with a name; an item on offer has its own' }) price?: MoneyInput;
  @Optional() @Whole(1, MOST_OF_AN_ITEM, { description: 'Default: 1', example: 2 }) quantity?: number;
}

export interface OrderedItems {
  readonly what: RedeemedWhat;
  readonly total: Money;
}

/** The items that a partner's call names: of what is on offer, at our prices, or the lines of its own till. */
@Injectable()
export class ItemOrders {
  constructor(private readonly networks: NetworkFacade) {}

  /** @throws Rejection `items-not-chosen`, `items-not-usable`, `items-ambiguous`, `item-not-offered`, `currency-mismatch` */
  async of(network: string, locationId: string, asked: readonly RedeemItemInput[]): Promise<OrderedItems> {
    const lines = asked.flatMap(ownLine);
    if (lines.length > 0 && lines.length < asked.length) throw new Rejection('items-ambiguous');
    if (lines.length > 0) return ordered('caller', lines);
    const { source, items } = await this.networks.items(network, locationId);
    const offered = new Map(items.map((item) => [item.itemId, item]));
    const chosen = asked.map(({ itemId = '', quantity = 1 }) => {
      const found = offered.get(itemId);
      if (!found) throw new Rejection('item-not-offered', { item: itemId });
      return { itemId, name: found.name, price: found.price, quantity };
    });
    return ordered(source === 'webhook' ? 'webhook' : 'stored', chosen);
  }
}

function ordered(source: 'stored' | 'webhook' | 'caller', items: readonly RedeemedItem[]): OrderedItems {
  return { what: { kind: 'items', source, items }, total: totalOf(items) };
}

/** A line has a name and a price; an item on offer has an id and neither. */
function ownLine({ itemId, name, price, quantity = 1 }: RedeemItemInput, at: number): readonly RedeemedItem[] {
  if (name === undefined && price === undefined && itemId !== undefined) return [];
  if (name === undefined || price === undefined) throw new Rejection('items-ambiguous');
  return [{ itemId: itemId ?? `line-${at + 1}`, name, price, quantity }];
}
