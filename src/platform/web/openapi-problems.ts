import type { Registry } from '../registry';
import type { RouteRule } from '../security/permit';
import type { OperationFacts, RouteInputs } from './api';
import type { Schema } from './schema';

export const PROBLEM_SCHEMA: Schema = {
  type: 'object',
  description: 'RFC 9457',
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'A page about this kind of problem' },
    title: { type: 'string', description: 'A sentence, in the language of Accept-Language (en, fr)' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'Stable; decide by it' },
    details: { type: 'object', description: 'Figures of the refusal, such as the balance', additionalProperties: true },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          pointer: { type: 'string', description: 'JSON pointer into the body' },
          code: { type: 'string' },
          detail: { type: 'string' },
        },
        required: ['pointer', 'code', 'detail'],
      },
    },
    requestId: { type: 'string' },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
};

const MEANING: Readonly<Record<number, string>> = {
  400: 'The request cannot be read, or a header is missing',
  401: 'No key, or a key that does not work',
  403: 'The key lacks the scope',
  404: 'There is no such thing, or it is another network’s',
  409: 'The state does not allow it',
  410: 'It is gone',
  413: 'The body is too large',
  415: 'The body is not JSON',
  422: 'A field cannot be used',
  429: 'Too many requests; Retry-After says when',
  503: 'Busy, or a store does not answer; Retry-After says when',
};

/** Every refusal that this operation can answer with. */
export function refusalCodes(
  { refusals = [], idempotent, conditional }: OperationFacts,
  { body, query }: RouteInputs,
  byPath: boolean,
  rule: RouteRule | undefined,
): readonly string[] {
  const codes = [...refusals, 'busy', 'too-many-requests'];
  if (rule?.kind !== 'public') codes.push('api-key-missing', 'api-key-not-valid', 'not-permitted');
  if (byPath) codes.push('not-found');
  if (body) codes.push('input-unreadable', 'input-too-large', 'content-type-not-supported');
  if (body || query) codes.push('input-invalid');
  if (query?.prototype && 'after' in (query.prototype as object)) codes.push('cursor-unusable');
  if (idempotent) codes.push('idempotency-key-missing', 'idempotency-key-unusable', 'idempotency-key-reused');
  if (conditional) codes.push('if-match-missing', 'if-match-unusable', 'edited-meanwhile');
  return [...new Set(codes)];
}

/** One example a code, for all operations that can answer it. */
export const problemExamples = (codes: Iterable<string>, registry: Registry): Record<string, object> =>
  Object.fromEntries(
    [...codes].sort().map((code) => [code, { summary: code, value: example(registry.rejections[code]!.status, code, registry) }]),
  );

/** @throws Error for a code that no table knows */
export function problemResponses(codes: readonly string[], registry: Registry): Record<string, object> {
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const entry = registry.rejections[code];
    if (!entry) throw new Error(`An operation names the refusal ${code}, which no registration knows`);
    byStatus.set(entry.status, [...(byStatus.get(entry.status) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].sort(([a], [b]) => a - b).map(([status, all]) => [String(status), response(status, all)]));
}

function response(status: number, codes: readonly string[]): object {
  const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
  const wait =
    status === 429 || status === 503 ? { headers: { 'Retry-After': { description: 'Seconds', schema: { type: 'string' } } } } : {};
  const list = codes.map((code) => `\`${code}\``).join(', ');
  return {
    description: `${MEANING[status] ?? 'Refused'}: ${list}`,
    ...wait,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, examples } },
  };
}

const FIGURES: Readonly<Record<string, string>> = { balance: '$74.50', limit: '2,000', amount: '$20.00', expected: 'USD', given: 'CAD' };

function example(status: number, code: string, registry: Registry): object {
  const sentence = registry.rejections[code]!.en.replace(/\{(\w+)\}/g, (_, name: string) => FIGURES[name] ?? '3');
  const invalid = code === 'input-invalid';
  return {
    type: `/problems/${code}`,
    title: sentence,
    status,
    detail: invalid ? '/amount/amount: 1 or more.' : sentence,
    code,
    ...(invalid ? { errors: [{ pointer: '/amount/amount', code: 'too-small', detail: '1 or more.' }] } : {}),
    requestId: 'req_0b6c1a52-7f1e-4c57-9a39-6a7f3f0c9d11',
  };
}
