import { createHmac, timingSafeEqual } from 'node:crypto';

/** Constant in time for texts of one length; a text of another length is told apart by that alone. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Square signs the notification URL exactly as it was registered, followed at once by the raw body: HMAC-SHA256 under the subscription's
 * signature key as text, base64, in `x-square-hmacsha256-signature`.
 * https://developer.squareup.com/docs/webhooks/step3validate
 */
export const squareSignature = (key: string, url: string, body: Buffer): string =>
  createHmac('sha256', key).update(url).update(body).digest('base64');

export interface StandardHeaders {
  readonly id?: string;
  /** Unix seconds. */
  readonly timestamp?: string;
  /** `v1,<base64>`, several with spaces. */
  readonly signature?: string;
}

const TOLERANCE_SECONDS = 5 * 60;
const PREFIX = 'whsec_';

/** The HMAC key of a Standard Webhooks secret: what follows `whsec_`, decoded. */
const keyOf = (secret: string): Buffer => Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');

/** Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`. https://www.standardwebhooks.com */
export const standardSignature = (secret: string, id: string, timestamp: string, body: Buffer): string =>
  `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;

/** Undefined when the notice is genuine and of now; else why it is not. `now` in milliseconds. */
export function standardProblem(
  secret: string,
  { id, timestamp, signature }: StandardHeaders,
  body: Buffer,
  now: number,
): 'not-signed' | 'wrong-signature' | 'too-old' | undefined {
  if (!id || !timestamp || !signature || !/^\d{1,12}$/.test(timestamp)) return 'not-signed';
  const right = standardSignature(secret, id, timestamp, body);
  if (!signature.split(' ').some((each) => sameText(each, right))) return 'wrong-signature';
  return Math.abs(Number(timestamp) - now / 1000) > TOLERANCE_SECONDS ? 'too-old' : undefined;
}
