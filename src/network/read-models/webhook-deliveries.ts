import type { Instant, Projection, WakeUp, WakeUpDocument } from '../../kernel/event-sourcing';
import {
  DeliverWebhook,
  type AttemptError,
  type KnownDelivery,
  type NoticeType,
  type ParkedWhy,
  type WebhookDeliveryFact,
} from '../domain/webhook-delivery';

/** A delivery as lists show it; its attempts are in its stream. */
export interface WebhookDeliveryItem {
  readonly network: string;
  readonly endpointId: string;
  readonly locationId: string | null;
  readonly type: NoticeType;
  readonly status: KnownDelivery['status'];
  readonly why: ParkedWhy | null;
  readonly attempts: number;
  readonly queuedAt: Instant;
  readonly lastAt: Instant | null;
  readonly lastStatus: number | null;
  readonly lastError: AttemptError | null;
  readonly nextAt: Instant | null;
}

export const webhookDeliveryList: Projection<WebhookDeliveryItem, WebhookDeliveryFact, 'WebhookDeliveryQueued'> = {
  name: 'webhook-delivery-list',
  version: 1,
  keys: ({ deliveryId }) => [deliveryId],
  indexes: [
    ['network', 'queuedAt'],
    ['network', 'locationId', 'queuedAt'],
    ['endpointId', 'status', 'queuedAt'],
    ['locationId', 'status'],
  ],
  begins: {
    WebhookDeliveryQueued: ({ endpointId, locationId, type, at }, { network }) => ({
      network,
      endpointId,
      locationId: locationId ?? null,
      type,
      status: 'waiting',
      why: null,
      attempts: 0,
      queuedAt: at,
      lastAt: null,
      lastStatus: null,
      lastError: null,
      nextAt: at,
    }),
  },
  on: {
    WebhookDeliveryAttempted: (item, { attempt, status, error, nextAt, at }) => ({
      ...item,
      attempts: attempt,
      lastAt: at,
      lastStatus: status ?? null,
      lastError: error ?? null,
      nextAt: nextAt ?? null,
    }),
    WebhookDelivered: (item) => ({ ...item, status: 'delivered', nextAt: null }),
    WebhookDeliveryParked: (item, { why }) => ({ ...item, status: 'parked', why, nextAt: null }),
    WebhookDeliveryReplayed: (item, { at }) => ({ ...item, status: 'waiting', why: null, nextAt: at }),
  },
};

interface DueDelivery extends WakeUpDocument {
  readonly endpointId: string;
}

/** A delivery keeps its document to the end, so that sending it again needs to know nothing more. */
const NEVER: Instant = '9999-12-31T23:59:59.999Z';

const deliveriesDue: Projection<DueDelivery, WebhookDeliveryFact, 'WebhookDeliveryQueued'> = {
  name: 'webhook-deliveries-due',
  version: 1,
  keys: ({ deliveryId }) => [deliveryId],
  indexes: [['dueAt']],
  begins: { WebhookDeliveryQueued: ({ endpointId, at }, { network }) => ({ dueAt: at, network, endpointId }) },
  on: {
    WebhookDeliveryAttempted: (doc, { nextAt }) => ({ ...doc, dueAt: nextAt ?? NEVER }),
    WebhookDelivered: (doc) => ({ ...doc, dueAt: NEVER }),
    WebhookDeliveryParked: (doc) => ({ ...doc, dueAt: NEVER }),
    WebhookDeliveryReplayed: (doc, { at }) => ({ ...doc, dueAt: at }),
  },
};

export const deliverWebhookWhenDue: WakeUp<DueDelivery> = {
  projection: deliveriesDue,
  command: ({ endpointId }, deliveryId, context) => new DeliverWebhook(context, deliveryId, endpointId),
};
