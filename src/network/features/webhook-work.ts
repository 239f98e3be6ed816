import { Injectable } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { EventStore } from '../../platform/event-store/event-store';
import { Streams } from '../../platform/event-store/streams';
import { Models } from '../../platform/read-store/models';
import type { Filter } from '../../platform/read-store/read-store';
import { parkDelivery, replayKept, webhookDelivery } from '../domain/webhook-delivery';
import { disableWebhook } from '../domain/webhook-endpoint';
import { EndWebhookWork, RetireWebhook, SendWhatWasKept } from '../policies/webhooks';
import { webhookDeliveryList, type WebhookDeliveryItem } from '../read-models/webhook-deliveries';
import { WebhookEndpoints } from './webhook-endpoints';
import { streamOf, WebhookSender } from './webhook-sender';

const DAY = 24 * 3_600_000;
/** Without one arrival for so long, a delivery that is given up takes its endpoint with it. */
const PATIENCE = 5 * DAY;
/** What is older is not sent by itself any more: the schedule would have ended. */
const WORTH_SENDING = 3 * DAY;
const PAGE = 200;
const CATCHING_UP_MS = 5_000;

/** Deliveries by what is true of them; the list may lag, so each one's stream has the last word. */
@Injectable()
export class WebhookWork {
  constructor(
    private readonly models: Models,
    private readonly events: EventStore,
  ) {}

  /** @throws Error when the list does not catch up: the policy tries again */
  async settled(): Promise<void> {
    if (!(await this.models.settled(webhookDeliveryList, await this.events.head(), CATCHING_UP_MS)))
      throw new Error('The list of deliveries has not caught up yet');
  }

  async *where(filter: Filter): AsyncGenerator<WebhookDeliveryItem & { id: string }> {
    for (let after: readonly string[] | undefined; ;) {
      const query = { filter, sort: ['queuedAt', '_id'], after, limit: PAGE };
      const page = await this.models.find<WebhookDeliveryItem & { id: string }>(webhookDeliveryList, query);
      yield* page;
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      after = [last.queuedAt, last.id];
    }
  }
}

@CommandHandler(RetireWebhook)
export class RetireWebhookHandler implements ICommandHandler<RetireWebhook> {
  constructor(
    private readonly streams: Streams,
    private readonly endpoints: WebhookEndpoints,
    private readonly models: Models,
  ) {}

  async execute({ context, deliveryId, why }: RetireWebhook): Promise<void> {
    const { state } = await this.streams.state(context.network, streamOf(deliveryId), webhookDelivery);
    if (state.status === 'unknown') return;
    const { endpointId } = state;
    if (why === 'failing' && (await this.answersSometimes(context, endpointId))) return;
    await this.endpoints.change(context, endpointId, (endpoint) => disableWebhook(endpoint, { why, at: context.at }));
  }

  private async answersSometimes({ at }: CommandContext, endpointId: string): Promise<boolean> {
    const since = new Date(Date.parse(at) - PATIENCE).toISOString();
    const arrived = { endpointId, status: 'delivered', lastAt: { gte: since } };
    return (await this.models.find(webhookDeliveryList, { filter: arrived, limit: 1 })).length > 0;
  }
}

@CommandHandler(SendWhatWasKept)
export class SendWhatWasKeptHandler implements ICommandHandler<SendWhatWasKept> {
  constructor(
    private readonly work: WebhookWork,
    private readonly sender: WebhookSender,
  ) {}

  async execute({ context, endpointId }: SendWhatWasKept): Promise<void> {
    await this.work.settled();
    const since = new Date(Date.parse(context.at) - WORTH_SENDING).toISOString();
    const by = context.actor;
    for await (const { id } of this.work.where({ endpointId, status: 'parked', queuedAt: { gte: since } }))
      await this.sender.change(context, id, (state) => replayKept(state, { by, at: context.at }));
  }
}

@CommandHandler(EndWebhookWork)
export class EndWebhookWorkHandler implements ICommandHandler<EndWebhookWork> {
  constructor(
    private readonly work: WebhookWork,
    private readonly endpoints: WebhookEndpoints,
    private readonly sender: WebhookSender,
  ) {}

  async execute({ context, locationId }: EndWebhookWork): Promise<void> {
    await this.work.settled();
    const endpointId = this.endpoints.idOf(context.network, locationId);
    for await (const { id } of this.work.where({ endpointId, status: 'waiting' }))
      await this.sender.change(context, id, (state) => parkDelivery(state, { why: 'location-closed', at: context.at }));
  }
}
