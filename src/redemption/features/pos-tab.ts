import { Injectable } from '@nestjs/common';
import { lessThan, type Money } from '../../kernel/money';
import { Positions } from '../../platform/web/positions';
import { baseOf, type DeviceRequest } from './counter';
import { PaymentsFeed } from './payments-feed';
import type { PosItem } from '../domain/pos-payment.facts';

/** Enough to know the sale by: the clerk looks for the customer who stands there. */
const MOST_NAMED = 4;

function bought(items: readonly PosItem[]): string {
  const named = items.slice(0, MOST_NAMED).map(({ name, quantity }) => (quantity > 1 ? `${quantity} × ${name}` : name));
  return [...named, ...(items.length > MOST_NAMED ? ['…'] : [])].join(', ');
}

/** The payments of the till on a card's screen: those that wait at this device's location, newest first. */
@Injectable()
export class PosTab {
  constructor(
    private readonly feed: PaymentsFeed,
    private readonly positions: Positions,
  ) {}

  async shown(request: DeviceRequest, balance: Money) {
    const { network, caller, reader } = request;
    const found = await this.feed.waiting(network.id, caller.locationId, this.positions.of(request));
    const payments = found.map(({ id, amount, till, reference, items = [], takenAt }) => ({
      id,
      amount,
      where: [till, reference].filter(Boolean).join(' · '),
      items: bought(items),
      takenAt,
      // A till may report in another currency only if the network's was changed: never ours to convert.
      tooMuch: amount.currency !== balance.currency || lessThan(balance, amount),
      label: reader.t('redemption.pos.select-named', { amount, till: till ?? reader.t('redemption.pos.the-till') }),
    }));
    return { payments, live: `${baseOf(request)}/payments/live` };
  }
}
