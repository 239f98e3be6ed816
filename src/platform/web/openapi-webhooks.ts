import { describedNotices, type DescribedNotice } from './notice';
import { referenceTo } from './schema';

export const WEBHOOKS_TAG = 'webhooks';

const HEADERS = [
  header('webhook-id', 'The message’s own id, the same at every attempt: do once what bears the same id', 'msg_01JD8Z4M2Q7RXK3V5T9WBN6CHG'),
  header('webhook-timestamp', 'Seconds since 1970 of this attempt; refuse what is more than five minutes off', '1795362600'),
  header(
    'webhook-signature',
    '`v1,` and base64 of HMAC-SHA-256 over `id.timestamp.body` with the endpoint’s secret; several while two secrets are good',
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  ),
];

/** The calls that we make, as OpenAPI's `webhooks`: what their receivers get, and what they should answer. */
export const webhooks = (): Record<string, object> =>
  Object.fromEntries(
    describedNotices().map((each) => [each.name, each.kind === 'notice' ? { post: notice(each) } : { get: question(each) }]),
  );

function notice({ name, id, summary, description, example, type }: DescribedNotice): object {
  const body = { type: name, timestamp: '2026-11-22T15:30:00.000Z', data: example };
  const schema = {
    type: 'object',
    properties: { type: { const: name }, timestamp: { type: 'string', format: 'date-time' }, data: referenceTo(type) },
    required: ['type', 'timestamp', 'data'],
  };
  return {
    ...operation(id, summary, description),
    parameters: HEADERS,
    requestBody: { required: true, content: { 'application/json': { schema, example: body } } },
    responses: {
      '2XX': { description: 'Taken, whatever you do with it later. Answer within three seconds' },
      default: {
        description:
          'Tried again: ten attempts over three days, `Retry-After` is kept to; redirections are not followed. ' +
          '410 means that nothing is wanted any more: the webhook is switched off, and its owner is told',
      },
    },
  };
}

function question({ id, summary, description, example, type }: DescribedNotice): object {
  const location = {
    name: 'location',
    in: 'query',
    required: true,
    description: 'Which location asks',
    schema: { type: 'string' },
    example: 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  };
  return {
    ...operation(id, summary, description),
    parameters: [location, ...HEADERS],
    responses: {
      '200': {
        description: 'The list, within three seconds, 1 MB at most',
        content: { 'application/json': { schema: referenceTo(type), example } },
      },
      default: { description: 'The last good list is shown, with its age' },
    },
  };
}

const operation = (operationId: string, summary: string, description: string): object => ({
  operationId,
  tags: [WEBHOOKS_TAG],
  summary,
  description,
  security: [],
});

function header(name: string, description: string, example: string): object {
  return { name, in: 'header', required: true, description, schema: { type: 'string' }, example };
}
