/**
 * The thread that folds: the projector, rebuilds, and the filter in front of the policies (most events concern no policy, and the
 * main thread shall not even copy them). It opens stores of its own and talks to projector-thread.ts by messages.
 */
import { createRequire } from 'node:module';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { AllPage } from '../event-store/event-store';
import type { Registry } from '../registry';
import { giveWay } from '../workers';
import { type Leases, OnlyInstance, StoredLeases } from './leases';
import type { Log } from './log';
import { describe } from './parked-work';
import { PolicyFilter } from './policy-filter';
import { Projector, type ProjectorNews } from './projector';
import { rebuild } from './rebuild';
import { type Connections, type Folding, modelsOf, openFolding } from './stores';

export interface WorkerSettings {
  /** A compiled file that exports `registry`. */
  readonly registryFile: string;
  readonly connections: Connections;
  /** This instance's name among several; undefined when it is the only one. */
  readonly holder?: string;
  /** False for a thread that only rebuilds. */
  readonly project: boolean;
  readonly batch?: number;
  readonly lookEveryMs?: number;
}

export type ToWorker =
  | { readonly ask: 'rebuild'; readonly id: number; readonly models: readonly string[]; readonly fresh: boolean }
  | { readonly ask: 'feed'; readonly id: number; readonly after: number; readonly types: ReadonlySet<string> }
  /** The last page of this feed was handled. */
  | { readonly ask: 'more'; readonly id: number }
  | { readonly ask: 'end'; readonly id: number }
  | { readonly ask: 'look' }
  | { readonly ask: 'stop' };

export type FromWorker =
  | ProjectorNews
  | { readonly kind: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly details: object; readonly message: string }
  | { readonly kind: 'rebuilt'; readonly id: number; readonly models?: readonly string[]; readonly error?: string }
  | { readonly kind: 'page'; readonly id: number; readonly page: AllPage }
  | { readonly kind: 'broken'; readonly id: number; readonly error: string };

class ProjectorWorker {
  private readonly stopping = new AbortController();
  private readonly feeds = new Map<number, { readonly end: AbortController; more: () => void }>();
  private readonly filter: PolicyFilter;
  private readonly leases: Leases;
  private readonly projector: Projector;
  private readonly log: Log;

  constructor(
    private readonly port: MessagePort,
    private readonly registry: Registry,
    private readonly folding: Folding,
    private readonly settings: WorkerSettings,
  ) {
    const log = (level: 'info' | 'warn' | 'error') => (details: object, message: string) =>
      this.tell({ kind: 'log', level, details, message });
    this.log = { info: log('info'), warn: log('warn'), error: log('error') };
    this.filter = new PolicyFilter(registry.policies, folding.facts);
    this.leases = settings.holder === undefined ? new OnlyInstance() : new StoredLeases({ store: folding.store, holder: settings.holder });
    this.projector = new Projector({
      ...folding,
      projections: modelsOf(registry),
      log: this.log,
      tell: (news) => this.tell(news),
      rebuild: async (models, which, signal) => void (await this.rebuild(models, { which, signal })),
      batch: settings.batch,
      lookEveryMs: settings.lookEveryMs,
    });
  }

  async run(): Promise<void> {
    this.port.on('message', (message: ToWorker) => this.hear(message));
    if (this.settings.project) await this.projector.run(this.stopping.signal);
    else await new Promise<void>((resolve) => this.stopping.signal.addEventListener('abort', () => resolve()));
    await this.folding.close();
    this.port.close();
  }

  private hear(message: ToWorker): void {
    if (message.ask === 'stop') this.stopping.abort();
    if (message.ask === 'look') this.projector.look();
    if (message.ask === 'rebuild') void this.rebuildAsked(message);
    if (message.ask === 'feed') void this.feed(message);
    if (message.ask === 'more') this.feeds.get(message.id)?.more();
    if (message.ask === 'end') this.feeds.get(message.id)?.end.abort();
  }

  private async rebuildAsked({ id, models, fresh }: Extract<ToWorker, { ask: 'rebuild' }>): Promise<void> {
    try {
      const done = await this.rebuild(models, { which: 'anew', fresh, signal: this.stopping.signal });
      this.projector.look();
      this.tell({ kind: 'rebuilt', id, models: done });
    } catch (error) {
      this.tell({ kind: 'rebuilt', id, error: describe(error) });
    }
  }

  private rebuild(
    models: readonly string[],
    how: { which: 'stale' | 'anew'; fresh?: boolean; signal: AbortSignal },
  ): Promise<readonly string[]> {
    const projections = modelsOf(this.registry).filter(({ name }) => models.includes(name));
    return rebuild({
      ...this.folding,
      ...how,
      projections,
      leases: this.leases,
      log: this.log,
      onProgress: (progress) => this.tell({ kind: 'progress', progress }),
    });
  }

  /** Pages of the log with the events of some types only that ask something, one after the other as they are handled. */
  private async feed({ id, after, types }: Extract<ToWorker, { ask: 'feed' }>): Promise<void> {
    const feed = { end: new AbortController(), more: (): void => undefined };
    this.feeds.set(id, feed);
    const signal = AbortSignal.any([feed.end.signal, this.stopping.signal]);
    signal.addEventListener('abort', () => feed.more(), { once: true });
    try {
      for await (const page of this.folding.events.subscribe({ after, signal, batch: 1_000 })) {
        const asking = await this.filter.asking(page.events, types);
        const handled = new Promise<void>((resolve) => (feed.more = resolve));
        this.tell({ kind: 'page', id, page: { ...page, events: asking } });
        if (!signal.aborted) await handled;
      }
    } catch (error) {
      this.tell({ kind: 'broken', id, error: describe(error) });
    }
    this.feeds.delete(id);
  }

  private tell(message: FromWorker): void {
    this.port.postMessage(message);
  }
}

async function start(port: MessagePort, settings: WorkerSettings): Promise<void> {
  const { registry } = createRequire(__filename)(settings.registryFile) as { registry: Registry };
  const worker = new ProjectorWorker(port, registry, await openFolding(settings.connections, registry), settings);
  // Not before: somebody waits for the thread to begin, also to end it again, and on a full machine that would take seconds.
  if (settings.project) giveWay();
  await worker.run();
}

if (parentPort) void start(parentPort, workerData as WorkerSettings);
