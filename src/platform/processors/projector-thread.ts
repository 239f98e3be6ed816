import { Worker } from 'node:worker_threads';
import { type AllPage, StoreUnavailable } from '../event-store/event-store';
import { compiled } from '../workers';
import { type Backoff, delay } from './backoff';
import type { Log } from './log';
import { describe } from './parked-work';
import type { ProjectorNews } from './projector';
import type { FromWorker, ToWorker, WorkerSettings } from './projector-worker';
import type { Progress } from './rebuild';

interface AskedRebuild {
  readonly onProgress?: (progress: Progress) => void;
  readonly resolve: (models: readonly string[]) => void;
  readonly reject: (error: Error) => void;
}

/** Hands over one page after the other; `undefined` ends it, and an error that comes while nobody waits is kept for the next who does. */
class Feed {
  private coming: Promise<AllPage | undefined>;
  private resolve: (page: AllPage | undefined) => void = () => undefined;
  private reject: (error: Error) => void = () => undefined;

  constructor() {
    this.coming = this.renew();
  }

  put(page: AllPage | undefined): void {
    this.resolve(page);
  }

  broken(error: Error): void {
    this.reject(error);
  }

  async next(): Promise<AllPage | undefined> {
    const page = await this.coming;
    this.coming = this.renew();
    return page;
  }

  private renew(): Promise<AllPage | undefined> {
    const coming = new Promise<AllPage | undefined>((resolve, reject) => Object.assign(this, { resolve, reject }));
    coming.catch(() => undefined);
    return coming;
  }
}

const BACKOFF: Backoff = { firstMs: 250, mostMs: 30_000 };
/** A thread that ran for so long before it died counts as a first failure again. */
const HEALTHY_MS = 60_000;
const STOP_WITHIN_MS = 10_000;
/** A batch's events and facts are garbage as soon as it is written: with room for a batch they never reach the old generation. */
export const LIMITS = { maxYoungGenerationSizeMb: 32 };

/** The main thread's side of the projector: starts its thread, starts it again when it dies, and says so. */
export class ProjectorThread {
  private worker?: Worker;
  private readonly rebuilds = new Map<number, AskedRebuild>();
  private readonly feeds = new Map<number, Feed>();
  private number = 0;
  private failures = 0;
  private stopped = false;
  private restart?: NodeJS.Timeout;
  private trouble?: string;
  private atEnd = true;

  constructor(
    private readonly settings: WorkerSettings,
    private readonly log: Log,
    private readonly hear: (news: ProjectorNews | { readonly kind: 'left' }) => void,
  ) {}

  start(): void {
    if (this.stopped) return;
    const worker = new Worker(compiled(__dirname, 'projector-worker.js'), { workerData: this.settings, resourceLimits: LIMITS });
    const began = performance.now();
    let cause: unknown;
    this.worker = worker;
    worker.on('message', (message: FromWorker) => this.receive(message));
    worker.on('error', (error) => (cause = error));
    worker.on('exit', () => this.ended(cause, performance.now() - began));
  }

  /** True while the projector has a backlog. */
  get behind(): boolean {
    return !this.atEnd;
  }

  /** For health: what is wrong, in a sentence; undefined when nothing is. */
  get sentence(): string | undefined {
    return this.trouble;
  }

  /** Rebuilds these models beside the live ones; resolves when they are swapped. */
  rebuild(
    models: readonly string[],
    { fresh = false, onProgress }: { fresh?: boolean; onProgress?: (progress: Progress) => void } = {},
  ): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      const id = ++this.number;
      if (!this.worker) return reject(new StoreUnavailable('The projector is not running.'));
      this.rebuilds.set(id, { onProgress, resolve, reject });
      this.ask({ ask: 'rebuild', id, models, fresh });
    });
  }

  /** Pages of the log in which only events of these types are left. Throws StoreUnavailable when the thread dies. */
  async *feed(after: number, types: ReadonlySet<string>, signal: AbortSignal): AsyncIterable<AllPage> {
    if (!this.worker) throw new StoreUnavailable('The projector is not running.');
    const id = ++this.number;
    const feed = new Feed();
    const abort = (): void => feed.put(undefined);
    signal.addEventListener('abort', abort, { once: true });
    this.feeds.set(id, feed);
    this.ask({ ask: 'feed', id, after, types });
    try {
      for (let page = await feed.next(); page && !signal.aborted; page = await feed.next()) {
        yield page;
        this.ask({ ask: 'more', id });
      }
    } finally {
      signal.removeEventListener('abort', abort);
      this.feeds.delete(id);
      this.ask({ ask: 'end', id });
    }
  }

  /** Looks at retries and pointers at once. */
  look(): void {
    this.ask({ ask: 'look' });
  }

  /** Lets the batch under way end; resolves when the thread is gone. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.restart);
    const { worker } = this;
    if (!worker) return;
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    this.ask({ ask: 'stop' });
    const late = setTimeout(() => void worker.terminate(), STOP_WITHIN_MS);
    await gone;
    clearTimeout(late);
  }

  private ask(message: ToWorker): void {
    this.worker?.postMessage(message);
  }

  private receive(message: FromWorker): void {
    switch (message.kind) {
      case 'log':
        return this.log[message.level](message.details, message.message);
      case 'page':
        return this.feeds.get(message.id)?.put(message.page);
      case 'broken':
        return this.feeds.get(message.id)?.broken(new StoreUnavailable(message.error));
      case 'rebuilt':
        return this.rebuilt(message);
      default:
        return this.news(message);
    }
  }

  private news(news: ProjectorNews): void {
    if (news.kind === 'trouble') this.trouble = news.sentence;
    if (news.kind === 'serving' || news.kind === 'folded') this.trouble = undefined;
    if (news.kind === 'folded') this.atEnd = news.end;
    if (news.kind === 'progress') for (const { onProgress } of this.rebuilds.values()) onProgress?.(news.progress);
    this.hear(news);
  }

  private rebuilt({ id, models, error }: Extract<FromWorker, { kind: 'rebuilt' }>): void {
    const asked = this.rebuilds.get(id);
    this.rebuilds.delete(id);
    if (models) asked?.resolve(models);
    else asked?.reject(new Error(error));
  }

  private ended(cause: unknown, ranMs: number): void {
    this.worker = undefined;
    this.atEnd = true;
    const lost = new StoreUnavailable('The thread that keeps the read models has ended.', { cause });
    for (const feed of this.feeds.values()) feed.broken(lost);
    for (const { reject } of [...this.rebuilds.values()]) reject(lost);
    this.rebuilds.clear();
    this.hear({ kind: 'left' });
    if (this.stopped) return;
    this.failures = ranMs > HEALTHY_MS ? 1 : this.failures + 1;
    const why = cause ? ` (${describe(cause)})` : '';
    this.trouble = `The read models are not kept up to date: their thread has ended${why} and is started again.`;
    this.log.error(
      { failures: this.failures, error: cause ? describe(cause) : undefined },
      'The projector thread has ended and is started again',
    );
    this.restart = setTimeout(() => this.start(), delay(BACKOFF, this.failures));
    this.restart.unref();
  }
}
