import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Busy } from '../../platform/event-store/streams';
import { describe } from '../../platform/processors/parked-work';
import { Logs } from '../../platform/telemetry/logs';
import { DeliverWebhook } from '../domain/webhook-delivery';
import { WebhookSender } from './webhook-sender';

/** Calls at a time: to one endpoint, and in all. A dead endpoint holds its own few for three seconds each and nobody else's. */
const AT_ONCE_PER_ENDPOINT = 4;
const AT_ONCE = 64;
/** What waits for one endpoint in memory; the rest waits in the log and is offered again. */
const MOST_WAITING = 500;

interface Job {
  readonly context: CommandContext;
  readonly deliveryId: string;
  readonly done: () => void;
}

interface Lane {
  readonly waiting: Map<string, Job>;
  readonly running: Map<string, Promise<void>>;
}

/** Runs attempts side by side, endpoint by endpoint in turn. Remembers nothing that the log does not know. */
@Injectable()
export class WebhookDispatcher implements BeforeApplicationShutdown {
  private readonly lanes = new Map<string, Lane>();
  private running = 0;
  private stopping = false;

  constructor(
    private readonly sender: WebhookSender,
    private readonly logs: Logs,
  ) {}

  /** @throws Busy when too much waits for the endpoint already: offer it again a little later */
  offer({ context, deliveryId, endpointId }: DeliverWebhook): Promise<void> {
    if (this.stopping) return Promise.resolve();
    const lane = this.laneOf(endpointId);
    const known = lane.running.get(deliveryId);
    if (known) return known;
    if (lane.waiting.has(deliveryId)) return Promise.resolve();
    if (lane.waiting.size >= MOST_WAITING) throw new Busy(`Too much waits for ${endpointId}`, 5);
    return new Promise((done) => {
      lane.waiting.set(deliveryId, { context, deliveryId, done });
      this.advance();
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    for (const { waiting } of this.lanes.values()) {
      for (const { done } of waiting.values()) done();
      waiting.clear();
    }
    await Promise.all([...this.lanes.values()].flatMap(({ running }) => [...running.values()]));
  }

  private laneOf(endpointId: string): Lane {
    let lane = this.lanes.get(endpointId);
    if (!lane) this.lanes.set(endpointId, (lane = { waiting: new Map(), running: new Map() }));
    return lane;
  }

  /** Starts what may start; an endpoint that got its turn goes to the end of the row. */
  private advance(): void {
    for (let started = true; started && this.running < AT_ONCE;) {
      started = false;
      for (const [endpointId, lane] of [...this.lanes]) {
        const [job] = lane.waiting.values();
        if (!job || lane.running.size >= AT_ONCE_PER_ENDPOINT || this.running >= AT_ONCE) continue;
        this.lanes.delete(endpointId);
        this.lanes.set(endpointId, lane);
        this.start(endpointId, lane, job);
        started = true;
      }
    }
  }

  private start(endpointId: string, lane: Lane, job: Job): void {
    lane.waiting.delete(job.deliveryId);
    this.running += 1;
    const ended = this.attempt(job).finally(() => {
      this.running -= 1;
      lane.running.delete(job.deliveryId);
      if (lane.running.size === 0 && lane.waiting.size === 0) this.lanes.delete(endpointId);
      job.done();
      this.advance();
    });
    lane.running.set(job.deliveryId, ended);
  }

  /** What fails here (a store that is away) left no trace: the wake-up comes again. */
  private async attempt({ context, deliveryId }: Job): Promise<void> {
    try {
      await this.sender.attempt(context, deliveryId);
    } catch (error) {
      this.logs.log.warn({ delivery: deliveryId, error: describe(error) }, 'A webhook attempt could not be written down');
    }
  }
}

/** The wake-up only hands over: a slow endpoint must not hold up what else is due. */
@CommandHandler(DeliverWebhook)
export class DeliverWebhookHandler implements ICommandHandler<DeliverWebhook> {
  constructor(private readonly dispatcher: WebhookDispatcher) {}

  async execute(command: DeliverWebhook): Promise<void> {
    void this.dispatcher.offer(command);
  }
}
