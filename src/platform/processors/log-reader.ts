import { Worker } from 'node:worker_threads';
import type { StoredEvent } from '../event-store/event-store';
import { StoreUnavailable } from '../event-store/event-store';
import { events, type FlatEvents } from '../event-store/sqlite-reading';
import { compiled } from '../workers';

/** A page of the log as the reading thread hands it over: only events that somebody folds. */
export interface ReadyPage {
  readonly events: readonly StoredEvent[];
  /** All events of the page, also those that nobody folds. */
  readonly count: number;
  readonly next: number;
  readonly end: boolean;
  /** False when something in the page could not be opened: it is then as it is stored, and the folding thread finds out why. */
  readonly opened: boolean;
}

export interface FlatReadyPage extends Omit<ReadyPage, 'events'> {
  readonly rows: FlatEvents;
}

export interface ReaderSettings {
  readonly dataFolder: string;
  readonly masterKeys: readonly Uint8Array[];
  /** Types of facts that are folded. */
  readonly wanted: ReadonlySet<string>;
}

export interface ReaderQuestion {
  readonly after: number;
  readonly limit: number;
}

/**
 * Reads an embedded log in a thread of its own and opens its personal values there: while one page is folded on one core, the other
 * core makes the next one ready. One question at a time.
 */
export class LogReader {
  private readonly worker: Worker;
  private waiting?: { resolve(page: ReadyPage): void; reject(error: Error): void };
  private ended?: Error;

  constructor(settings: ReaderSettings) {
    this.worker = new Worker(compiled(__dirname, 'log-reader-worker.js'), {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    });
    this.worker.on('message', (answer: FlatReadyPage | string) => {
      if (typeof answer === 'string') this.waiting?.reject(new StoreUnavailable(`The event log cannot be read: ${answer}.`));
      else this.waiting?.resolve({ ...answer, events: events(answer.rows) });
    });
    const lost = (cause?: unknown): void => {
      this.ended ??= new StoreUnavailable('The thread that reads the event log has ended.', { cause });
      this.waiting?.reject(this.ended);
    };
    this.worker.on('error', lost);
    this.worker.on('exit', () => lost());
  }

  read(question: ReaderQuestion): Promise<ReadyPage> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(this.ended);
      this.waiting = { resolve, reject };
      this.worker.postMessage(question);
    });
  }

  async close(): Promise<void> {
    if (this.ended) return;
    const exited = new Promise((resolve) => this.worker.once('exit', resolve));
    this.worker.postMessage(null);
    await exited;
  }
}
