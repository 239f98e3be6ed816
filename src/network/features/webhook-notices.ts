import { Injectable } from '@nestjs/common';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Streams } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { queueDelivery, webhookDelivery, type NoticeType } from '../domain/webhook-delivery';
import { WebhookEndpoints } from './webhook-endpoints';

/** What is told, and of which location. */
export interface WebhookNotice {
  readonly network: string;
  readonly locationId: string;
  readonly type: Exclude<NoticeType, 'ping'>;
  /** What the notice is about, unique within its type: a redemption's id. A repeat queues nothing. */
  readonly key: string;
  /** The `data` of the message, as docs/webhooks.md describes it: never a card's code, a link or a person. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Writes down what is to be told; the wake-ups see to it that it is. */
@Injectable()
export class WebhookNotices {
  constructor(
    private readonly streams: Streams,
    private readonly ids: Ids,
    private readonly endpoints: WebhookEndpoints,
  ) {}

  /** The delivery's id once it is durable; undefined where nobody wants to hear of it. */
  async queue(context: CommandContext, { network, locationId, type, key, data }: WebhookNotice): Promise<string | undefined> {
    const endpoint = await this.endpoints.hearing(network, locationId);
    if (!endpoint) return undefined;
    const deliveryId = this.ids.derived('msg', network, 'webhook-delivery', `${type}\n${key}`);
    const off = endpoint.status === 'paused' || endpoint.status === 'disabled' ? endpoint.status : undefined;
    const command = { deliveryId, endpointId: endpoint.id, locationId, type, data, off, at: context.at };
    await this.streams.change({ ...context, network }, `webhookDelivery-${deliveryId}`, webhookDelivery, (state) =>
      queueDelivery(state, command),
    );
    return deliveryId;
  }
}
