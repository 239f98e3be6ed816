import type { OperationFacts, RouteInputs } from './api';
import { inputSchema, referenceTo, type Schema } from './schema';

type Parameter = Record<string, unknown>;

const JSON_TYPE = 'application/json';

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'Your own text for this call. The same key again is the same call: it is answered again, and does not happen again.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  example: 'order-2025-1147-card-1',
};
const IF_MATCH: Parameter = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'The ETag of what you edit, or *',
  schema: { type: 'string' },
  example: '"3"',
};

export function parametersOf(
  inPath: readonly string[],
  { query }: RouteInputs,
  { idempotent, conditional }: OperationFacts,
): readonly Parameter[] {
  const path = inPath.map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    example: `${name === 'id' ? 'id' : name}_01JD8Z4M2Q7RXK3V5T9WBN6CHG`,
  }));
  return [
    ...path,
    ...(query ? queryOf(inputSchema(query)) : []),
    ...(idempotent ? [IDEMPOTENCY_KEY] : []),
    ...(conditional ? [IF_MATCH] : []),
  ];
}

function queryOf({ properties = {}, required = [] }: Schema): readonly Parameter[] {
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description ? { description } : {}),
    schema: Object.fromEntries(Object.entries(schema).filter(([word]) => !word.startsWith('x-'))),
  }));
}

export function bodyOf({ body }: RouteInputs, { example, file }: OperationFacts): object {
  if (file) return { requestBody: { required: true, content: fileContent(file) } };
  if (!body) return {};
  return {
    requestBody: { required: true, content: { [JSON_TYPE]: { schema: referenceTo(body), ...(example === undefined ? {} : { example }) } } },
  };
}

function fileContent({ types, description, example }: NonNullable<OperationFacts['file']>): Record<string, object> {
  const [first = '', ...others] = types;
  const sent = { type: 'string', contentMediaType: first, description };
  const form = { type: 'object', properties: { file: sent }, required: ['file'] };
  return {
    [first]: { schema: { type: 'string', description }, example },
    ...Object.fromEntries(
      others.map((type) => [type, { schema: { type: 'string', format: 'binary', description }, example: '(the file’s bytes)' }]),
    ),
    'multipart/form-data': { schema: form, encoding: { file: { contentType: types.join(', ') } }, example: { file: example } },
  };
}

export function headersOf({ idempotent }: OperationFacts): Record<string, unknown> {
  return {
    'X-Request-Id': { description: 'Yours, or one that we made; name it when you ask us about a request', schema: { type: 'string' } },
    ...(idempotent
      ? {
          'Largesse-Position': { description: 'Send it back with the next read, which then sees this write', schema: { type: 'string' } },
          'Idempotency-Replayed': { description: '`true` when this call had happened before', schema: { type: 'string', enum: ['true'] } },
        }
      : {}),
  };
}

export function answersOf(method: string, { answer, answerExample, status }: OperationFacts, headers: object): Record<string, object> {
  if (answer === undefined) return { '204': { description: 'Done', headers } };
  const code = String(status ?? (method === 'post' ? 201 : 200));
  const schema = 'listOf' in answer ? list(referenceTo(answer.listOf)) : referenceTo(answer);
  return {
    [code]: {
      description: code === '201' ? 'Made' : 'Done',
      headers,
      content: { [JSON_TYPE]: { schema, ...(answerExample === undefined ? {} : { example: answerExample }) } },
    },
  };
}

const list = (items: Schema): Schema => ({
  type: 'object',
  properties: {
    data: { type: 'array', items },
    next: { type: ['string', 'null'], description: 'Give it as `after` for the next page; null at the end' },
  },
  required: ['data', 'next'],
});
