import { Worker } from 'node:worker_threads';
import { compiled } from '../workers';
import { type Appended, type NewEvent, RevisionConflict, StoreUnavailable } from './event-store';
import type { Answer, Group, WriterData } from './sqlite-writer';

interface Waiting {
  readonly stream: string;
  readonly expected: number;
  readonly count: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: Error) => void;
}

interface Flight {
  readonly waiting: readonly Waiting[];
  readonly since: number;
}

export interface AppendsOptions extends WriterData {
  /** Appends that may wait for the writer's answer; more are refused at once. */
  readonly mostWaiting: number;
  /** Milliseconds after which an append that the disk has not answered is given up: its outcome is then unknown. */
  readonly deadline: number;
  /** Called with a sentence when the disk cannot be trusted any more. The process must end. */
  readonly onFatal: (sentence: string) => void;
  /** Called with the position of the last event after each commit. */
  readonly onCommit: (head: number) => void;
}

interface Ready {
  readonly ready: true;
  readonly synchronous: number;
  readonly journal: string;
}

/**
 * So many go to an idle writer before the turn is over, so that it does not wait for the rest of them to be decided: while one half
 * of a busy shop's requests is committed, the other half is read and decided.
 */
const ENOUGH = 16;
/** A larger group would keep those that wait behind it too long. */
const MOST_IN_A_GROUP = 512;
/** Characters of a group: bounds what is copied between the threads at once. */
const CHARACTERS_IN_A_GROUP = 4_000_000;
/** Characters that may wait for the writer. */
const CHARACTERS_WAITING = 64_000_000;

/**
 * This thread's side of the writer: what is asked in one turn of the event loop, or while the writer is busy, goes as one group. One is
 * under way at a time, so that each commit takes in all that came during the one before.
 */
export class SqliteAppends {
  private worker?: Worker;
  private group: Group = [];
  private waiting: Waiting[] = [];
  private characters = 0;
  private flight?: Flight;
  private readonly backlog: { group: Group; waiting: Waiting[]; characters: number }[] = [];
  private backlogCharacters = 0;
  private backlogAppends = 0;
  private scheduled = false;
  private closing = false;
  private broken?: string;
  private restarts = 0;
  private readonly watchdog: NodeJS.Timeout;
  /** What the writer's connection says of itself. */
  pragmas?: { readonly synchronous: number; readonly journal: string };

  constructor(private readonly options: AppendsOptions) {
    this.watchdog = setInterval(() => this.watch(), 500).unref();
  }

  /** Resolves when the writer has opened the file. */
  start(): Promise<void> {
    const { file, maxBytes } = this.options;
    const worker = new Worker(compiled(__dirname, 'sqlite-writer.js'), { workerData: { file, maxBytes } satisfies WriterData });
    return new Promise((resolve, reject) => {
      let cause = new Error('The thread that writes the event log has ended.');
      worker.on('message', (message: Answer | Ready) => {
        if (!('ready' in message)) return this.answered(message);
        const { synchronous, journal } = message;
        this.pragmas = { synchronous, journal };
        this.worker = worker;
        this.broken = undefined;
        this.flush();
        resolve();
      });
      worker.on('error', (error) => (cause = error));
      worker.on('exit', () => {
        reject(new StoreUnavailable(`The event log ${file} cannot be opened: ${cause.message}.`, { cause }));
        if (this.worker === worker) this.died(cause);
      });
    });
  }

  append(stream: string, expected: number, events: readonly NewEvent[]): Promise<Appended> {
    return new Promise((resolve, reject) => {
      const refusal = this.refusal();
      if (refusal) return reject(new StoreUnavailable(refusal));
      const { group } = this;
      group.push(stream, expected, events.length);
      for (const { id, type, data, metadata } of events) {
        group.push(id, type, data, metadata);
        this.characters += data.length + metadata.length;
      }
      this.waiting.push({ stream, expected, count: events.length, resolve, reject });
      if (this.waiting.length >= MOST_IN_A_GROUP || this.characters >= CHARACTERS_IN_A_GROUP) this.setAside();
      if (this.waiting.length >= ENOUGH) this.flush();
      else this.schedule();
    });
  }

  /** Has the writer write something durably. */
  check(): Promise<void> {
    return new Promise((resolve, reject) => {
      const refusal = this.refusal();
      if (refusal) return reject(new StoreUnavailable(refusal));
      this.setAside();
      this.backlog.push({ group: [], waiting: [{ stream: '', expected: 0, count: 0, resolve: () => resolve(), reject }], characters: 0 });
      this.backlogAppends += 1;
      this.schedule();
    });
  }

  /** Lets everything that was accepted be written first. */
  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    clearInterval(this.watchdog);
    while (this.worker && (this.flight || this.waiting.length > 0 || this.backlog.length > 0)) {
      this.flush();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const { worker } = this;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('close');
    await ended;
  }

  private refusal(): string | undefined {
    if (this.closing) return 'The event log is closed.';
    if (this.broken) return this.broken;
    const waiting = this.waiting.length + this.backlogAppends + (this.flight?.waiting.length ?? 0);
    if (waiting < this.options.mostWaiting && this.characters + this.backlogCharacters < CHARACTERS_WAITING) return undefined;
    return 'More is being written than the disk can take. Try again in a moment.';
  }

  private schedule(): void {
    if (this.scheduled || this.flight) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  private setAside(): void {
    if (this.waiting.length === 0) return;
    this.backlog.push({ group: this.group, waiting: this.waiting, characters: this.characters });
    this.backlogCharacters += this.characters;
    this.backlogAppends += this.waiting.length;
    this.group = [];
    this.waiting = [];
    this.characters = 0;
  }

  private flush(): void {
    if (!this.worker || this.flight) return;
    if (this.backlog.length === 0) this.setAside();
    const next = this.backlog.shift();
    if (!next) return;
    this.backlogCharacters -= next.characters;
    this.backlogAppends -= next.waiting.length;
    this.flight = { waiting: next.waiting, since: performance.now() };
    this.worker.postMessage(next.group);
  }

  private answered(answer: Answer): void {
    const { waiting } = this.flight!;
    this.flight = undefined;
    if ('failed' in answer && answer.fatal) this.options.onFatal(answer.failed);
    this.flush();
    if ('failed' in answer) return rejectAll(waiting, answer.failed);
    this.restarts = 0;
    let result = 0;
    for (const { stream, expected, count, resolve, reject } of waiting) {
      const position = count === 0 ? 0 : answer.results[result++]!;
      if (position < 0) reject(new RevisionConflict(stream, expected, -2 - position));
      else resolve({ revision: expected + count, position });
    }
    this.options.onCommit(answer.head);
  }

  /** What is on its way may or may not have been written; what waits here was not. Both are told the same: try again. */
  private died(cause: Error): void {
    this.worker = undefined;
    if (this.closing) return;
    this.broken = 'The thread that writes the event log has ended and is being started again.';
    this.setAside();
    const lost = [...(this.flight ? [this.flight] : []), ...this.backlog.splice(0)];
    this.flight = undefined;
    this.backlogCharacters = 0;
    this.backlogAppends = 0;
    for (const { waiting } of lost) rejectAll(waiting, this.broken, cause);
    const delay = Math.min(10_000, 100 * 2 ** this.restarts++);
    setTimeout(() => {
      if (!this.closing) this.start().catch((error: Error) => this.died(error));
    }, delay).unref();
  }

  /** A disk that hangs: those who wait for it are told after the deadline, those who come meanwhile at once. */
  private watch(): void {
    const { flight } = this;
    if (!flight || performance.now() - flight.since < this.options.deadline) {
      if (this.worker) this.broken = undefined;
      return;
    }
    this.broken = 'The disk that holds the event log does not answer.';
    rejectAll(flight.waiting, this.broken);
  }
}

function rejectAll(waiting: readonly Waiting[], sentence: string, cause?: Error): void {
  for (const { reject } of waiting) reject(new StoreUnavailable(sentence, { cause }));
}
