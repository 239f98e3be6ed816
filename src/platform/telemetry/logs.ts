import { Injectable, type LoggerService } from '@nestjs/common';
import pino, { type Logger } from 'pino';
import { Config } from '../config';
import { currentTrace } from './tracing';

/**
 * Structured logs on standard output, one JSON object a line. What they may hold: ids, codes, route patterns, figures, errors.
 * Never: names, addresses, URLs (they may hold tokens), bodies, headers, card codes.
 */
@Injectable()
export class Logs {
  readonly log: Logger;

  constructor(config: Config) {
    this.log = pino({
      level: config.logLevel,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: withoutValues },
      mixin: config.tracesUrl ? currentTrace : undefined,
    });
  }
}

/** What Nest itself says: warnings and errors; its steps at start only at `trace`. */
export class NestLogs implements LoggerService {
  constructor(private readonly logs: Logs) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.logs.log.trace({ context: rest.at(-1) }, String(message));
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.log(message, ...rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.log(message, ...rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.logs.log.warn({ context: rest.at(-1) }, String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.logs.log.error({ context: rest.at(-1) }, message instanceof Error ? (message.stack ?? message.message) : String(message));
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.error(message, ...rest);
  }
}

/** An error's name, message and stack, and those of its causes; not the fields that libraries hang on it (queries, URLs, bodies). */
function withoutValues(error: unknown): object {
  if (!(error instanceof Error)) return { message: typeof error };
  const { name, message, stack, cause } = error;
  const code = (error as { code?: unknown }).code;
  return {
    name,
    message,
    stack,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(cause === undefined ? {} : { cause: withoutValues(cause) }),
  };
}
