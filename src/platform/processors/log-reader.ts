import { Worker } from 'node:worker_threads';
import type { StoredEvent } from '../event-store/event-store';
import { StoreUnavailable } from '../event-store/event-store';
import type { Keys } from '../event-store/personal-values';
import { events, type FlatEvents } from '../event-store/sqlite-reading';
import { compiled } from '../workers';

/** A page of the log as the reading thread hands it over: only events that somebody folds. */
export interface ReadyPage {
  readonly events: readonly StoredEvent[];
  /** All events of the page, also those that nobody folds. */
  readonly count: number;
  readonly next: number;
  readonly end: boolean;
  /** Of all persons in the page who are not erased; undefined when they could not be had, and the folding thread finds out why. */
  readonly keys?: Keys;
}

export interface FlatReadyPage extends Omit<ReadyPage, 'events' | 'keys'> {
  readonly rows: FlatEvents;
  readonly keys?: FlatKeys;
}

/** What crosses between threads: the keys one after the other in the order of their persons. */
export interface FlatKeys {
  readonly subjects: readonly string[];
  readonly bytes: Uint8Array;
}

export const KEY_BYTES = 32;

export interface ReaderSettings {
  readonly dataFolder: string;
  readonly masterKeys: readonly Uint8Array[];
  /** Types of facts that are folded. */
  readonly wanted: ReadonlySet<string>;
}

export interface ReaderQuestion {
  readonly after: number;
  readonly limit: number;
  /** How many pages are wanted at first, each beginning where the one before ends; they stop with the last page of the log. */
  readonly pages: number;
}

/** One page more. */
export const MORE = 'more';

/** Pages that are made ready before they are asked for, so that neither thread waits for a page that takes the other one longer. */
const AHEAD = 4;

interface Waiting {
  resolve(page: ReadyPage): void;
  reject(error: Error): void;
}

/**
 * Reads an embedded log and the keys of its persons in a thread of its own: while one page is folded on one core, the other core makes
 * the next ones ready. One question at a time, each after where the last page ended.
 */
export class LogReader {
  private readonly worker: Worker;
  private readonly answers: (FlatReadyPage | string)[] = [];
  /** The end of the log was not handed over since the last beginning. */
  private reading = false;
  private waiting?: Waiting;
  private ended?: Error;

  constructor(settings: ReaderSettings) {
    this.worker = new Worker(compiled(__dirname, 'log-reader-worker.js'), {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    });
    this.worker.on('message', (answer: FlatReadyPage | string) => {
      this.answers.push(answer);
      this.handOver();
    });
    const lost = (cause?: unknown): void => {
      this.ended ??= new StoreUnavailable('The thread that reads the event log has ended.', { cause });
      this.waiting?.reject(this.ended);
    };
    this.worker.on('error', lost);
    this.worker.on('exit', () => lost());
  }

  read({ after, limit }: Pick<ReaderQuestion, 'after' | 'limit'>): Promise<ReadyPage> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(this.ended);
      this.waiting = { resolve, reject };
      this.worker.postMessage(this.reading ? MORE : ({ after, limit, pages: AHEAD } satisfies ReaderQuestion));
      this.reading = true;
      this.handOver();
    });
  }

  async close(): Promise<void> {
    if (this.ended) return;
    const exited = new Promise((resolve) => this.worker.once('exit', resolve));
    this.worker.postMessage(null);
    await exited;
  }

  private handOver(): void {
    const { waiting } = this;
    const answer = waiting && this.answers.shift();
    if (answer === undefined) return;
    this.waiting = undefined;
    if (typeof answer === 'string') {
      this.reading = false;
      return waiting!.reject(new StoreUnavailable(`The event log cannot be read: ${answer}.`));
    }
    this.reading = !answer.end;
    const { rows, keys, ...about } = answer;
    waiting!.resolve({ ...about, events: events(rows), keys: keys && keysIn(keys) });
  }
}

function keysIn({ subjects, bytes }: FlatKeys): Keys {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return new Map(subjects.map((subject, n) => [subject, all.subarray(n * KEY_BYTES, (n + 1) * KEY_BYTES)]));
}
