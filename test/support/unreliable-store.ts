import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AllPage,
  type Appended,
  EventStore,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type Revision,
  type StoredEvent,
  StoreUnavailable,
  type SubscribeOptions,
} from '../../src/platform/event-store/event-store';

/** What happens to the next append: nothing is written, it is written but the answer is lost, or somebody else writes first. */
export type Fault = 'fails-before' | 'answer-is-lost' | ((stream: string) => Promise<unknown>) | Error;

/** A real store that misbehaves on request, counts what it is asked, and may pretend that others write to it too. */
export class UnreliableStore extends EventStore {
  /** Taken one by one by the next appends. */
  readonly faults: Fault[] = [];
  /** Down: appends and reads fail with StoreUnavailable. */
  down = false;
  delayMs = 0;
  readonly appends: { readonly stream: string; readonly expected: Revision; readonly events: readonly NewEvent[] }[] = [];
  reads = 0;
  /** Most appends that were under way at once. */
  mostInFlight = 0;
  private inFlight = 0;
  private held: (() => void)[] | undefined;

  constructor(
    private readonly inner: EventStore,
    readonly exclusive: boolean,
  ) {
    super();
  }

  /** From now on appends reach the store but are answered only after `release`. */
  hold(): void {
    this.held = [];
  }

  release(): void {
    for (const go of this.held ?? []) go();
    this.held = undefined;
  }

  async append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    this.appends.push({ stream, expected, events });
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    try {
      return await this.faulty(stream, expected, events);
    } finally {
      this.inFlight -= 1;
    }
  }

  async readStream(stream: string, options?: ReadStreamOptions): Promise<readonly StoredEvent[]> {
    this.reads += 1;
    if (this.delayMs > 0) await sleep(this.delayMs);
    if (this.down) throw new StoreUnavailable('The store is down');
    return this.inner.readStream(stream, options);
  }

  logId(): Promise<string> {
    return this.inner.logId();
  }
  readAll(options?: ReadAllOptions): Promise<AllPage> {
    return this.inner.readAll(options);
  }
  head(): Promise<number> {
    return this.inner.head();
  }
  subscribe(options: SubscribeOptions): AsyncIterable<AllPage> {
    return this.inner.subscribe(options);
  }
  check(): Promise<void> {
    return this.inner.check();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }

  private async faulty(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    const fault = this.faults.shift();
    if (this.delayMs > 0) await sleep(this.delayMs);
    if (this.down || fault === 'fails-before') throw new StoreUnavailable('The store did not answer');
    if (fault instanceof Error) throw fault;
    if (typeof fault === 'function') await fault(stream);
    const appended = await this.inner.append(stream, expected, events);
    if (this.held) await new Promise<void>((go) => this.held?.push(go));
    if (fault === 'answer-is-lost') throw new StoreUnavailable('The answer was lost');
    return appended;
  }
}
