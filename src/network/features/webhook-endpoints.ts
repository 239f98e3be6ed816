import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Streams, type Change, type Decision } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { Vault } from '../../platform/security/vault';
import { location } from '../domain/location';
import {
  isThere,
  webhookEndpoint,
  type KnownEndpoint,
  type SealedSecret,
  type WebhookEndpoint,
  type WebhookEndpointFact,
} from '../domain/webhook-endpoint';

export type EndpointChange = Change<WebhookEndpoint, WebhookEndpointFact>;

/** Standard Webhooks asks for 24 to 64 random bytes. */
const SECRET_BYTES = 32;
const HINT = 4;

/** The endpoints of a network and of its locations: one each at most, found by their owner. */
@Injectable()
export class WebhookEndpoints {
  constructor(
    private readonly streams: Streams,
    private readonly ids: Ids,
    private readonly vault: Vault,
  ) {}

  /** The id that the owner's endpoint has, whether it is set or not. `owner`: a location's id or the network's own. */
  idOf(network: string, owner: string): string {
    return this.ids.derived('whe', network, 'webhook-endpoint', owner);
  }

  async state(network: string, endpointId: string): Promise<WebhookEndpoint> {
    return (await this.streams.state(network, `webhookEndpoint-${endpointId}`, webhookEndpoint)).state;
  }

  /** The owner's endpoint, if it has one. */
  async of(network: string, owner: string): Promise<KnownEndpoint | undefined> {
    const state = await this.state(network, this.idOf(network, owner));
    return isThere(state) ? state : undefined;
  }

  /** The one that hears of what happens at a location: its own while it is not closed, else the network's. */
  async hearing(network: string, locationId: string): Promise<KnownEndpoint | undefined> {
    const own = await this.of(network, locationId);
    return own && !(await this.isClosed(network, locationId)) ? own : this.of(network, network);
  }

  async isClosed(network: string, locationId: string): Promise<boolean> {
    return (await this.streams.state(network, `location-${locationId}`, location)).state.status === 'closed';
  }

  change(context: CommandContext, endpointId: string, decide: Decision<WebhookEndpoint, WebhookEndpointFact>): Promise<EndpointChange> {
    return this.streams.change(context, `webhookEndpoint-${endpointId}`, webhookEndpoint, decide);
  }

  /** A new secret, to be shown once, and how it is kept. */
  newSecret(endpointId: string): { secret: string; kept: SealedSecret } {
    const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    return { secret, kept: { sealed: this.vault.seal(secret, boundTo(endpointId)), hint: secret.slice(-HINT) } };
  }

  /** The secrets that sign now: the newest first. */
  secrets({ id, secret, former }: KnownEndpoint, now: string): readonly string[] {
    const all = former && former.until > now ? [secret, former] : [secret];
    return all.map(({ sealed }) => this.vault.unseal(sealed, boundTo(id)));
  }
}

const boundTo = (endpointId: string): string => `webhook-secret ${endpointId}`;
