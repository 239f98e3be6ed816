import { Injectable } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { Streams } from '../../platform/event-store/streams';
import type { Caller } from '../../platform/security/caller';
import { webhookDelivery, type Attempt, type KnownDelivery, type WebhookDeliveryFact } from '../domain/webhook-delivery';
import { DeliveryRows } from './webhook-delivery-rows';
import { bodyOf, streamOf } from './webhook-sender';

/** A delivery with everything that was tried. */
export interface DeliverySheet {
  readonly delivery: KnownDelivery;
  readonly body: string;
  /** Newest first. */
  readonly attempts: readonly Attempt[];
}

/** One delivery from its own stream, so it is never stale. */
@Injectable()
export class DeliverySheets {
  constructor(
    private readonly streams: Streams,
    private readonly rows: DeliveryRows,
  ) {}

  /** @throws Rejection `not-found`, also for what the caller does not reach */
  async of(network: string, caller: Caller, id: string): Promise<DeliverySheet> {
    const history = await this.streams.history<WebhookDeliveryFact>(network, streamOf(id));
    const facts = history.map(({ fact }) => fact);
    const delivery = facts.reduce(webhookDelivery.evolve.bind(webhookDelivery), webhookDelivery.initial);
    const { endpointId } = this.rows.reach(network, caller);
    if (delivery.status === 'unknown' || (endpointId !== undefined && delivery.endpointId !== endpointId)) throw new Rejection('not-found');
    const attempts = facts.flatMap((fact) => (fact.type === 'WebhookDeliveryAttempted' ? [fact.data] : []));
    return { delivery, body: bodyOf(delivery), attempts: attempts.reverse() };
  }
}
