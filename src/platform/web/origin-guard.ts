import type { FastifyRequest } from 'fastify';
import { Rejection } from '../../kernel/rejection';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses what another site made a browser send (CSRF). Browsers say where a request comes from: `Sec-Fetch-Site` on secure origins,
 * `Origin` on every unsafe method. A request that says neither did not come from a page of ours. Requests with an Authorization
 * header are left alone: a browser never adds one by itself. So are requests to the API without any cookie: they act for nobody, and a
 * caller that forgot its key is told so by the guard.
 * @throws Rejection `foreign-origin`
 */
export function refuseForeignOrigin(request: FastifyRequest, ownOrigin: string): void {
  const { authorization, cookie } = request.headers;
  if (SAFE.has(request.method) || authorization !== undefined) return;
  if (cookie === undefined && request.url.startsWith('/v1/')) return;
  const site = request.headers['sec-fetch-site'];
  const origin = request.headers.origin;
  if (site !== undefined ? site === 'same-origin' : origin === ownOrigin) return;
  throw new Rejection('foreign-origin');
}
