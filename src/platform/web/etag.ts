import type { FastifyReply, FastifyRequest } from 'fastify';
import { Rejection } from '../../kernel/rejection';

/** The ETag of an entity is its stream's revision: what a person saw when they began to edit. */
export const setRevision = (reply: FastifyReply, revision: number): void => void reply.header('etag', `"${revision}"`);

/**
 * The revision that the caller edits, from `If-Match`; undefined for `*`.
 * @throws Rejection `if-match-missing`, `if-match-unusable`
 */
export function expectedRevision(request: FastifyRequest): number | undefined {
  const text = request.headers['if-match'];
  if (text === undefined) throw new Rejection('if-match-missing');
  if (text === '*') return undefined;
  const digits = /^"(\d{1,15})"$/.exec(text)?.[1];
  if (digits === undefined) throw new Rejection('if-match-unusable');
  return Number(digits);
}

/** @throws Rejection `edited-meanwhile` */
export function sameRevision(expected: number | undefined, actual: number): void {
  if (expected !== undefined && expected !== actual) throw new Rejection('edited-meanwhile');
}
