import { Id, Line, ListOf, MoneyField, MoneyInput } from '../../platform/web/input';
import { Notice, Question } from '../../platform/web/notice';

/** What the API document says of calls to webhooks that are the network module's own. */

@Notice({
  name: 'ping',
  id: 'onPing',
  summary: 'Somebody pressed the test button',
  description: 'Sent by hand, to see that the address answers and that signatures are checked.',
  example: { endpointId: 'whe_01JD8Z4M2Q7RXK3V5T9WBN6CHG' },
})
export class PingNotice {
  @Id('whe') endpointId!: string;
}

export class WebhookItem {
  @Line(100, { description: 'Your own id, unique in the list; redemptions name it', example: 'loaf-01' }) id!: string;
  @Line(80, { description: 'As the button says it', example: 'Sourdough loaf' }) name!: string;
  @MoneyField({ description: 'In the network’s currency' }) price!: MoneyInput;
}

@Question({
  name: 'items',
  id: 'askForItems',
  summary: 'Which items are on sale',
  description:
    'Asked of an address that offers items, when a card is on a device’s screen. The body is empty: `id.timestamp.` is signed; ' +
    'the location in the address is not signed. A list is right as a whole or not at all, and good for 30 seconds.',
  example: { items: [{ id: 'loaf-01', name: 'Sourdough loaf', price: { amount: 850, currency: 'USD' } }] },
})
export class WebhookItemsAnswer {
  @ListOf(() => WebhookItem, 500) items!: WebhookItem[];
}
