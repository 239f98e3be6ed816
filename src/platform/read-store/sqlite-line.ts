import { Worker } from 'node:worker_threads';
import { StoreUnavailable } from '../event-store/event-store';
import { compiled } from '../workers';
import type { Answer, Call, OperationName, Operations } from './sqlite-operations';
import type { ThreadData } from './sqlite-thread';

interface Waiting {
  readonly call: Call;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** One group is being committed, the next is on its way; what comes meanwhile becomes the one after. */
const GROUPS_IN_FLIGHT = 2;

/** The main thread's end of a thread: gathers calls into groups and hands out their answers. The thread starts with the first call. */
export class SqliteLine {
  private worker: Worker | undefined;
  private waiting: Waiting[] = [];
  private readonly inFlight: Waiting[][] = [];
  private scheduled = false;
  private closed = false;

  constructor(
    private readonly data: ThreadData,
    /** A reader's groups are small, so that a short question does not wait for a long one's neighbours. */
    private readonly largestGroup: number,
  ) {}

  ask<N extends OperationName>(name: N, ...args: Parameters<Operations[N]>): Promise<ReturnType<Operations[N]>> {
    if (this.closed) return Promise.reject(new StoreUnavailable('The read store is closed.'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ call: { name, args }, resolve: resolve as (value: unknown) => void, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      queueMicrotask(() => this.send());
    });
  }

  /** Waits for what was asked, then ends the thread. */
  async close(): Promise<void> {
    this.closed = true;
    while (this.waiting.length > 0 || this.inFlight.length > 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const { worker } = this;
    if (!worker) return;
    // An idle thread does not keep the process alive, but whoever waits here must see its end.
    worker.ref();
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
      worker.postMessage('close');
    });
  }

  private send(): void {
    this.scheduled = false;
    while (this.waiting.length > 0 && this.inFlight.length < GROUPS_IN_FLIGHT) {
      const group = this.waiting.splice(0, this.largestGroup);
      this.inFlight.push(group);
      const thread = this.thread();
      thread.ref();
      thread.postMessage(group.map(({ call }) => call));
    }
  }

  private answered(answers: readonly Answer[]): void {
    const group = this.inFlight.shift() ?? [];
    group.forEach(({ resolve, reject }, i) => {
      const answer = answers[i];
      if ('failed' in answer) reject(asError(answer.failed, answer.code));
      else resolve(answer.value);
    });
    this.send();
    if (this.inFlight.length === 0) this.worker?.unref();
  }

  private thread(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(compiled(__dirname, 'sqlite-thread.js'), { workerData: this.data });
    worker.on('message', (answers: readonly Answer[]) => this.answered(answers));
    worker.on('error', (error) => this.lost(worker, error));
    worker.on('exit', () => this.lost(worker, new Error('its thread ended')));
    this.worker = worker;
    return worker;
  }

  /** Whether the groups in flight were written is unknown; the next call starts a new thread. */
  private lost(worker: Worker, cause: Error): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    const error = new StoreUnavailable('The read store stopped while it was writing; try again.', { cause });
    for (const { reject } of this.inFlight.splice(0).flat()) reject(error);
    if (this.waiting.length > 0) this.send();
  }
}

const UNUSABLE = /^SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN|LOCKED|NOTADB|CORRUPT|PERM|NOMEM)/;

/** What can be mended by waiting or by an operator is told apart from a mistake in a call. */
export function asError(message: string, code: string | undefined, cause?: unknown): Error {
  if (!code || !UNUSABLE.test(code)) return new Error(message, { cause });
  const reason = code.startsWith('SQLITE_FULL') ? 'the disk is full' : `${message} (${code})`;
  return new StoreUnavailable(`The read store cannot be used: ${reason}.`, { cause });
}
