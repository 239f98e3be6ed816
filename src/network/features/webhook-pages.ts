import { Get, Injectable, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Rejection } from '../../kernel/rejection';
import { Streams } from '../../platform/event-store/streams';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Flag, Line, OneOf } from '../../platform/web/input';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import type { KnownEndpoint } from '../domain/webhook-endpoint';
import { NothingInput } from './employees';
import { locationHead, reachable } from './location-head';
import { reachOf } from './own-location';
import { networkOf } from './page-network';
import { ChangeWebhookStanding, RotateWebhookSecret, SetWebhook, WebhookDeliveries, type WithSecret } from './webhook-commands';
import { DeliveryRows } from './webhook-delivery-rows';
import { WebhookEndpoints, type EndpointChange } from './webhook-endpoints';
import { WebhookItems } from './webhook-items';

const LATEST = 5;

export class WebhookForm {
  @Line(1_000) url!: string;
  @Flag() offersItems!: boolean;
}

export class WebhookStandingForm {
  @OneOf(['active', 'paused', 'removed']) standing!: 'active' | 'paused' | 'removed';
}

const fieldOf = { 'address-unusable': 'url', 'address-not-https': 'url', 'address-not-public': 'url', 'address-unknown': 'url' };
const tags = { active: 'active', paused: 'pending', disabled: 'blocked' } as const;

/** Whose webhook a page is about. */
export interface WebhookOwner {
  readonly locationId?: string;
  /** Path of its page. */
  readonly base: string;
}

/** What the pages of a location's and of the network's webhook do alike. */
@Injectable()
export class WebhookDesk {
  constructor(
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
    private readonly endpoints: WebhookEndpoints,
    private readonly deliveries: WebhookDeliveries,
    private readonly rows: DeliveryRows,
    private readonly items: WebhookItems,
  ) {}

  set(request: PageRequest, owner: WebhookOwner, again: (form: Form) => Promise<Page>): Promise<Page | SeeOther> {
    return this.forms.handle(request, WebhookForm, {
      then: async (settings) => {
        const command = new SetWebhook(this.contexts.once(request), owner.locationId, settings);
        const { change, secret } = await this.commands.execute<SetWebhook, WithSecret>(command);
        if (secret === undefined) return new SeeOther(owner.base, { flash: 'network.flash.saved', position: change.position });
        return this.secretPage(request, owner, secret);
      },
      again,
      fieldOf,
    });
  }

  rotate(request: PageRequest, owner: WebhookOwner): Promise<Page | SeeOther> {
    return this.forms.handle(request, NothingInput, {
      then: async () => {
        const command = new RotateWebhookSecret(this.contexts.once(request), this.idOf(request, owner));
        const { secret } = await this.commands.execute<RotateWebhookSecret, WithSecret>(command);
        return this.secretPage(request, owner, secret!, true);
      },
      again: () => Promise.reject(new Rejection('not-found')),
    });
  }

  standing(request: PageRequest, owner: WebhookOwner, again: (form: Form) => Promise<Page>): Promise<Page | SeeOther> {
    return this.forms.handle(request, WebhookStandingForm, {
      then: async ({ standing }) => {
        const command = new ChangeWebhookStanding(this.contexts.once(request), this.idOf(request, owner), standing);
        const { position } = await this.commands.execute<ChangeWebhookStanding, EndpointChange>(command);
        return new SeeOther(owner.base, { flash: `network.flash.webhook-${standing}`, position });
      },
      again,
    });
  }

  ping(request: PageRequest, owner: WebhookOwner, again: (form: Form) => Promise<Page>): Promise<Page | SeeOther> {
    return this.forms.handle(request, NothingInput, {
      then: async () => {
        const { state, position } = await this.deliveries.ping(this.contexts.once(request), this.idOf(request, owner));
        if (state.status === 'unknown') throw new Rejection('not-found');
        return new SeeOther(`/n/${networkOf(request).slug}/webhook-deliveries/${state.id}`, { position });
      },
      again,
    });
  }

  /** The webhook's part of the page's model. */
  async model(request: PageRequest, owner: WebhookOwner, form: Form | undefined): Promise<object> {
    const { reader } = request;
    const endpoint = await this.endpoints.of(networkOf(request).id, owner.locationId ?? networkOf(request).id);
    if (!endpoint) return { base: owner.base, form: form ?? new Form({ offersItems: 'on' }), isNew: true };
    const { status, url, offersItems, secret, former, why } = endpoint;
    const typed = new Form({ url, ...(offersItems ? { offersItems: 'on' } : {}) });
    return {
      base: owner.base,
      form: form ?? typed,
      webhook: {
        hint: secret.hint,
        formerUntil: former?.until,
        active: status === 'active',
        disabledBecause: status === 'disabled' ? reader.t(`network.webhook.disabled.${why ?? 'failing'}`) : undefined,
        tag: tags[status as keyof typeof tags],
        tagLabel: reader.t(`network.webhook.status.${status}`),
      },
      items: owner.locationId === undefined ? undefined : await this.itemsOf(request, endpoint, owner.locationId),
      ...(await this.rows.latest(request, { endpointId: endpoint.id }, LATEST)),
    };
  }

  private async itemsOf({ reader }: PageRequest, { id, offersItems }: KnownEndpoint, locationId: string): Promise<object | undefined> {
    if (!offersItems) return undefined;
    const kept = await this.items.kept(id, locationId);
    const problem = kept?.problem && reader.t(`network.items.problem.${kept.problem}`);
    return { count: kept?.items?.length ?? 0, asOf: kept?.asOf, problem, detail: kept?.detail, asked: kept !== undefined };
  }

  private secretPage({ reader }: PageRequest, { base }: WebhookOwner, secret: string, changed = false): Page {
    return new Page('network/features/webhook-secret', { title: reader.t('network.webhook.secret-title'), secret, base, changed });
  }

  private idOf(request: PageRequest, { locationId }: WebhookOwner): string {
    const { id } = networkOf(request);
    return this.endpoints.idOf(id, locationId ?? id);
  }
}

/** The tab "Webhook" of a location. */
@PageController('n/:slug/locations/:id/webhook')
export class LocationWebhookPage {
  constructor(
    private readonly desk: WebhookDesk,
    private readonly streams: Streams,
    private readonly endpoints: WebhookEndpoints,
    private readonly items: WebhookItems,
  ) {}

  @Get()
  @Permit('webhooks.manage', ['employee'])
  show(@Req() request: PageRequest, @Param('id') id: string): Promise<Page> {
    return this.page(request, id);
  }

  @Post()
  @Permit('webhooks.manage', ['employee'])
  async set(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.desk.set(request, await this.owner(request, id), (form) => this.page(request, id, form));
  }

  @Post('secrets')
  @Permit('webhooks.manage', ['employee'])
  async rotate(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.desk.rotate(request, await this.owner(request, id));
  }

  @Post('standing')
  @Permit('webhooks.manage', ['employee'])
  async standing(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.desk.standing(request, await this.owner(request, id), (form) => this.page(request, id, form));
  }

  @Post('pings')
  @Permit('webhooks.manage', ['employee'])
  async ping(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.desk.ping(request, await this.owner(request, id), (form) => this.page(request, id, form));
  }

  /** Asks for the items now, however fresh the list is. */
  @Post('items')
  @Permit('webhooks.manage', ['employee'])
  async ask(@Req() request: PageRequest, @Param('id') id: string): Promise<SeeOther> {
    const { base } = await this.owner(request, id);
    const network = networkOf(request);
    const endpoint = await this.endpoints.of(network.id, id);
    if (endpoint?.offersItems) await this.items.ask(network, endpoint, id);
    return new SeeOther(base);
  }

  private async owner(request: PageRequest, locationId: string): Promise<WebhookOwner> {
    await reachable(this.streams, request, locationId);
    return { locationId, base: `/n/${networkOf(request).slug}/locations/${locationId}/webhook` };
  }

  private async page(request: PageRequest, id: string, form?: Form): Promise<Page> {
    const { head } = await locationHead(this.streams, request, id, '/webhook');
    return new Page('network/features/webhook', {
      ...head,
      form: new Form(),
      ...(await this.desk.model(request, await this.owner(request, id), form)),
    });
  }
}

/** The network's own webhook, for all locations that have none. */
@PageController('n/:slug/webhook')
export class NetworkWebhookPage {
  constructor(private readonly desk: WebhookDesk) {}

  @Get()
  @Permit('webhooks.manage', ['employee'])
  show(@Req() request: PageRequest): Promise<Page> {
    return this.page(request);
  }

  @Post()
  @Permit('webhooks.manage', ['employee'])
  set(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.desk.set(request, ownerOf(request), (form) => this.page(request, form));
  }

  @Post('secrets')
  @Permit('webhooks.manage', ['employee'])
  rotate(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.desk.rotate(request, ownerOf(request));
  }

  @Post('standing')
  @Permit('webhooks.manage', ['employee'])
  standing(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.desk.standing(request, ownerOf(request), (form) => this.page(request, form));
  }

  @Post('pings')
  @Permit('webhooks.manage', ['employee'])
  ping(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.desk.ping(request, ownerOf(request), (form) => this.page(request, form));
  }

  private async page(request: PageRequest, form?: Form): Promise<Page> {
    const model = await this.desk.model(request, ownerOf(request), form);
    return new Page('network/features/webhook', { title: request.reader.t('network.webhook.of-network'), form: new Form(), ...model });
  }
}

/** Whoever is bound to one location has nothing to do with the network's. */
function ownerOf(request: PageRequest): WebhookOwner {
  if (reachOf(request.caller) !== undefined) throw new Rejection('not-permitted');
  return { base: `/n/${networkOf(request).slug}/webhook` };
}
