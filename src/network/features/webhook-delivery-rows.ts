import { Injectable } from '@nestjs/common';
import { Models } from '../../platform/read-store/models';
import type { Filter } from '../../platform/read-store/read-store';
import type { Caller } from '../../platform/security/caller';
import { Cursors } from '../../platform/web/cursors';
import type { PageRequest } from '../../platform/web/page';
import { Positions } from '../../platform/web/positions';
import { webhookDeliveryList, type WebhookDeliveryItem } from '../read-models/webhook-deliveries';
import { reachOf } from './own-location';
import { networkOf } from './page-network';
import { WebhookEndpoints } from './webhook-endpoints';

export type DeliveryItem = WebhookDeliveryItem & { readonly id: string };

const tags = { waiting: 'pending', delivered: 'active', parked: 'blocked' } as const;

/** Deliveries as lists show them, no further than the caller reaches: whoever is bound to a location sees its own webhook's. */
@Injectable()
export class DeliveryRows {
  constructor(
    private readonly models: Models,
    private readonly positions: Positions,
    private readonly cursors: Cursors,
    private readonly endpoints: WebhookEndpoints,
  ) {}

  /** What a caller may see at all. */
  reach(network: string, caller: Caller): { network: string; endpointId?: string } {
    const own = reachOf(caller);
    return own === undefined ? { network } : { network, endpointId: this.endpoints.idOf(network, own) };
  }

  async page(
    request: Parameters<Positions['of']>[0],
    filter: Filter,
    cursor: string | undefined,
    limit: number,
  ): Promise<{ data: readonly DeliveryItem[]; next: string | null }> {
    await this.models.settled(webhookDeliveryList, this.positions.of(request));
    const list = [filter, 'webhook-deliveries'];
    const found = await this.models.find<WebhookDeliveryItem>(webhookDeliveryList, {
      filter,
      sort: ['-queuedAt', '-_id'],
      after: this.cursors.open(list, cursor),
      limit: limit + 1,
    });
    return this.cursors.page(list, found, limit, (each) => [each.queuedAt, each.id]);
  }

  async latest(request: PageRequest, filter: Filter, limit: number): Promise<{ deliveries: readonly object[] }> {
    const { data } = await this.page(request, { ...this.reach(networkOf(request).id, request.caller), ...filter }, undefined, limit);
    return { deliveries: data.map((item) => this.row(request, item)) };
  }

  row(request: PageRequest, item: DeliveryItem): object {
    const { reader } = request;
    const { id, type, status, why, attempts, queuedAt, lastStatus, lastError, nextAt } = item;
    return {
      id,
      type,
      attempts,
      queuedAt,
      href: `/n/${networkOf(request).slug}/webhook-deliveries/${id}`,
      answer: lastStatus === null ? lastError && reader.t(`network.delivery.error.${lastError}`) : String(lastStatus),
      nextAt,
      status: tags[status],
      statusLabel: reader.t(`network.delivery.status.${status}`),
      why: why === null ? undefined : reader.t(`network.delivery.why.${why}`),
    };
  }
}
