import { Controller, Get, HttpException, Injectable, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { statfs } from 'node:fs/promises';
import { Config } from '../config';
import { EventStore } from '../event-store/event-store';
import { Mailer } from '../mail/mailer';
import { Processors } from '../processors/processors';
import { ReadStore } from '../read-store/read-store';
import { Public } from '../security/permit';

const PATIENCE_MS = 3_000;
/** A mail server is not asked at every probe: each question is a connection. */
const MAIL_TRUST_MS = 30_000;
const LEAST_FREE_BYTES = 50 * 1024 * 1024;

/**
 * What must work so that requests can be answered (down), and what a person should look at (a warning, still up: taking an instance out
 * of service would not mend a parked reaction or a mail server).
 */
@Injectable()
export class Health {
  private mail?: { readonly until: number; readonly warning: Promise<string | undefined> };

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly events: EventStore,
    private readonly store: ReadStore,
    private readonly processors: Processors,
    private readonly mailer: Mailer,
    private readonly config: Config,
  ) {}

  checks(): (() => Promise<HealthIndicatorResult>)[] {
    return [
      () => this.must('eventStore', () => this.events.check()),
      () => this.must('readStore', () => this.store.check()),
      () => this.must('disk', () => this.room()),
      () => this.should('processors', async () => (await this.processors.troubles()).join(' ') || undefined),
      () => this.should('mail', () => this.mailWarning()),
    ];
  }

  private async must(name: string, check: () => Promise<unknown>): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(name);
    try {
      await inTime(check());
      return indicator.up();
    } catch (error) {
      return indicator.down({ message: (error as Error).message });
    }
  }

  private async should(name: string, ask: () => Promise<string | undefined>): Promise<HealthIndicatorResult> {
    const warning = await inTime(ask()).catch((error: Error) => error.message);
    return this.indicators.check(name).up(warning ? { warning } : {});
  }

  /** @throws Error when the disk of the data folder is as good as full */
  private async room(): Promise<void> {
    if (this.config.eventStoreUrl && this.config.mongoUrl) return;
    const { bavail, bsize } = await statfs(this.config.dataFolder);
    if (bavail * bsize < LEAST_FREE_BYTES) throw new Error('The disk of the data folder is full: nothing can be written. Make room.');
  }

  private mailWarning(): Promise<string | undefined> {
    if (!this.mail || this.mail.until < performance.now()) {
      const warning = this.mailer.check().then(
        () => undefined,
        (error: Error) => error.message,
      );
      this.mail = { until: performance.now() + MAIL_TRUST_MS, warning };
    }
    return this.mail.warning;
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${PATIENCE_MS / 1000} seconds.`)), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

@Controller('health')
@ApiExcludeController()
export class HealthEndpoints {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly health: Health,
  ) {}

  /** The process answers. */
  @Get('live')
  @Public()
  live(): object {
    return { status: 'ok' };
  }

  /** It can do its work: 200, or 503 with what is down. */
  @Get('ready')
  @Public()
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    try {
      return await this.checks.check(this.health.checks());
    } catch (error) {
      if (!(error instanceof HttpException)) throw error;
      reply.code(503);
      return error.getResponse() as object;
    }
  }
}
