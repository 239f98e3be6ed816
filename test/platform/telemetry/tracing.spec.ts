import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { readConfig } from '../../../src/platform/config';
import { currentTrace, Tracing } from '../../../src/platform/telemetry/tracing';
import { worldOf } from '../../cards/world';
import { eventually, startApp, type TestApp } from '../../support/app';
import { openPostOffice, type PostOffice } from '../../support/post-office';

interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** OTLP: 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly status?: { readonly code?: number };
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

const spans: CollectedSpan[] = [];
let resource = '';
let collector: Server;
let office: PostOffice;
let app: TestApp;
/** What no span may hold. */
const secrets: string[] = ['amelie@example.com', 'bo@example.com', 'Amelie', '@'];

/** Takes OTLP over HTTP as JSON, the way the exporter sends it. */
function openCollector(): Promise<Server> {
  const take = async (request: IncomingMessage): Promise<void> => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { resourceSpans } = JSON.parse(Buffer.concat(pieces).toString()) as {
      resourceSpans: { resource: object; scopeSpans: { spans: CollectedSpan[] }[] }[];
    };
    for (const each of resourceSpans) {
      resource += JSON.stringify(each.resource);
      for (const { spans: some } of each.scopeSpans) spans.push(...some);
    }
  };
  const server = createServer((request, response) => {
    expect(request.url).toBe('/v1/traces');
    void take(request).then(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const endpoint = (server = collector): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const attribute = ({ attributes }: CollectedSpan, name: string): unknown => {
  const value = attributes.find(({ key }) => key === name)?.value;
  return value && Object.values(value)[0];
};
const named = (name: string): CollectedSpan => {
  const found = spans.find((span) => span.name === name);
  if (!found) throw new Error(`No span "${name}" among ${spans.map((span) => span.name).join(', ')}`);
  return found;
};
const under = (parent: CollectedSpan): readonly CollectedSpan[] => spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId);

beforeAll(async () => {
  [collector, office] = await Promise.all([openCollector(), openPostOffice()]);
  app = await startApp({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint()}/`, SMTP_URL: office.url } });
  const world = await worldOf(app);
  const card = await world.card({ deliver: 'now' });
  secrets.push(card.code, card.link, world.key);
  await eventually(async () => office.mails.some(({ to }) => to === 'bo@example.com'), 'the gift’s mail');
  const deduct = (amount: number): Promise<{ status: number }> =>
    world.call(
      'POST',
      `/v1/gift-cards/${card.id}/deductions`,
      { amount: { amount, currency: 'USD' }, locationId: world.locationId },
      { traceparent: `00-${TRACE}-${CALLER}-01`, 'idempotency-key': `key-${amount}` },
    );
  expect(await deduct(100)).toMatchObject({ status: 201 });
  expect(await deduct(9_999_900)).toMatchObject({ status: 409 });
  expect((await app.request(new URL(card.link).pathname)).status).toBe(200);
  expect((await app.request('/health/live')).status).toBe(200);
  await app.stop();
});
afterAll(async () => {
  collector.close();
  await office.close();
});

it('a request is one span in the caller’s trace, and its command a step of it', () => {
  const [taken, refused] = spans.filter(({ name }) => name === 'POST /v1/gift-cards/:id/deductions');
  expect(taken).toMatchObject({ traceId: TRACE, parentSpanId: CALLER, kind: 2 });
  expect(attribute(taken!, 'http.response.status_code')).toBe(201);
  expect(attribute(taken!, 'largesse.request_id')).toMatch(/^req_/);
  const [command] = under(taken!);
  expect(command).toMatchObject({ traceId: TRACE, name: 'change giftCard' });
  expect(JSON.stringify(attribute(command!, 'largesse.facts'))).toContain('FundsDeducted');
  expect([attribute(refused!, 'http.response.status_code'), attribute(under(refused!)[0]!, 'largesse.refusal')]).toEqual([
    409,
    'insufficient-funds',
  ]);
  expect([refused!.status?.code ?? 0, under(refused!)[0]!.status?.code ?? 0]).toEqual([0, 0]);
});

it('what policies do is a trace of its own, down to the mail that went out', () => {
  const gift = spans.find((span) => span.name === 'send mail' && attribute(span, 'largesse.mail') === 'gift')!;
  expect(gift.kind).toBe(3);
  const step = spans.find(({ spanId }) => spanId === gift.parentSpanId)!;
  expect(step).toMatchObject({ name: 'MailGift', kind: 1 });
  expect(step.parentSpanId ?? '').toBe('');
  expect(under(step).map(({ name }) => name)).toContain('change giftCard');
});

it('pages are traced by the pattern of their route; what watches us is not', () => {
  expect(named('GET /c/:token').kind).toBe(2);
  expect(spans.filter(({ name }) => /health|metrics|assets/.test(name))).toEqual([]);
});

it('no span holds an address, a name, a code, a link or a key', () => {
  const text = JSON.stringify(spans);
  expect(spans.length).toBeGreaterThan(10);
  for (const secret of secrets) expect(text).not.toContain(secret);
  expect(resource).toContain('largesse');
});

it('lines of the log inside a span name its trace; without a collector there is none', async () => {
  const tracing = await Tracing.start({ tracesUrl: endpoint() }, { log: pino({ level: 'silent' }) });
  expect(await tracing.span('a step', {}, async () => currentTrace())).toEqual({ trace_id: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(await Tracing.off.span('a step', {}, async () => currentTrace())).toEqual({});
  await tracing.close();
});

it('a collector that does not answer holds up no stop', async () => {
  const asked: string[] = [];
  const silent = createServer(({ url }) => void asked.push(url!));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const tracing = await Tracing.start({ tracesUrl: endpoint(silent) }, { log: pino({ level: 'silent' }) });
  await tracing.span('a step', {}, async () => undefined);
  const began = performance.now();
  await tracing.close();
  expect([asked, performance.now() - began < 6_000]).toEqual([['/v1/traces'], true]);
  silent.closeAllConnections();
  silent.close();
});

it('a collector’s address that cannot be one is refused at the start', () => {
  expect(() => readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })).toThrow(
    'OTEL_EXPORTER_OTLP_ENDPOINT is not an address that can be used. It should look like http://127.0.0.1:4318.',
  );
});
