import { Injectable } from '@nestjs/common';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Clock } from '../../platform/clock';
import { Streams, type Change, type Decision } from '../../platform/event-store/streams';
import { Outgoing, OutgoingFailure, type OutgoingAnswer } from '../../platform/outgoing/outgoing';
import {
  isDue,
  parkDelivery,
  recordAttempt,
  webhookDelivery,
  type KnownDelivery,
  type ParkedWhy,
  type RecordAttempt,
  type WebhookDelivery,
  type WebhookDeliveryFact,
} from '../domain/webhook-delivery';
import type { KnownEndpoint, WebhookEndpoint } from '../domain/webhook-endpoint';
import { WebhookEndpoints } from './webhook-endpoints';
import { signed } from './webhook-signature';

export type DeliveryChange = Change<WebhookDelivery, WebhookDeliveryFact>;

/** Bytes of an answer that are read, and of those the ones that are kept. */
const MOST_READ = 4_096;
const KEPT = 1_024;
export const USER_AGENT = 'Largesse-Webhooks/1';

/** The message, the same bytes at every attempt. */
export const bodyOf = ({ type, queuedAt, data }: KnownDelivery): string => JSON.stringify({ type, timestamp: queuedAt, data });

/** Makes one attempt at a delivery and writes down what came of it. */
@Injectable()
export class WebhookSender {
  constructor(
    private readonly streams: Streams,
    private readonly endpoints: WebhookEndpoints,
    private readonly outgoing: Outgoing,
    private readonly clock: Clock,
  ) {}

  /** Nothing when it is not due: it has been delivered or parked meanwhile, or another attempt came first. */
  async attempt(context: CommandContext, deliveryId: string): Promise<void> {
    const { network } = context;
    const { state } = await this.streams.state(network, streamOf(deliveryId), webhookDelivery);
    if (state.status !== 'waiting' || !isDue(state, this.clock.now())) return;
    const endpoint = await this.endpoints.state(network, state.endpointId);
    const off = await this.offBecause(network, endpoint);
    if (off) {
      await this.change(context, deliveryId, (now) => parkDelivery(now, { why: off, at: context.at }));
      return;
    }
    const made = await this.send(state, endpoint as KnownEndpoint);
    await this.change(context, deliveryId, (now) => recordAttempt(now, made));
  }

  change(context: CommandContext, deliveryId: string, decide: Decision<WebhookDelivery, WebhookDeliveryFact>): Promise<DeliveryChange> {
    return this.streams.change(context, streamOf(deliveryId), webhookDelivery, decide);
  }

  private async offBecause(network: string, endpoint: WebhookEndpoint): Promise<ParkedWhy | undefined> {
    if (endpoint.status === 'unset' || endpoint.status === 'removed') return 'removed';
    if (endpoint.locationId !== undefined && (await this.endpoints.isClosed(network, endpoint.locationId))) return 'location-closed';
    return endpoint.status === 'active' ? undefined : endpoint.status;
  }

  private async send(delivery: KnownDelivery, endpoint: KnownEndpoint): Promise<RecordAttempt> {
    const body = bodyOf(delivery);
    const timestamp = Math.floor(this.clock.millis() / 1_000);
    const headers = signed(this.endpoints.secrets(endpoint, this.clock.now()), delivery.id, timestamp, body);
    const { url } = endpoint;
    const made = { attempt: delivery.attempts + 1, url, signature: headers['webhook-signature'], timestamp };
    try {
      const answer = await this.outgoing.send({
        method: 'POST',
        url,
        headers: { ...headers, 'content-type': 'application/json', 'user-agent': USER_AGENT },
        body,
        most: MOST_READ,
        beyond: 'cut',
      });
      const { status, took } = answer;
      return { ...made, status, answer: kept(answer), took, retryAfter: secondsOf(answer, this.clock.millis()), at: this.clock.now() };
    } catch (error) {
      if (!(error instanceof OutgoingFailure)) throw error;
      const problem = error.problem === 'too-large' ? 'broken' : error.problem;
      return { ...made, error: problem, took: error.took, at: this.clock.now() };
    }
  }
}

export const streamOf = (deliveryId: string): string => `webhookDelivery-${deliveryId}`;

/** The beginning of the answer as text; undefined where there is none. */
function kept({ body }: OutgoingAnswer): string | undefined {
  const text = body
    .subarray(0, KEPT)
    .toString('utf8')
    .replace(/[^\P{Cc}\n\t]/gu, ' ')
    .replace(/\uFFFD+$/, '')
    .trim();
  return text === '' ? undefined : text;
}

/** Retry-After as seconds from now (RFC 9110, 10.2.3): a number or a date. */
function secondsOf({ headers }: OutgoingAnswer, now: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1_000));
}
