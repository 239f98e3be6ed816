import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BroadcastChannel, isMainThread, Worker } from 'node:worker_threads';
import { compiled } from '../workers';
import {
  type AllPage,
  type Appended,
  checkAppend,
  EventStore,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type Revision,
  type StoredEvent,
  StoreUnavailable,
  type SubscribeOptions,
} from './event-store';
import { SqliteAppends } from './sqlite-appends';
import { events, type FlatPage, page, SqliteReading, WIDTH } from './sqlite-reading';
import { SqliteReads } from './sqlite-reads';
import { channelName } from './sqlite-schema';
import { pause, Wakes } from './wakes';

export interface SqliteOptions {
  /** Path of the database file; its folder is made if it is missing. */
  readonly file: string;
  /** True when this process holds the lock of the data folder. Default true. */
  readonly exclusive?: boolean;
  /** The file may not grow beyond this, as if the disk were full there. */
  readonly maxBytes?: number;
  /** Appends that may wait; more are refused at once with StoreUnavailable. Default 10,000. */
  readonly mostWaiting?: number;
  /** Milliseconds until an append that the disk does not answer is given up. Default 10,000. */
  readonly deadline?: number;
  /** Called when the disk cannot be trusted any more. Default: one sentence on stderr, then the process exits with 70. */
  readonly onFatal?: (sentence: string) => void;
}

/** Rows of one stream that are read on the calling thread; the rest of a longer read goes to the reader. */
const READ_HERE = 64;
/** Somebody else may write to the file without a word (another process): subscriptions look for themselves this often. */
const LOOK_EVERY_MS = 1_000;
/**
 * A subscription that has just delivered waits this long for more, so that under load it takes batches rather than single events: what
 * a read model costs is mostly its transactions. An event that comes alone does not wait.
 */
const GATHER_MS = 40;
/** The write-ahead file's size at which it is worth a thread to empty it. */
const CHECKPOINT_FROM_BYTES = 4 * 1024 * 1024;

/**
 * The embedded log: one SQLite file. A thread writes, another reads long pages, a third empties the write-ahead file; the event
 * loop never waits for the disk but for a few rows of one stream.
 */
export class SqliteEventStore extends EventStore {
  private readonly reading: SqliteReading;
  private readonly reads?: SqliteReads;
  private readonly wakes = new Wakes();
  private readonly closed = new AbortController();
  private readonly channel?: BroadcastChannel;
  private housekeeping?: NodeJS.Timeout;
  private checkpointer?: Worker;
  private newest?: { readonly after: number; readonly page: AllPage };

  private constructor(
    private readonly file: string,
    readonly exclusive: boolean,
    private readonly appends?: SqliteAppends,
  ) {
    super();
    this.reading = new SqliteReading(file);
    if (isMainThread) this.reads = new SqliteReads(file);
    if (appends) {
      this.housekeeping = setInterval(() => void this.keepHouse(), LOOK_EVERY_MS).unref();
    } else {
      this.channel = new BroadcastChannel(channelName(file));
      this.channel.onmessage = (message): void => this.wakes.announce((message as { data: number }).data);
      this.channel.unref();
    }
  }

  /** Opens the log to write and read. One writer a file: the data folder's lock sees to that. */
  static async open(options: SqliteOptions): Promise<SqliteEventStore> {
    const file = resolve(options.file);
    await mkdir(dirname(file), { recursive: true });
    let store: SqliteEventStore | undefined;
    const appends = new SqliteAppends({
      file,
      maxBytes: options.maxBytes,
      mostWaiting: options.mostWaiting ?? 10_000,
      deadline: options.deadline ?? 10_000,
      onFatal: options.onFatal ?? endTheProcess,
      onCommit: (head) => store?.wakes.announce(head),
    });
    try {
      await appends.start();
      return (store = new SqliteEventStore(file, options.exclusive ?? true, appends));
    } catch (error) {
      await appends.close();
      throw error;
    }
  }

  /** Opens a log that another thread of this process writes, to read and to subscribe. In a worker thread it reads right there. */
  static openReader({ file }: { readonly file: string }): SqliteEventStore {
    return new SqliteEventStore(resolve(file), false);
  }

  /** How the writer's connection keeps what it has acknowledged: `synchronous` 2 is FULL. */
  get durability(): { readonly synchronous: number; readonly journal: string } | undefined {
    return this.appends?.pragmas;
  }

  async logId(): Promise<string> {
    return this.reading.logId();
  }

  append(stream: string, expected: Revision, newEvents: readonly NewEvent[]): Promise<Appended> {
    try {
      checkAppend(newEvents);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return this.appends ? this.appends.append(stream, expected, newEvents) : Promise.reject(readOnly());
  }

  async readStream(stream: string, options: ReadStreamOptions = {}): Promise<readonly StoredEvent[]> {
    const { from, direction = 'forwards' } = options;
    const limit = Math.min(options.limit ?? 1_000, 1_000);
    const here = this.reads ? Math.min(limit, READ_HERE) : limit;
    const rows = this.reading.stream(stream, from, direction, here);
    if (!this.reads || here === limit || rows.length < here * WIDTH) return events(rows);
    const next = (rows[rows.length - WIDTH + 2] as number) + (direction === 'forwards' ? 1 : -1);
    const rest = await this.reads.ask({ ask: 'stream', stream, from: next, direction, limit: limit - here });
    return events(rows.concat(rest.rows));
  }

  async readAll({ after = 0, prefixes, limit = 1_000 }: ReadAllOptions = {}): Promise<AllPage> {
    const most = Math.min(limit, 10_000);
    const flat: FlatPage = this.reads
      ? await this.reads.ask({ ask: 'all', after, prefixes, limit: most })
      : this.reading.all(after, prefixes, most);
    return page(flat);
  }

  async head(): Promise<number> {
    return this.reading.head();
  }

  async *subscribe({ after, prefixes, signal, batch = 500 }: SubscribeOptions): AsyncIterable<AllPage> {
    const stopped = AbortSignal.any([signal, this.closed.signal]);
    let position = after;
    let delivered = 0;
    while (!stopped.aborted) {
      const found = await this.following(position, prefixes, batch).catch(whenUnavailable);
      if (stopped.aborted) return;
      if (!found) {
        await pause(200, stopped);
        continue;
      }
      if (found.next > position) {
        position = found.next;
        yield found;
        delivered = performance.now();
      }
      if (!found.end) continue;
      await this.wakes.beyond(position, stopped, LOOK_EVERY_MS);
      if (performance.now() - delivered < GATHER_MS) await pause(GATHER_MS, stopped);
    }
  }

  /**
   * The page behind a position, for a subscription. Those of one thread (the projector's, the policies') go through the log side by
   * side, so the newest page is kept for the next of them; pages of a long catching-up are asked for once.
   */
  private async following(after: number, prefixes: readonly string[] | undefined, limit: number): Promise<AllPage> {
    if (prefixes && prefixes.length > 0) return this.readAll({ after, prefixes, limit });
    const { newest } = this;
    if (newest?.after === after && newest.page.events.length <= limit) return newest.page;
    const found = await this.readAll({ after, limit });
    this.newest = found.end && found.next > after ? { after, page: found } : undefined;
    return found;
  }

  check(): Promise<void> {
    return this.appends ? this.appends.check() : Promise.reject(readOnly());
  }

  async close(): Promise<void> {
    if (this.closed.signal.aborted) return;
    this.closed.abort();
    clearInterval(this.housekeeping);
    this.channel?.close();
    await ended(this.checkpointer);
    await this.reads?.close();
    this.reading.close();
    await this.appends?.close();
  }

  /** Starts the checkpointer when there is something for it to do, and again should it die. */
  private async keepHouse(): Promise<void> {
    if (this.checkpointer) return;
    const { size } = await stat(`${this.file}-wal`).catch(() => ({ size: 0 }));
    if (size < CHECKPOINT_FROM_BYTES || this.checkpointer || this.closed.signal.aborted) return;
    const worker = new Worker(compiled(__dirname, 'sqlite-checkpointer.js'), { workerData: { file: this.file } });
    this.checkpointer = worker;
    worker.on('error', () => undefined);
    worker.on('exit', () => (this.checkpointer = undefined));
  }
}

/** Tells the checkpointer to end, and waits until its connection is closed: the last one to close tidies the folder. */
async function ended(worker: Worker | undefined): Promise<void> {
  if (!worker) return;
  const exit = new Promise((resolve) => worker.once('exit', resolve));
  worker.postMessage('close');
  await exit;
}

const readOnly = (): Error => new Error('This event log was opened to read only');

function whenUnavailable(error: Error): undefined {
  if (!(error instanceof StoreUnavailable)) throw error;
}

/** After a failed fsync nobody knows what the disk holds: the only safe state is the one that a new start finds in the file. */
function endTheProcess(sentence: string): void {
  process.stderr.write(`${sentence} The process ends so that nothing more is acknowledged.\n`);
  process.exit(70);
}
