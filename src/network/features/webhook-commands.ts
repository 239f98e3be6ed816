import { Injectable } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Ids } from '../../platform/ids';
import { Streams } from '../../platform/event-store/streams';
import { Outgoing } from '../../platform/outgoing/outgoing';
import { DeliverWebhook, queueDelivery, replayDelivery, webhookDelivery, type KnownDelivery } from '../domain/webhook-delivery';
import { location } from '../domain/location';
import { notClosed } from '../domain/location-standing';
import { isThere, pauseWebhook, removeWebhook, resumeWebhook, rotateSecret, setWebhook } from '../domain/webhook-endpoint';
import { WebhookDispatcher } from './webhook-dispatcher';
import { WebhookEndpoints, type EndpointChange } from './webhook-endpoints';
import { streamOf, WebhookSender, type DeliveryChange } from './webhook-sender';

/** How long the secret before goes on signing beside the new one. */
export const OVERLAP_MS = 24 * 3_600_000;

export interface WebhookSettings {
  readonly url: string;
  readonly offersItems: boolean;
}

/** Sets the webhook of a location, or of the whole network where none is named, or changes it. */
export class SetWebhook {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string | undefined,
    readonly settings: WebhookSettings,
  ) {}
}

export class ChangeWebhookStanding {
  constructor(
    readonly context: CommandContext,
    readonly endpointId: string,
    readonly standing: 'paused' | 'active' | 'removed',
  ) {}
}

export class RotateWebhookSecret {
  constructor(
    readonly context: CommandContext,
    readonly endpointId: string,
  ) {}
}

/** A new secret is in the answer of the command that made it, and nowhere else. */
export interface WithSecret {
  readonly change: EndpointChange;
  readonly secret?: string;
}

@CommandHandler(SetWebhook)
export class SetWebhookHandler implements ICommandHandler<SetWebhook> {
  constructor(
    private readonly streams: Streams,
    private readonly endpoints: WebhookEndpoints,
    private readonly outgoing: Outgoing,
  ) {}

  async execute({ context, locationId, settings }: SetWebhook): Promise<WithSecret> {
    const { network, at } = context;
    if (locationId !== undefined) notClosed((await this.streams.state(network, `location-${locationId}`, location)).state);
    const url = await this.outgoing.accept(settings.url);
    const endpointId = this.endpoints.idOf(network, locationId ?? network);
    const { secret, kept } = this.endpoints.newSecret(endpointId);
    const command = { endpointId, locationId, url, offersItems: settings.offersItems, secret: kept, at };
    const change = await this.endpoints.change(context, endpointId, (state) => setWebhook(state, command));
    const isNew = change.facts.some((fact) => fact.type === 'WebhookSet' && fact.data.secret.sealed === kept.sealed);
    return { change, secret: isNew ? secret : undefined };
  }
}

const standings = { paused: pauseWebhook, active: resumeWebhook, removed: removeWebhook } as const;

@CommandHandler(ChangeWebhookStanding)
export class ChangeWebhookStandingHandler implements ICommandHandler<ChangeWebhookStanding> {
  constructor(private readonly endpoints: WebhookEndpoints) {}

  execute({ context, endpointId, standing }: ChangeWebhookStanding): Promise<EndpointChange> {
    const decide = standings[standing];
    return this.endpoints.change(context, endpointId, (state) => decide(state, { at: context.at }));
  }
}

@CommandHandler(RotateWebhookSecret)
export class RotateWebhookSecretHandler implements ICommandHandler<RotateWebhookSecret> {
  constructor(private readonly endpoints: WebhookEndpoints) {}

  async execute({ context, endpointId }: RotateWebhookSecret): Promise<WithSecret> {
    const { at } = context;
    const { secret, kept } = this.endpoints.newSecret(endpointId);
    const overlapUntil = new Date(Date.parse(at) + OVERLAP_MS).toISOString();
    const change = await this.endpoints.change(context, endpointId, (state) => rotateSecret(state, { secret: kept, overlapUntil, at }));
    return { change, secret };
  }
}

/** What people do with deliveries: a test, and sending one again. Both are tried at once, so that the page can say what came of it. */
@Injectable()
export class WebhookDeliveries {
  constructor(
    private readonly streams: Streams,
    private readonly ids: Ids,
    private readonly endpoints: WebhookEndpoints,
    private readonly sender: WebhookSender,
    private readonly dispatcher: WebhookDispatcher,
  ) {}

  /** Sends a `ping`. @throws Rejection `not-found`, `webhook-off` */
  async ping(context: CommandContext, endpointId: string): Promise<DeliveryChange> {
    const { network, at } = context;
    const endpoint = await this.endpoints.state(network, endpointId);
    if (!isThere(endpoint)) throw new Rejection('not-found');
    if (endpoint.status !== 'active') throw new Rejection('webhook-off');
    const deliveryId = this.ids.next('msg');
    const { locationId } = endpoint;
    const command = { deliveryId, endpointId, locationId, type: 'ping', data: { endpointId }, at } as const;
    const change = await this.sender.change(context, deliveryId, (state) => queueDelivery(state, command));
    await this.tryNow(context, deliveryId, endpointId);
    return change;
  }

  /** @throws Rejection `not-found` */
  async replay(context: CommandContext, deliveryId: string): Promise<DeliveryChange> {
    const { actor: by, at } = context;
    const change = await this.sender.change(context, deliveryId, (state) => replayDelivery(state, { by, at }));
    if (change.state.status !== 'unknown') await this.tryNow(context, deliveryId, change.state.endpointId);
    return change;
  }

  /** @throws Rejection `not-found` */
  async now(network: string, deliveryId: string): Promise<KnownDelivery> {
    const { state } = await this.streams.state(network, streamOf(deliveryId), webhookDelivery);
    if (state.status === 'unknown') throw new Rejection('not-found');
    return state;
  }

  private async tryNow(context: CommandContext, deliveryId: string, endpointId: string): Promise<void> {
    const attempt = { ...context, commandId: this.ids.next('cmd'), causation: context.commandId, requestHash: undefined };
    await this.dispatcher.offer(new DeliverWebhook(attempt, deliveryId, endpointId));
  }
}
