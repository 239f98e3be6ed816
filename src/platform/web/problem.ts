import { ArgumentsHost, Catch, HttpException, Injectable, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Rejection } from '../../kernel/rejection';
import { Config } from '../config';
import { AppendTooLarge, StoreUnavailable } from '../event-store/event-store';
import { Busy } from '../event-store/streams';
import { Registry } from '../registry';
import { Logs } from '../telemetry/logs';
import { Page, type PageRequest } from './page';
import { Readers } from './readers';
import { InvalidInput } from './validation';
import { Views } from './views';

/** An error as it is answered: one shape for the API's problem+json and for pages. */
interface Answer {
  readonly status: number;
  readonly code: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly invalid?: InvalidInput;
  readonly retryAfter?: number;
  readonly bug?: boolean;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/**
 * The one exception filter. Four kinds of error have four homes: invalid input (422, or 400 where nothing could be parsed),
 * Rejection (the registry's table), a store that can't answer (503), and anything else: a bug, logged with its cause, nothing told.
 */
@Injectable()
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly config: Config,
    private readonly registry: Registry,
    private readonly readers: Readers,
    private readonly views: Views,
    private readonly logs: Logs,
  ) {}

  catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    return this.answer(error, http.getRequest<PageRequest>(), http.getResponse<FastifyReply>());
  }

  /** Sends the answer that belongs to an error, unless something was sent already. */
  async answer(error: unknown, asked: FastifyRequest, reply: FastifyReply): Promise<void> {
    const request = asked as PageRequest;
    if (reply.sent || reply.raw.headersSent) return;
    const answer = this.answerOf(error);
    if (answer.bug || answer.status === 503) this.log(error, request, answer);
    reply.code(answer.status);
    if (answer.retryAfter !== undefined) reply.header('retry-after', String(answer.retryAfter));
    if (answer.status === 401 && isApi(request)) reply.header('www-authenticate', 'Bearer');
    if (isApi(request)) return void reply.type(PROBLEM_TYPE).send(this.problem(answer, request));
    await this.page(answer, request, reply);
  }

  private answerOf(error: unknown): Answer {
    if (error instanceof Rejection) return this.rejected(error);
    if (error instanceof InvalidInput)
      return error.part === 'path' ? { status: 404, code: 'not-found' } : { status: 422, code: 'input-invalid', invalid: error };
    if (error instanceof Busy) return { status: 503, code: 'busy', retryAfter: error.retryAfterSeconds };
    if (error instanceof StoreUnavailable) return { status: 503, code: 'busy', retryAfter: 2 };
    if (error instanceof AppendTooLarge) return { status: 413, code: 'input-too-large', details: { limit: '250 kB' } };
    if (error instanceof HttpException) return this.http(error);
    return { status: 500, code: 'internal', bug: true };
  }

  private rejected({ code, details }: Rejection): Answer {
    const status = this.registry.rejections[code]?.status;
    if (status === undefined) return { status: 409, code, bug: true };
    const wait = details.retryAfterSeconds;
    return {
      status,
      code,
      details,
      ...(typeof wait === 'number' ? { retryAfter: Math.ceil(wait) } : status === 429 ? { retryAfter: 30 } : {}),
    };
  }

  /** What Fastify and Nest themselves refuse before or around a handler. */
  private http(error: HttpException): Answer {
    const status = error.getStatus();
    if (status >= 500) return { status: 500, code: 'internal', bug: true };
    if (status === 413) return { status, code: 'input-too-large', details: { limit: '1 MB' } };
    if (status === 415) return { status, code: 'content-type-not-supported' };
    if (status === 404 || status === 405 || status === 414) return { status: 404, code: 'not-found' };
    if (status === 401) return { status, code: 'sign-in-needed' };
    if (status === 403) return { status, code: 'not-permitted' };
    if (status === 429) return { status, code: 'too-many-requests', retryAfter: 30 };
    const fastify = (error.cause as { code?: string } | undefined)?.code;
    return {
      status: 400,
      code: fastify?.startsWith('FST_ERR_CTP') || error.cause instanceof SyntaxError ? 'input-unreadable' : 'request-unusable',
    };
  }

  private problem({ status, code, details, invalid }: Answer, request: PageRequest): object {
    const reader = this.readers.ofHeaders(request);
    const title = code === 'internal' ? reader.t('web.failed.title') : reader.refusal(code, details);
    return {
      type: `${this.config.publicUrl}/problems/${code}`,
      title,
      status,
      detail: invalid
        ? invalid.errors.map(({ pointer, message, values }) => `${pointer || '/'}: ${reader.t(message, values)}`).join(' ')
        : title,
      code,
      ...(details && Object.keys(details).length > 0 ? { details } : {}),
      ...(invalid
        ? {
            errors: invalid.errors.map(({ pointer, message, values }) => ({
              pointer,
              code: message.slice(message.lastIndexOf('.') + 1),
              detail: reader.t(message, values),
            })),
          }
        : {}),
      requestId: request.id,
    };
  }

  private async page(answer: Answer, request: PageRequest, reply: FastifyReply): Promise<void> {
    const reader = (request.reader ??= this.readers.ofHeaders(request));
    const { status, code, details } = answer;
    if (code === 'sign-in-needed' && request.method === 'GET')
      return void reply
        .code(303)
        .header('location', `/sign-in?next=${encodeURIComponent(request.url)}`)
        .send('');
    const title = status >= 500 && status !== 503 ? reader.t('web.failed.title') : reader.t(`web.refused.${titleOf(status, code)}`);
    const text = code === 'internal' ? reader.t('web.failed.text') : reader.refusal(code, details);
    const page = new Page('platform/web/failed', { title, text, requestId: status >= 500 ? request.id : undefined }, { status });
    try {
      reply.send(await this.views.send(request, reply, page));
    } catch (failure) {
      this.log(failure, request, { status: 500, code: 'internal', bug: true });
      reply.type('text/plain; charset=utf-8').send(`${title}\n${text}\n`);
    }
  }

  private log(error: unknown, request: PageRequest, { status, code }: Answer): void {
    const route = request.routeOptions?.url ?? 'none';
    this.logs.log.error({ err: error, requestId: request.id, method: request.method, route, status, code }, 'request failed');
  }
}

const ofDevices = new Set(['device-not-activated', 'device-revoked', 'device-location-not-open']);
const titleOf = (status: number, code: string): string =>
  ofDevices.has(code) ? 'device' : [401, 403, 404, 503].includes(status) ? String(status) : 'other';

/** Programs ask these: the API, and the addresses that outside services send their notices to. */
const isApi = ({ url }: PageRequest): boolean => url === '/v1' || url.startsWith('/v1/') || url.startsWith('/hooks/');
