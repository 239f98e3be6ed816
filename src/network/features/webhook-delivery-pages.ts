import { Get, Param, Post, Query, Req } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Form } from '../../platform/web/form';
import { NetworkFacade } from '../network.facade';
import { reachOf } from './own-location';
import { LocationChoices } from './location-choices';
import { networkOf } from './page-network';
import { WebhookDeliveries } from './webhook-commands';
import { DeliverySheets } from './webhook-delivery-sheets';
import { DeliveryRows } from './webhook-delivery-rows';

const PAGE = 50;
const states = ['waiting', 'delivered', 'parked'] as const;

/** What was told to webhooks, every attempt with its request and answer, and sending one again. */
@PageController('n/:slug/webhook-deliveries')
export class WebhookDeliveriesPage {
  constructor(
    private readonly rows: DeliveryRows,
    private readonly sheets: DeliverySheets,
    private readonly deliveries: WebhookDeliveries,
    private readonly contexts: CommandContexts,
    private readonly facade: NetworkFacade,
    private readonly locations: LocationChoices,
  ) {}

  @Get()
  @Permit('webhooks.manage', ['employee'])
  async list(
    @Req() request: PageRequest,
    @Query('status') status?: string,
    @Query('location') location?: string,
    @Query('after') cursor?: string,
  ): Promise<Page> {
    const { reader, caller } = request;
    const { id, slug } = networkOf(request);
    const state = states.find((each) => each === status);
    const bound = reachOf(caller) !== undefined;
    const form = new Form({ status: state ?? '', location: (!bound && location) || '' });
    const locationId = await this.locations.filtered(request, form, 'location');
    const filter = {
      ...this.rows.reach(id, caller),
      ...(state ? { status: state } : {}),
      ...(locationId ? { locationId } : {}),
    };
    const { data, next } = await this.rows.page(request, filter, cursor, PAGE);
    const kept = new URLSearchParams({ ...(state ? { status: state } : {}), ...(locationId ? { location: locationId } : {}) });
    const every = { value: '', label: reader.t('network.delivery.every') };
    const places = bound ? undefined : await this.locations.filter(request, form, 'location', every.label);
    const model = {
      title: reader.t('network.delivery.title'),
      form,
      deliveries: data.map((item) => this.rows.row(request, item)),
      states: [every, ...states.map((value) => ({ value, label: reader.t(`network.delivery.status.${value}`) }))],
      places,
      filtered: state !== undefined || locationId !== undefined,
      webhookPage: bound ? undefined : `/n/${slug}/webhook`,
      next: next && `/n/${slug}/webhook-deliveries?${new URLSearchParams([...kept, ['after', next]]).toString()}`,
    };
    return new Page('network/features/webhook-deliveries', model, { scripts: places?.scripts });
  }

  @Get(':id')
  @Permit('webhooks.manage', ['employee'])
  async show(@Req() request: PageRequest, @Param('id') id: string): Promise<Page> {
    const { reader, caller } = request;
    const network = networkOf(request);
    const sheet = await this.sheets.of(network.id, caller, id);
    const { delivery, body, attempts } = sheet;
    const place = delivery.locationId === undefined ? undefined : await this.facade.location(network.id, delivery.locationId);
    const tag = { waiting: 'pending', delivered: 'active', parked: 'blocked' }[delivery.status];
    return new Page('network/features/webhook-delivery', {
      title: delivery.type,
      id,
      back: `/n/${network.slug}/webhook-deliveries`,
      place: place?.name,
      status: tag,
      statusLabel: reader.t(`network.delivery.status.${delivery.status}`),
      why: delivery.why === undefined ? undefined : reader.t(`network.delivery.why.${delivery.why}`),
      queuedAt: delivery.queuedAt,
      nextAt: delivery.dueAt,
      body: JSON.stringify(JSON.parse(body), null, 2),
      attempts: attempts.map(({ attempt, at, url, signature, timestamp, status, error, answer, took }) => ({
        attempt,
        at,
        url,
        signature,
        timestamp,
        outcome: status === undefined ? reader.t(`network.delivery.error.${error ?? 'broken'}`) : `HTTP ${status}`,
        good: status !== undefined && status >= 200 && status < 300,
        answer,
        took,
      })),
    });
  }

  @Post(':id/replays')
  @Permit('webhooks.manage', ['employee'])
  async replay(@Req() request: PageRequest, @Param('id') id: string): Promise<SeeOther> {
    await this.sheets.of(networkOf(request).id, request.caller, id);
    const { state, position } = await this.deliveries.replay(this.contexts.once(request), id);
    if (state.status === 'unknown') throw new Rejection('not-found');
    return new SeeOther(`/n/${networkOf(request).slug}/webhook-deliveries/${id}`, { flash: 'network.flash.sent-again', position });
  }
}
