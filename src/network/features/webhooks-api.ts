import { Delete, Get, HttpCode, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Rejection } from '../../kernel/rejection';
import { Models } from '../../platform/read-store/models';
import type { ApiKeyCaller, EmployeeCaller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, Search, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Cursors, type Listed } from '../../platform/web/cursors';
import { Flag, Id, Line, OneOf, Optional, PageQuery, Time } from '../../platform/web/input';
import { Positions } from '../../platform/web/positions';
import { isThere, type KnownEndpoint } from '../domain/webhook-endpoint';
import { webhookEndpointList, type WebhookEndpointItem } from '../read-models/webhook-endpoint-list';
import { reachOf } from './own-location';
import { ChangeWebhookStanding, RotateWebhookSecret, SetWebhook, WebhookDeliveries, type WithSecret } from './webhook-commands';
import { answerOfState, DeliveryAnswer, deliveryExample } from './webhook-deliveries-api';
import { WebhookEndpoints, type EndpointChange } from './webhook-endpoints';

const states = ['active', 'paused', 'disabled'] as const;

export class SetWebhookInput {
  @Line(1_000, {
    description: 'Begins with https:// and is reached from the public internet',
    example: 'https://bluedoor.example/largesse',
  })
  url!: string;
  @Optional() @Id('loc', { description: 'Whose webhook it is; absent: the network’s, for all locations without one' }) locationId?: string;
  @Optional() @Flag({ description: 'Whether it also answers GET with the items on sale; default false' }) offersItems?: boolean;
}

export class ChangeWebhookInput {
  @Optional() @Line(1_000, { example: 'https://bluedoor.example/largesse' }) url?: string;
  @Optional() @Flag() offersItems?: boolean;
  @Optional() @OneOf(['active', 'paused'], { description: 'Notices of a paused one are kept' }) status?: 'active' | 'paused';
}

/** A webhook: where it is and how it stands; never its secret. */
export class WebhookEndpointAnswer {
  @Id('whe') id!: string;
  @Optional() @Id('loc', { description: 'Absent: the network’s own' }) locationId?: string;
  @Line(1_000) url!: string;
  @Flag() offersItems!: boolean;
  @OneOf(states, { description: '`disabled`: it answered 410, or took nothing for days' }) status!: (typeof states)[number];
  @Line(8, { description: 'The last characters of its secret' }) secretHint!: string;
  @Time() setAt!: string;
}

/** A webhook with its secret, once. */
export class WebhookSecretAnswer extends WebhookEndpointAnswer {
  @Optional() @Line(120, { description: 'Only when it was just made. Keep it: it is not shown again.' }) secret?: string;
}

const example = {
  id: 'whe_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  locationId: 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  url: 'https://bluedoor.example/largesse',
  offersItems: true,
  status: 'active',
  secretHint: 'LaSw',
  setAt: '2026-11-22T15:30:00.000Z',
};
const withSecret = { ...example, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
const refusals = ['address-unusable', 'address-not-https', 'address-not-public', 'address-unknown', 'location-closed'];
type ByNetwork = ApiRequest & { caller: ApiKeyCaller | EmployeeCaller };

@ApiController('webhook-endpoints')
export class WebhookEndpointsApi {
  constructor(
    private readonly models: Models,
    private readonly positions: Positions,
    private readonly cursors: Cursors,
    private readonly endpoints: WebhookEndpoints,
    private readonly deliveries: WebhookDeliveries,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
  ) {}

  @Post()
  @Permit('webhooks.manage')
  @Operation({
    id: 'setWebhookEndpoint',
    summary: 'Set the webhook of a location or of the network',
    description: 'Each has one at most: where there is one it is changed, and keeps its secret. docs/webhooks.md says what it is sent.',
    example: { url: example.url, locationId: example.locationId, offersItems: true },
    answer: WebhookSecretAnswer,
    answerExample: withSecret,
    refusals,
  })
  async set(
    @Input() { url, locationId, offersItems = false }: SetWebhookInput,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<WebhookSecretAnswer> {
    const bound = reachOf(request.caller);
    if (bound !== undefined && bound !== locationId) throw new Rejection('not-found');
    const command = new SetWebhook(this.contexts.once(request), locationId, { url, offersItems });
    const { change, secret } = await this.commands.execute<SetWebhook, WithSecret>(command);
    this.contexts.answer(reply, change);
    return { ...stateAnswer(change.state as KnownEndpoint), ...(secret === undefined ? {} : { secret }) };
  }

  @Get()
  @Permit('webhooks.manage')
  @Operation({
    id: 'listWebhookEndpoints',
    summary: 'List webhooks, oldest first',
    answer: { listOf: WebhookEndpointAnswer },
    answerExample: { data: [example], next: null },
    refusals: ['cursor-unusable'],
  })
  async list(@Search() { limit = 50, after }: PageQuery, @Req() request: ByNetwork): Promise<Listed<WebhookEndpointAnswer>> {
    const { network } = request.caller;
    const bound = reachOf(request.caller);
    await this.models.settled(webhookEndpointList, this.positions.of(request));
    const list = [network, 'webhook-endpoints', bound ?? null];
    const found = await this.models.find<WebhookEndpointItem>(webhookEndpointList, {
      filter: { network, ...(bound === undefined ? {} : { locationId: bound }) },
      sort: ['setAt', 'id'],
      after: this.cursors.open(list, after),
      limit: limit + 1,
    });
    const { data, next } = this.cursors.page(list, found, limit, (each) => [each.setAt, each.id]);
    return { data: data.map(({ locationId, ...item }) => answerOf({ ...item, locationId: locationId ?? undefined })), next };
  }

  @Get(':id')
  @Permit('webhooks.manage')
  @Operation({ id: 'getWebhookEndpoint', summary: 'Read a webhook', answer: WebhookEndpointAnswer, answerExample: example })
  async read(@Param('id') id: string, @Req() request: ByNetwork): Promise<WebhookEndpointAnswer> {
    return stateAnswer(await this.known(request, id));
  }

  @Patch(':id')
  @Permit('webhooks.manage')
  @Operation({
    id: 'changeWebhookEndpoint',
    summary: 'Change a webhook, pause it or switch it on',
    description: 'What is left out stays as it is. Switched on, it is sent what was kept in the last three days.',
    example: { status: 'paused' },
    answer: WebhookEndpointAnswer,
    answerExample: { ...example, status: 'paused' },
    refusals,
  })
  async change(
    @Param('id') id: string,
    @Input() input: ChangeWebhookInput,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<WebhookEndpointAnswer> {
    const known = await this.known(request, id);
    const { url = known.url, offersItems = known.offersItems, status } = input;
    if (url !== known.url || offersItems !== known.offersItems) {
      const command = new SetWebhook(this.contexts.once(request), known.locationId, { url, offersItems });
      this.contexts.answer(reply, (await this.commands.execute<SetWebhook, WithSecret>(command)).change);
    }
    if (status !== undefined) this.contexts.answer(reply, await this.stand(request, id, status));
    return stateAnswer(await this.known(request, id));
  }

  @Delete(':id')
  @Permit('webhooks.manage')
  @Operation({ id: 'removeWebhookEndpoint', summary: 'Remove a webhook', description: 'What waits for it is not sent any more.' })
  async remove(@Param('id') id: string, @Req() request: ByNetwork, @Res({ passthrough: true }) reply: ApiReply): Promise<void> {
    await this.known(request, id);
    this.contexts.answer(reply, await this.stand(request, id, 'removed'));
  }

  @Post(':id/secrets')
  @Permit('webhooks.manage')
  @Operation({
    id: 'rotateWebhookSecret',
    summary: 'Make a new secret',
    description: 'For a day everything is signed with the former one too. The new one is in this answer and nowhere else.',
    answer: WebhookSecretAnswer,
    answerExample: withSecret,
  })
  async rotate(
    @Param('id') id: string,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<WebhookSecretAnswer> {
    await this.known(request, id);
    const command = new RotateWebhookSecret(this.contexts.once(request), id);
    const { change, secret } = await this.commands.execute<RotateWebhookSecret, WithSecret>(command);
    this.contexts.answer(reply, change);
    return { ...stateAnswer(change.state as KnownEndpoint), secret };
  }

  @Post(':id/pings')
  @HttpCode(201)
  @Permit('webhooks.manage')
  @Operation({
    id: 'pingWebhookEndpoint',
    summary: 'Send a test',
    description: 'A notice of the type `ping`, tried at once. The answer says what came of it.',
    answer: DeliveryAnswer,
    answerExample: { ...deliveryExample, type: 'ping' },
    refusals: ['webhook-off'],
  })
  async ping(@Param('id') id: string, @Req() request: ByNetwork, @Res({ passthrough: true }) reply: ApiReply): Promise<DeliveryAnswer> {
    await this.known(request, id);
    const change = await this.deliveries.ping(this.contexts.once(request), id);
    this.contexts.answer(reply, change);
    if (change.state.status === 'unknown') throw new Rejection('not-found');
    return answerOfState(await this.deliveries.now(request.caller.network, change.state.id));
  }

  private stand(request: ByNetwork, id: string, standing: 'active' | 'paused' | 'removed'): Promise<EndpointChange> {
    const command = new ChangeWebhookStanding(this.contexts.once(request), id, standing);
    return this.commands.execute<ChangeWebhookStanding, EndpointChange>(command);
  }

  /** @throws Rejection `not-found`, also for what the caller does not reach */
  private async known({ caller }: ByNetwork, id: string): Promise<KnownEndpoint> {
    const state = await this.endpoints.state(caller.network, id);
    const bound = reachOf(caller);
    if (!isThere(state) || (bound !== undefined && state.locationId !== bound)) throw new Rejection('not-found');
    return state;
  }
}

type Shown = Pick<KnownEndpoint, 'id' | 'locationId' | 'url' | 'offersItems' | 'status' | 'setAt'> & { readonly hint: string };

const stateAnswer = (endpoint: KnownEndpoint): WebhookEndpointAnswer => answerOf({ ...endpoint, hint: endpoint.secret.hint });

function answerOf({ id, locationId, url, offersItems, status, hint, setAt }: Shown): WebhookEndpointAnswer {
  const owner = locationId === undefined ? {} : { locationId };
  return { id, ...owner, url, offersItems, status: status as WebhookEndpointAnswer['status'], secretHint: hint, setAt };
}
