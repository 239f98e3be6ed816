import { unknownFact, type Actor, type Aggregate, type CommandContext, type Fact, type Instant } from '../../kernel/event-sourcing';
import { factNames } from '../../kernel/registration';
import { Rejection } from '../../kernel/rejection';
import { nextAttemptAt } from './webhook-schedule';

/** What webhooks tell of; `ping` is the test that people send by a button. */
export const noticeTypes = ['redemption.completed', 'redemption.reversed', 'ping'] as const;
export type NoticeType = (typeof noticeTypes)[number];

/**
 * One notice on its way to an endpoint (stream `webhookDelivery-{deliveryId}`). Its id is the message's `webhook-id`: the same at every
 * attempt, so that the receiver recognises a repeat.
 */
export type WebhookDeliveryQueued = Fact<
  'WebhookDeliveryQueued',
  {
    deliveryId: string;
    endpointId: string;
    /** The location that the notice is about, also where the endpoint is the network's. */
    locationId?: string;
    type: NoticeType;
    /** As it is sent: no card's code and nobody's name. */
    data: Readonly<Record<string, unknown>>;
    at: Instant;
  }
>;
export type WebhookDeliveryAttempted = Fact<'WebhookDeliveryAttempted', { deliveryId: string } & Attempt>;
export type WebhookDelivered = Fact<'WebhookDelivered', { deliveryId: string; attempt: number; at: Instant }>;
export type WebhookDeliveryParked = Fact<'WebhookDeliveryParked', { deliveryId: string; why: ParkedWhy; at: Instant }>;
/** Sent again, by a person or because its endpoint works again; the schedule begins anew. */
export type WebhookDeliveryReplayed = Fact<'WebhookDeliveryReplayed', { deliveryId: string; by: Actor; at: Instant }>;

export type WebhookDeliveryFact =
  WebhookDeliveryQueued | WebhookDeliveryAttempted | WebhookDelivered | WebhookDeliveryParked | WebhookDeliveryReplayed;

export const webhookDeliveryFacts = factNames<WebhookDeliveryFact>()({
  WebhookDeliveryQueued: true,
  WebhookDeliveryAttempted: true,
  WebhookDelivered: true,
  WebhookDeliveryParked: true,
  WebhookDeliveryReplayed: true,
});

/** Why nothing more is tried: the schedule is at its end, the endpoint said 410, or is off, or its location is closed. */
export const parkedWhys = ['given-up', 'gone', 'paused', 'disabled', 'removed', 'location-closed'] as const;
export type ParkedWhy = (typeof parkedWhys)[number];

/** What kept an attempt from being answered. */
export const attemptErrors = ['late', 'unknown-host', 'not-public', 'unreachable', 'tls', 'broken'] as const;
export type AttemptError = (typeof attemptErrors)[number];

export interface Attempt {
  /** Counts from 1 over the whole life of the delivery. */
  readonly attempt: number;
  readonly url: string;
  /** Both are sent as headers of this attempt. */
  readonly signature: string;
  readonly timestamp: number;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  readonly error?: AttemptError;
  /** The first kilobyte of the answer. */
  readonly answer?: string;
  /** Milliseconds. */
  readonly took: number;
  /** Absent when this was the last one. */
  readonly nextAt?: Instant;
  readonly at: Instant;
}

export interface KnownDelivery {
  readonly status: 'waiting' | 'delivered' | 'parked';
  readonly id: string;
  readonly endpointId: string;
  readonly locationId?: string;
  readonly type: NoticeType;
  readonly data: Readonly<Record<string, unknown>>;
  readonly queuedAt: Instant;
  readonly attempts: number;
  /** Attempts before the schedule began anew. */
  readonly formerAttempts: number;
  /** Of the next attempt, while it waits. */
  readonly dueAt?: Instant;
  readonly why?: ParkedWhy;
}
export type WebhookDelivery = { readonly status: 'unknown' } | KnownDelivery;

export const webhookDelivery: Aggregate<WebhookDelivery, WebhookDeliveryFact> = {
  initial: { status: 'unknown' },
  evolve(state, fact) {
    if (fact.type === 'WebhookDeliveryQueued') {
      const { deliveryId, endpointId, locationId, type, data, at } = fact.data;
      const begun = { id: deliveryId, endpointId, locationId, type, data, queuedAt: at, dueAt: at };
      return { status: 'waiting', ...begun, attempts: 0, formerAttempts: 0 };
    }
    if (state.status === 'unknown') throw new Error(`${fact.type} before WebhookDeliveryQueued`);
    switch (fact.type) {
      case 'WebhookDeliveryAttempted':
        return { ...state, attempts: fact.data.attempt, dueAt: fact.data.nextAt };
      case 'WebhookDelivered':
        return { ...state, status: 'delivered', dueAt: undefined };
      case 'WebhookDeliveryParked':
        return { ...state, status: 'parked', dueAt: undefined, why: fact.data.why };
      case 'WebhookDeliveryReplayed':
        return { ...state, status: 'waiting', dueAt: fact.data.at, formerAttempts: state.attempts, why: undefined };
      default:
        return unknownFact(fact);
    }
  },
};

export interface QueueDelivery {
  readonly deliveryId: string;
  readonly endpointId: string;
  readonly locationId?: string;
  readonly type: NoticeType;
  readonly data: Readonly<Record<string, unknown>>;
  /** Its endpoint takes nothing now: the notice is kept, and waits. */
  readonly off?: 'paused' | 'disabled';
  readonly at: Instant;
}

/** Once: the id derives from what the notice is about, so a repeat finds it here. */
export function queueDelivery(state: WebhookDelivery, command: QueueDelivery): WebhookDeliveryFact[] {
  const { deliveryId, endpointId, locationId, type, data, off, at } = command;
  if (state.status !== 'unknown') return [];
  const place = locationId === undefined ? {} : { locationId };
  const queued: WebhookDeliveryFact = { type: 'WebhookDeliveryQueued', data: { deliveryId, endpointId, ...place, type, data, at } };
  return off ? [queued, { type: 'WebhookDeliveryParked', data: { deliveryId, why: off, at } }] : [queued];
}

/** Tells a delivery that its time has come. */
export class DeliverWebhook {
  constructor(
    readonly context: CommandContext,
    readonly deliveryId: string,
    readonly endpointId: string,
  ) {}
}

export const isDue = (state: WebhookDelivery, now: Instant): boolean =>
  state.status === 'waiting' && state.dueAt !== undefined && state.dueAt <= now;

export interface RecordAttempt extends Omit<Attempt, 'nextAt'> {
  /** Seconds that the receiver asked for. */
  readonly retryAfter?: number;
}

/** What came of an attempt. Only one of two that ran side by side counts; both carried the same id. */
export function recordAttempt(state: WebhookDelivery, { retryAfter, ...made }: RecordAttempt): WebhookDeliveryFact[] {
  if (state.status !== 'waiting' || made.attempt !== state.attempts + 1) return [];
  const { id: deliveryId, formerAttempts } = state;
  const { attempt, status, at } = made;
  if (status !== undefined && status >= 200 && status < 300)
    return [attempted(deliveryId, made), { type: 'WebhookDelivered', data: { deliveryId, attempt, at } }];
  if (status === 410) return [attempted(deliveryId, made), { type: 'WebhookDeliveryParked', data: { deliveryId, why: 'gone', at } }];
  const nextAt = nextAttemptAt(deliveryId, attempt - formerAttempts, at, retryAfter);
  if (nextAt === undefined)
    return [attempted(deliveryId, made), { type: 'WebhookDeliveryParked', data: { deliveryId, why: 'given-up', at } }];
  return [attempted(deliveryId, { ...made, nextAt })];
}

function attempted(deliveryId: string, made: Attempt): WebhookDeliveryAttempted {
  const { attempt, url, signature, timestamp, status, error, answer, took, nextAt, at } = made;
  const outcome = {
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error }),
    ...(answer === undefined ? {} : { answer }),
  };
  const next = nextAt === undefined ? {} : { nextAt };
  return { type: 'WebhookDeliveryAttempted', data: { deliveryId, attempt, url, signature, timestamp, ...outcome, took, ...next, at } };
}

/** Ends what waits; what is delivered or parked stays as it is. */
export function parkDelivery(state: WebhookDelivery, { why, at }: { why: ParkedWhy; at: Instant }): WebhookDeliveryFact[] {
  return state.status === 'waiting' ? [{ type: 'WebhookDeliveryParked', data: { deliveryId: state.id, why, at } }] : [];
}

/** Sends it again now, whatever became of it; one that is due already stays so. */
export function replayDelivery(state: WebhookDelivery, { by, at }: { by: Actor; at: Instant }): WebhookDeliveryFact[] {
  if (state.status === 'unknown') throw new Rejection('not-found');
  return isDue(state, at) ? [] : [{ type: 'WebhookDeliveryReplayed', data: { deliveryId: state.id, by, at } }];
}

/** Only what its endpoint's being off kept back. */
export function replayKept(state: WebhookDelivery, { by, at }: { by: Actor; at: Instant }): WebhookDeliveryFact[] {
  const kept = state.status === 'parked' && (state.why === 'paused' || state.why === 'disabled' || state.why === 'gone');
  return kept ? [{ type: 'WebhookDeliveryReplayed', data: { deliveryId: state.id, by, at } }] : [];
}
