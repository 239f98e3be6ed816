import { Injectable } from '@nestjs/common';
import type { Currency } from '../../kernel/money';
import type { Till } from '../../network';
import type { PosItem } from '../domain/pos-payment.facts';
import { moneyOf } from './square-payment';
import { listOf, objectOf, textOf, wholeOf, type Json } from './till-json';
import { TillMakerFailure, TillMakers } from './till-makers';

const MOST_ITEMS = 100;
const NAME = 120;
const MOST_PIECES = 10_000;

/** What was bought with a payment: Square and Clover keep that with the order, which is asked for. */
@Injectable()
export class TillOrders {
  constructor(private readonly makers: TillMakers) {}

  /** Undefined where it can't be had: a payment does not wait for its items. */
  async items(till: Till, orderId: string, currency: Currency): Promise<readonly PosItem[] | undefined> {
    if (till.token === undefined || !/^[\w-]{1,192}$/.test(orderId)) return undefined;
    try {
      return till.kind === 'square' ? await this.ofSquare(till, orderId) : await this.ofClover(till, orderId, currency);
    } catch (error) {
      if (error instanceof TillMakerFailure) return undefined;
      throw error;
    }
  }

  private async ofSquare(till: Till, orderId: string) {
    const { order } = (await this.makers.get(till, `/v2/orders/${orderId}`)) ?? {};
    return some(listOf(objectOf(order).line_items).map((line) => squareLine(objectOf(line))));
  }

  private async ofClover(till: Till, orderId: string, currency: Currency) {
    const order = await this.makers.get(till, `/v3/merchants/${till.place}/orders/${orderId}?expand=lineItems`);
    const lines = listOf(objectOf(order?.lineItems).elements).map(objectOf);
    const kept = lines.filter(({ refunded, exchanged }) => refunded !== true && exchanged !== true);
    return some(together(kept.map((line) => cloverLine(line, currency))));
  }
}

/** https://developer.squareup.com/reference/square/objects/OrderLineItem: a quantity is text, and may be a weight. */
function squareLine(line: Json): PosItem | undefined {
  const words = [textOf(line.name, NAME), textOf(line.variation_name, NAME)].filter((each) => each !== undefined && each !== 'Regular');
  const quantity = textOf(line.quantity, 12) ?? '1';
  if (/^[1-9]\d*$/.test(quantity)) return item(words.join(', '), Number(quantity), undefined, moneyOf(line.base_price_money));
  return item(words.join(', '), 1, quantity, moneyOf(line.gross_sales_money));
}

/** A line of a Clover order is one piece, or a weight: `unitQty` in thousandths, at `price` a unit. */
function cloverLine(line: Json, currency: Currency): PosItem | undefined {
  const cents = wholeOf(line.price);
  const weight = wholeOf(line.unitQty);
  const weighed = weight !== undefined && weight !== 1000;
  const amount = cents !== undefined && weighed ? Math.round((cents * weight) / 1000) : cents;
  const price = amount === undefined ? undefined : { amount, currency };
  return item(textOf(line.name, NAME), 1, weighed ? String(weight / 1000) : undefined, price);
}

/** What is no line that we could show is left out, and what is no price. */
function item(name: string | undefined, quantity: number, weight: string | undefined, price: PosItem['price']): PosItem | undefined {
  if (!name || quantity > MOST_PIECES) return undefined;
  const about = weight === undefined ? '' : ` (${weight})`;
  const shown = price && price.amount >= 0 ? price : undefined;
  return { name: name.slice(0, NAME - about.length) + about, quantity, price: shown };
}

/** Pieces of the same name and price count as one line. */
function together(items: readonly (PosItem | undefined)[]): readonly PosItem[] {
  const lines = new Map<string, PosItem>();
  for (const each of items) {
    if (!each) continue;
    const key = `${each.price?.amount} ${each.name}`;
    lines.set(key, { ...each, quantity: each.quantity + (lines.get(key)?.quantity ?? 0) });
  }
  return [...lines.values()];
}

function some(items: readonly (PosItem | undefined)[]): readonly PosItem[] | undefined {
  const found = items.filter((each) => each !== undefined).slice(0, MOST_ITEMS);
  return found.length > 0 ? found : undefined;
}
