import { type Instant, type Projection } from '../../kernel/event-sourcing';
import type { KnownEndpoint, WebhookEndpointFact } from '../domain/webhook-endpoint';

/** The webhooks of every network; removed ones are not there. */
export interface WebhookEndpointItem {
  readonly network: string;
  readonly locationId: string | null;
  readonly url: string;
  readonly offersItems: boolean;
  /** The last characters of its secret. */
  readonly hint: string;
  readonly status: Exclude<KnownEndpoint['status'], 'removed'>;
  readonly setAt: Instant;
}

export const webhookEndpointList: Projection<WebhookEndpointItem, WebhookEndpointFact, 'WebhookSet'> = {
  name: 'webhook-endpoint-list',
  version: 1,
  keys: ({ endpointId }) => [endpointId],
  indexes: [['network', 'setAt']],
  begins: {
    WebhookSet: ({ locationId, url, offersItems, secret, at }, { network }) => ({
      network,
      locationId: locationId ?? null,
      url,
      offersItems,
      hint: secret.hint,
      status: 'active',
      setAt: at,
    }),
  },
  on: {
    WebhookChanged: (item, { url, offersItems }) => ({ ...item, url, offersItems }),
    WebhookSecretRotated: (item, { secret }) => ({ ...item, hint: secret.hint }),
    WebhookPaused: (item) => ({ ...item, status: 'paused' }),
    WebhookResumed: (item) => ({ ...item, status: 'active' }),
    WebhookDisabled: (item) => ({ ...item, status: 'disabled' }),
    WebhookRemoved: () => null,
  },
};
