import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { NetworkFacade, type OfferedItems } from '../../network';
import { MOST_OF_AN_ITEM, type RedeemedItem } from '../domain/redemption';
import type { DeviceRequest } from './counter';

/** What was chosen of what is on offer now. */
export interface ChosenItems {
  readonly offered: OfferedItems;
  readonly source: 'stored' | 'webhook';
  readonly items: readonly RedeemedItem[];
  /** The list is another one than the screen showed: names or prices have changed, and nobody has agreed to them. */
  readonly changed: boolean;
}

/** Items as a form without scripts sends them: `quantity.{id}` beside `chosen.{id}`, a checkbox that alone means one. */
@Injectable()
export class ItemChoice {
  constructor(private readonly networks: NetworkFacade) {}

  async of({ caller, network, body, method }: DeviceRequest): Promise<ChosenItems> {
    const offered = await this.networks.items(network.id, caller.locationId);
    const fields = (method === 'POST' ? (body ?? {}) : {}) as Readonly<Record<string, unknown>>;
    const items = offered.items.flatMap(({ itemId, name, price }) => {
      const quantity = quantityIn(fields, itemId);
      return quantity === 0 ? [] : [{ itemId, name, price, quantity }];
    });
    const changed = method === 'POST' && fields.list !== digestOf(offered);
    return { offered, source: offered.source === 'webhook' ? 'webhook' : 'stored', items, changed };
  }

  shown({ reader }: DeviceRequest, { offered, items }: ChosenItems) {
    const chosen = new Map(items.map(({ itemId, quantity }) => [itemId, quantity]));
    const { stale, asOf, problem } = offered;
    return {
      list: digestOf(offered),
      items: offered.items.map((item) => ({ ...item, quantity: chosen.get(item.itemId) ?? 0, chosen: chosen.has(item.itemId) })),
      most: MOST_OF_AN_ITEM,
      notice: stale ? reader.t('redemption.items.stale', { at: asOf ? reader.dateTime(asOf) : '' }) : undefined,
      problem: problem && reader.t(problem),
    };
  }
}

/** What is no whole number from 0 to the most is left for the rules to refuse. */
function quantityIn(fields: Readonly<Record<string, unknown>>, itemId: string): number {
  const typed = fields[`quantity.${itemId}`];
  const quantity = typeof typed === 'string' && typed.trim() !== '' ? Number(typed) : 0;
  return quantity === 0 && fields[`chosen.${itemId}`] === 'on' ? 1 : quantity;
}

const digestOf = ({ items }: OfferedItems): string =>
  createHash('sha256')
    .update(JSON.stringify(items.map(({ itemId, name, price }) => [itemId, name, price.amount, price.currency])))
    .digest('base64url')
    .slice(0, 16);
