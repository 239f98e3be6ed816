import type { Clock } from '../clock';
import type { EventStore } from '../event-store/event-store';
import type { ReadStore } from '../read-store/read-store';
import type { Registry } from '../registry';
import type { PersonKeys } from '../security/vault';
import { Codec } from '../event-store/codec';
import { pause } from './backoff';
import { ClockDrift } from './drift';
import { FactReader } from './facts';
import { type Lease, type Leases, OnlyInstance, StoredLeases } from './leases';
import { LiveModels } from './live-models';
import type { Log } from './log';
import { describe, ParkedWork } from './parked-work';
import { PolicyRunner } from './policy-runner';
import type { Execute } from './policy-step';
import type { ProjectorNews } from './projector';
import { ProjectorThread } from './projector-thread';
import type { Progress } from './rebuild';
import { type Connections, modelsOf } from './stores';
import { WakeUps } from './wake-ups';

export interface ProcessorsOptions {
  readonly registry: Registry;
  /** The compiled file that exports the registry, for the worker thread. */
  readonly registryFile: string;
  readonly connections: Connections;
  readonly events: EventStore;
  readonly store: ReadStore;
  readonly keys: PersonKeys;
  /** Made before (features ask it), opened and closed here. */
  readonly models: LiveModels;
  /** Runs a command of a policy or wake-up: Nest's command bus. */
  readonly execute: Execute;
  readonly clock: Clock;
  readonly log: Log;
  /** This instance's name among several on one MongoDB; undefined when it is the only one (the data folder's lock says so). */
  readonly holder?: string;
  /** Milliseconds that only grow; default performance.now. */
  readonly ticks?: () => number;
  readonly lookEveryMs?: number;
  /** False for an operator's command beside no server: read models follow the log, but nothing reacts and nothing is woken. */
  readonly reacts?: boolean;
}

/** How things stand, for health and metrics. */
export interface ProcessorFigures {
  /** True in the instance that projects, reacts and wakes. */
  readonly onDuty: boolean;
  readonly projected: number;
  readonly behind: boolean;
  readonly policies: ReadonlyMap<string, number>;
  readonly retrying: number;
  readonly driftMs: number;
  readonly rebuilding: Progress | undefined;
}

const BUILT_WITHIN_MS = 1_500;
const ASK_FOR_DUTY_MS = 3_000;
const SWEEP_EVERY_MS = 60_000;

/**
 * Everything that follows the log: the projector and its rebuilds (in a thread), the policies and the wake-ups (here, because they run
 * commands). Of several instances one is on duty; all serve models.
 */
export class Processors {
  readonly parked: ParkedWork;
  readonly wakeUps: WakeUps;
  readonly drift: ClockDrift;
  private readonly leases: Leases;
  private readonly stopping = new AbortController();
  private onDuty?: { readonly thread: ProjectorThread; readonly runner: PolicyRunner };
  private duty: Promise<void> = Promise.resolve();
  private lease?: Lease;
  private projected = 0;
  private progress?: Progress;
  private swept = 0;

  private constructor(private readonly options: ProcessorsOptions) {
    const { store, holder, registry, models, execute, clock, log, ticks } = options;
    this.parked = new ParkedWork(store);
    this.drift = new ClockDrift(() => clock.millis(), ticks);
    this.leases = holder === undefined ? new OnlyInstance() : new StoredLeases({ store, holder, ticks });
    this.wakeUps = new WakeUps({
      wakeUps: registry.wakeUps,
      models,
      work: this.parked,
      execute,
      clock,
      drift: this.drift,
      log,
      mayRun: () => this.onDuty !== undefined && options.reacts !== false,
    });
  }

  /**
   * To be awaited before the first request: a new policy begins at the head of the log, and must not miss what the first request does.
   * Models that were never built are waited for a moment; a long build goes on behind.
   */
  static async start(options: ProcessorsOptions): Promise<Processors> {
    const processors = new Processors(options);
    await processors.parked.prepare();
    await options.models.open();
    await processors.takeDuty();
    processors.duty = processors.serve();
    const until = performance.now() + BUILT_WITHIN_MS;
    while (!options.models.complete && performance.now() < until) await pause(20);
    return processors;
  }

  get figures(): ProcessorFigures {
    return {
      onDuty: this.onDuty !== undefined,
      projected: this.projected,
      behind: this.onDuty?.thread.behind ?? false,
      policies: this.onDuty?.runner.positions() ?? new Map<string, number>(),
      retrying: this.onDuty?.runner.retrying ?? 0,
      driftMs: Math.round(this.drift.drift),
      rebuilding: this.progress?.phase === 'swapped' ? undefined : this.progress,
    };
  }

  /** For health: a sentence for everything that is not as it should be. */
  async troubles(): Promise<readonly string[]> {
    const parked = await this.parked.count();
    const waiting =
      parked === 0
        ? undefined
        : `${parked} ${parked === 1 ? 'piece' : 'pieces'} of work failed for good and wait${parked === 1 ? 's' : ''} to be looked at.`;
    return [this.onDuty?.thread.sentence, this.drift.sentence, waiting].filter((sentence) => sentence !== undefined);
  }

  /** Rebuilds models from the log beside the live ones (all of them when none are named); resolves when they are swapped. */
  async rebuild(
    models?: readonly string[],
    how: { fresh?: boolean; onProgress?: (progress: Progress) => void } = {},
  ): Promise<readonly string[]> {
    const names = models ?? this.options.registry.projections.map(({ name }) => name);
    if (this.onDuty) return this.onDuty.thread.rebuild(names, how);
    const thread = this.thread(false);
    thread.start();
    try {
      return await thread.rebuild(names, how);
    } finally {
      await thread.stop();
    }
  }

  /** Once a second, from the scheduler: wakes what is due, and sweeps what has expired. Late or double ticks change nothing. */
  async tick(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    try {
      await this.wakeUps.tick();
      if (!this.onDuty || performance.now() - this.swept < SWEEP_EVERY_MS) return;
      this.swept = performance.now();
      await this.options.store.sweep(this.options.clock.millis());
    } catch (error) {
      this.options.log.warn({ error: describe(error) }, 'A tick failed; the next one makes up for it');
    }
  }

  /** Lets running steps and the batch under way end. To be awaited before the stores are closed. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.wakeUps.settle();
    await this.duty;
    this.options.models.close();
  }

  private async takeDuty(): Promise<boolean> {
    if (this.lease?.lost.aborted) this.lease = undefined;
    this.lease ??= await this.leases.tryHold('processors');
    if (!this.lease) return false;
    const thread = this.thread(true);
    const runner = this.runner(thread);
    await runner.prepare();
    thread.start();
    this.onDuty = { thread, runner };
    return true;
  }

  /** On duty as long as the lease is held; asks for it otherwise. */
  private async serve(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const { onDuty, lease } = this;
      if (onDuty && lease) {
        const over = AbortSignal.any([signal, lease.lost]);
        await (this.options.reacts === false ? ended(over) : onDuty.runner.run(over));
        this.onDuty = undefined;
        await onDuty.thread.stop();
        await lease.release();
        this.lease = undefined;
        if (!signal.aborted) this.options.log.warn({}, 'This instance is no longer on duty; another one projects, reacts and wakes');
      }
      if (!signal.aborted && !(await this.takeDuty().catch((error: unknown) => this.failedDuty(error))))
        await pause(ASK_FOR_DUTY_MS, signal);
    }
    await this.onDuty?.thread.stop();
    await this.lease?.release();
  }

  private failedDuty(error: unknown): false {
    this.options.log.warn({ error: describe(error) }, 'This instance could not go on duty');
    return false;
  }

  private thread(project: boolean): ProjectorThread {
    const { registryFile, connections, holder, log, lookEveryMs } = this.options;
    return new ProjectorThread({ registryFile, connections, holder, project, lookEveryMs }, log, (news) => this.hear(news));
  }

  private hear(news: ProjectorNews | { readonly kind: 'left' }): void {
    const { models, keys } = this.options;
    if (news.kind === 'left') return models.projectorLeft();
    if (news.kind === 'serving' && news.models.length > 0) this.projected = Math.min(...news.models.map(({ position }) => position));
    if (news.kind === 'folded') this.projected = news.position;
    if (news.kind === 'progress') this.progress = news.progress;
    if (news.kind === 'erased') keys.forget(news.subjects);
    models.hear(news);
  }

  private runner(thread: ProjectorThread): PolicyRunner {
    const { events, store, registry, keys, execute, clock, log, lookEveryMs } = this.options;
    return new PolicyRunner({
      events,
      store,
      execute,
      clock,
      log,
      lookEveryMs,
      policies: registry.policies,
      facts: new FactReader(new Codec(registry), keys),
      work: this.parked,
      feed: (after, types, signal) => thread.feed(after, types, signal),
      busy: () => thread.behind,
    });
  }
}

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));

/** The models of a registry, to be made before the processors, which open them. */
export const liveModels = (store: ReadStore, registry: Registry): LiveModels => new LiveModels(store, modelsOf(registry));
