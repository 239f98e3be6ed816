import {
  type Attributes,
  context,
  type Context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { NodeTracerProvider, SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Rejection } from '../../kernel/rejection';
import type { Config } from '../config';
import { VERSION } from '../version';
import type { Logs } from './logs';

/** Collectors that are down are told of so often. */
const COMPLAIN_EVERY_MS = 60_000;
/** For a batch, tries again included. */
const DELIVER_MS = 2_500;
/** For the last spans at a stop. */
const MOST_WAIT_MS = 2_000;
/** Asked by machines that watch us, many times a minute; and files that never change. */
const NOT_TRACED = /^\/(health|metrics|assets)\b/;

/**
 * Traces for OpenTelemetry: what was asked, which commands it came to, which policies followed, and which calls went out. Spans hold
 * route patterns, names of commands, kinds of streams and codes of refusals, as metrics do; never a name, an address, a URL or a code.
 * Without `OTEL_EXPORTER_OTLP_ENDPOINT` nothing is loaded and nothing is hooked in.
 */
export class Tracing {
  private constructor(
    private readonly tracer?: Tracer,
    private readonly provider?: NodeTracerProvider,
  ) {}

  static readonly off = new Tracing();

  /** Spans are sent in batches; sampler, headers and the service's name are read from OpenTelemetry's own variables. */
  static async start({ tracesUrl }: Pick<Config, 'tracesUrl'>, { log }: Pick<Logs, 'log'>): Promise<Tracing> {
    if (!tracesUrl) return Tracing.off;
    const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, resources] = await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
    const about = { 'service.name': process.env.OTEL_SERVICE_NAME ?? 'largesse', 'service.version': VERSION };
    const failed = seldom((error) => log.warn({ error: errorName(error) }, 'Traces could not be delivered to the collector'));
    const exporter = new OTLPTraceExporter({ url: `${tracesUrl}/v1/traces`, timeoutMillis: DELIVER_MS });
    const provider = new NodeTracerProvider({
      resource: resources.defaultResource().merge(resources.resourceFromAttributes(about)),
      spanProcessors: [new BatchSpanProcessor(complaining(exporter, failed))],
    });
    provider.register();
    return new Tracing(provider.getTracer('largesse', VERSION), provider);
  }

  get on(): boolean {
    return this.tracer !== undefined;
  }

  /** A step of its own inside what is under way. A refusal by a rule is an answer, not a failure. */
  span<T>(name: string, attributes: Attributes, work: (span?: Span) => Promise<T>, kind = SpanKind.INTERNAL): Promise<T> {
    if (!this.tracer) return work();
    return this.tracer.startActiveSpan(name, { kind, attributes }, async (span) => {
      try {
        return await work(span);
      } catch (error) {
        if (error instanceof Rejection) span.setAttribute('largesse.refusal', error.code);
        else span.setStatus({ code: SpanStatusCode.ERROR, message: errorName(error) });
        throw error;
      } finally {
        span.end();
      }
    });
  }

  /** One span a request, part of the caller's trace where it names one. To be attached before other hooks. */
  attach(fastify: FastifyInstance): void {
    const { tracer } = this;
    if (!tracer) return;
    const under = new WeakMap<FastifyRequest, Context>();
    fastify.addHook('onRequest', (request, _, done) => {
      const route = request.routeOptions.url ?? '';
      if (NOT_TRACED.test(route)) return done();
      const parent = propagation.extract(ROOT_CONTEXT, request.headers);
      const attributes = { 'http.request.method': request.method, 'http.route': route, 'largesse.request_id': request.id };
      const span = tracer.startSpan(`${request.method} ${route}`.trimEnd(), { kind: SpanKind.SERVER, attributes }, parent);
      const own = trace.setSpan(parent, span);
      under.set(request, own);
      context.with(own, done);
    });
    // Reading a body leaves the span behind: what comes after it is told again where it belongs.
    fastify.addHook('preValidation', (request, _, done) => {
      const own = under.get(request);
      return own ? context.with(own, done) : done();
    });
    fastify.addHook('onResponse', (request, { statusCode }, done) => {
      const own = under.get(request);
      const span = own && trace.getSpan(own);
      span?.setAttribute('http.response.status_code', statusCode);
      if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
      span?.end();
      done();
    });
  }

  /** Delivers what is left, to a collector that takes it soon: a stop waits for nobody who only watches. */
  async close(): Promise<void> {
    if (!this.provider) return;
    const delivered = this.provider.shutdown().catch(() => undefined);
    await Promise.race([delivered, new Promise((resolve) => setTimeout(resolve, MOST_WAIT_MS).unref())]);
  }
}

/** The trace that is under way, for log lines. */
export const currentTrace = (): { trace_id?: string } => {
  const span = trace.getActiveSpan();
  return span ? { trace_id: span.spanContext().traceId } : {};
};

/** Messages of errors may hold what somebody typed in. */
const errorName = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

/** An exporter whose failures are told; a batch that could not be delivered is gone. */
function complaining(exporter: SpanExporter, failed: (error: unknown) => void): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error) failed(result.error);
        done(result);
      }),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}

function seldom(tell: (error: unknown) => void): (error: unknown) => void {
  let last = -Infinity;
  return (error) => {
    if (performance.now() - last < COMPLAIN_EVERY_MS) return;
    last = performance.now();
    tell(error);
  };
}
