import cookie from '@fastify/cookie';
import view from '@fastify/view';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { Rejection } from '../../kernel/rejection';
import type { Config } from '../config';
import { Logs } from '../telemetry/logs';
import { Metrics } from '../telemetry/metrics';
import { Tracing } from '../telemetry/tracing';
import { uuid } from '../uuid';
import { AccessLog } from './access-log';
import { Assets, ROOT } from './assets';
import { serveDirectly } from './direct';
import { refuseForeignOrigin } from './origin-guard';
import { PageNetworks, type PageRequest } from './page';
import { Readers } from './readers';
import { apiHeaders, pageHeaders } from './security-headers';
import { isSigned, keepSignedBodies } from './signed-body';
import { templateEngine } from './template-engine';
import { schemaError, validatorCompiler } from './validation';
import { Views } from './views';

/** What a browser's form sends without asking anybody: the API takes none. */
const FORM = 'application/x-www-form-urlencoded';
const BODY_LIMIT = 1_048_576;
const LANGUAGE_LIVES_SECONDS = 365 * 86_400;

/** A caller's own request id is kept when it looks like one. */
const requestId = (given: string | string[] | undefined): string =>
  typeof given === 'string' && /^[\w.:-]{8,100}$/.test(given) ? given : `req_${uuid()}`;

export function createAdapter(config: Config) {
  return new FastifyAdapter({
    logger: false,
    // Not `true`: that would believe the first address of X-Forwarded-For, which the caller wrote.
    trustProxy: config.trustedProxies > 0 && ((_address: string, hop: number) => hop < config.trustedProxies),
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: 300 },
    requestTimeout: 60_000,
    connectionTimeout: 120_000,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    genReqId: (request: { headers: IncomingHttpHeaders }) => requestId(request.headers['x-request-id']),
    schemaErrorFormatter: schemaError as never,
  });
}

/** Everything about HTTP that is no module's business: parsers, headers, origin, languages, assets, views. Before `app.init()`. */
export async function prepareServer(app: NestFastifyApplication, config: Config): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.removeContentTypeParser('text/plain');
  // See `checked` in api.ts.
  fastify.addHook('onRoute', (route) => {
    if (route.schema) route.attachValidation = true;
  });
  app.get(Tracing).attach(fastify);
  serveDirectly(app, fastify);
  fastify.setValidatorCompiler(validatorCompiler as never);
  keepSignedBodies(fastify);
  await app.register(cookie as never);
  await serveViews(app, fastify);
  app.get(Assets).serve(fastify);
  endConnections(fastify);
  hooks(app, fastify, config);
}

/**
 * A connection whose request was under way when the close began would stay open for another one, and hold the close until it is let go
 * (`forceCloseConnections` looks once, at the beginning). So would one that a browser opened ahead of need and has asked nothing on yet:
 * to Node that is no idle one, but one whose first request is awaited.
 */
function endConnections(fastify: FastifyInstance): void {
  let sweep: NodeJS.Timeout | undefined;
  const open = new Set<Socket>();
  fastify.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  fastify.addHook('preClose', (done) => {
    sweep = setInterval(() => {
      fastify.server.closeIdleConnections();
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    }, 50);
    done();
  });
  fastify.addHook('onClose', (_, done) => {
    clearInterval(sweep);
    done();
  });
}

async function serveViews(app: NestFastifyApplication, fastify: FastifyInstance): Promise<void> {
  await app.register(
    view as never,
    {
      engine: { handlebars: templateEngine() },
      root: ROOT,
      viewExt: 'hbs',
      layout: 'platform/web/layout',
      production: true,
      includeViewExtension: true,
    } as never,
  );
  app.get(Views).attach(fastify);
}

function hooks(app: NestFastifyApplication, fastify: FastifyInstance, config: Config): void {
  const https = config.publicUrl.startsWith('https:');
  const forPages = pageHeaders(https);
  const forApi = apiHeaders(https);
  const { origin } = new URL(config.publicUrl);
  const readers = app.get(Readers);
  const accessLog = app.get(AccessLog);
  const { requests: figures } = app.get(Metrics);
  const { log } = app.get(Logs);
  // Provided by the network module: the platform knows no module, so it asks late.
  const networks = (): PageNetworks => app.get(PageNetworks, { strict: false });
  fastify.addHook('onRequest', (request, reply, done) => {
    const api = isMachine(request.url);
    reply.headers(api ? forApi : forPages);
    reply.header('x-request-id', request.id);
    try {
      if (!isSigned(request)) refuseForeignOrigin(request, origin);
      if (api) return done(request.headers['content-type']?.startsWith(FORM) ? new Rejection('content-type-not-supported') : undefined);
    } catch (error) {
      return done(error as Error);
    }
    preparePage(request as PageRequest, readers, networks).then(() => done(), done);
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (isMachine(request.url)) return done(null, payload);
    rememberLanguage(request as PageRequest, reply);
    compress(request, reply, payload).then((sent) => done(null, sent), done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    figures.enter(request, reply);
    if (request.url.startsWith('/v1/')) accessLog.enter(request, reply);
    else if (reply.statusCode >= 400 && log.isLevelEnabled('debug'))
      log.debug({ requestId: request.id, method: request.method, route: request.routeOptions.url, status: reply.statusCode }, 'answered');
    done();
  });
}

/** Asked by programs: JSON in, JSON out, no language to find, nothing to compress. */
const isMachine = (url: string): boolean => url.startsWith('/v1/') || url.startsWith('/hooks/');

async function preparePage(request: PageRequest, readers: Readers, networks: () => PageNetworks): Promise<void> {
  const slug = (request.params as { slug?: string } | undefined)?.slug;
  if (slug && request.routeOptions.url?.startsWith('/n/:slug')) request.network = await networks().networkBySlug(slug);
  request.reader = readers.ofPage(request, request.network);
}

function rememberLanguage(request: PageRequest, reply: { setCookie?: unknown }): void {
  const { lang } = (request.query ?? {}) as { lang?: string };
  if (lang !== 'en' && lang !== 'fr') return;
  (reply as { setCookie(name: string, value: string, options: object): unknown }).setCookie('lang', lang, {
    path: '/',
    sameSite: 'lax',
    maxAge: LANGUAGE_LIVES_SECONDS,
  });
}

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);
const WORTH_IT = 1_000;

/** Pages are compressed in the thread pool, lightly: they are made anew each time. */
async function compress(
  request: { headers: { 'accept-encoding'?: string | string[] } },
  reply: { getHeader(name: string): unknown; header(name: string, value: string): unknown; removeHeader(name: string): unknown },
  payload: unknown,
): Promise<unknown> {
  if (typeof payload !== 'string' || payload.length < WORTH_IT || reply.getHeader('content-encoding') !== undefined) return payload;
  const accepted = String(request.headers['accept-encoding'] ?? '');
  reply.header('vary', 'accept-encoding');
  reply.removeHeader('content-length');
  if (/\bbr\b/.test(accepted)) {
    reply.header('content-encoding', 'br');
    return brotli(payload, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
  }
  if (!/\bgzip\b/.test(accepted)) return payload;
  reply.header('content-encoding', 'gzip');
  return gzipped(payload);
}
