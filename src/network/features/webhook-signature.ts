import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** What every call carries: an id that stays the same when it is repeated, the time of this attempt, and the signatures. */
export interface SignedHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * Standard Webhooks 1.0 (https://www.standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body` under the decoded bytes of the secret,
 * one `v1,…` for each secret while two are good. `timestamp` in seconds.
 */
export function signed(secrets: readonly string[], id: string, timestamp: number, body: string): SignedHeaders {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}
