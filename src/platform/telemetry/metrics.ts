import { Controller, Get, Injectable, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Gauge, type Metric, Registry as Prometheus } from 'prom-client';
import { Rejection } from '../../kernel/rejection';
import { Config } from '../config';
import { EventStore } from '../event-store/event-store';
import { Processors } from '../processors/processors';
import { Public } from '../security/permit';
import { Vault } from '../security/vault';
import { RequestFigures } from './request-figures';

/** Figures for Prometheus: no label holds an id, an address or a code. */
@Injectable()
export class Metrics {
  readonly requests = new RequestFigures();
  private readonly prometheus = new Prometheus();

  constructor(
    private readonly events: EventStore,
    private readonly processors: Processors,
  ) {
    collectDefaultMetrics({ register: this.prometheus, prefix: 'largesse_' });
    this.prometheus.registerMetric(this.requests as unknown as Metric);
    this.gauge('log_head', 'Position of the last event', () => this.events.head());
    this.gauge('projected', 'Position up to which read models are folded', () => this.processors.figures.projected);
    this.gauge('projection_behind', '1 while read models have work to catch up with', () => Number(this.processors.figures.behind));
    this.gauge('on_duty', '1 in the instance that projects, reacts and wakes', () => Number(this.processors.figures.onDuty));
    this.gauge('policies_retrying', 'Reactions that failed and will be tried again', () => this.processors.figures.retrying);
    this.gauge('parked', 'Work that failed for good and waits for a person', () => this.processors.parked.count());
    this.gauge('clock_drift_seconds', 'How far the wall clock moved against the steady one', () => this.processors.figures.driftMs / 1000);
  }

  async text(): Promise<string> {
    return this.prometheus.metrics();
  }

  private gauge(name: string, help: string, ask: () => number | Promise<number>): void {
    new Gauge({
      name: `largesse_${name}`,
      help,
      registers: [this.prometheus],
      // A store that does not answer must not hide the other figures.
      async collect() {
        this.set(await Promise.resolve(ask()).catch(() => NaN));
      },
    });
  }
}

@Controller('metrics')
@ApiExcludeController()
export class MetricsEndpoint {
  constructor(
    private readonly metrics: Metrics,
    private readonly config: Config,
    private readonly vault: Vault,
  ) {}

  @Get()
  @Public()
  async show(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    if (!this.mayRead(request)) throw new Rejection('not-found');
    reply.type('text/plain; version=0.0.4; charset=utf-8');
    return this.metrics.text();
  }

  /** With the token; without one configured, from this machine only, and not through a proxy on it. */
  private mayRead({ headers, socket }: FastifyRequest): boolean {
    const { metricsToken } = this.config;
    if (metricsToken) return this.vault.equal(headers.authorization ?? '', `Bearer ${metricsToken}`);
    const proxied = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
    return !proxied && /^(::1|(::ffff:)?127\.)/.test(socket.remoteAddress ?? '');
  }
}
