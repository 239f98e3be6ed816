import type { FastifyReply } from 'fastify';

const POLICY: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
};

const written = (policy: Readonly<Record<string, string>>): string =>
  Object.entries(policy)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');

const STANDARD = written(POLICY);

/** What every page says; `https` adds that it will never be plain again. */
export function pageHeaders(https: boolean): Readonly<Record<string, string>> {
  return {
    'content-security-policy': STANDARD,
    'x-content-type-options': 'nosniff',
    // Not `no-referrer`: with it browsers send `Origin: null` and our own forms would look foreign.
    'referrer-policy': 'same-origin',
    'permissions-policy': 'camera=(self), microphone=(), geolocation=(), payment=()',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
    ...(https ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}

/** What every answer of the API says. */
export function apiHeaders(https: boolean): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(https ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  };
}

/** Widens the policy for one page: `{ 'frame-src': "'self'" }`. */
export const setPolicy = (reply: FastifyReply, additions: Readonly<Record<string, string>>): void =>
  void reply.header('content-security-policy', written({ ...POLICY, ...additions }));

/** Another policy altogether, for what is no page of ours (a mail in its frame). */
export function setWholePolicy(reply: FastifyReply, policy: Readonly<Record<string, string>>): void {
  reply.header('content-security-policy', written(policy));
}
