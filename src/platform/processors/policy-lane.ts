import type { AnyPolicy, RecordedFact } from '../../kernel/event-sourcing';
import { type Backoff, delay, pause } from './backoff';
import { isTemporary } from './facts';

/** How a lane ended: everything in it is done, or its first fact could not be done. */
export interface LaneFailure {
  readonly at: RecordedFact;
  readonly error: unknown;
  readonly tries: number;
}

export interface LaneOptions {
  readonly react: (recorded: RecordedFact) => Promise<void>;
  /** Takes one of the policy's places while a step runs; none is held while waiting to try again. */
  readonly place: <T>(work: () => Promise<T>) => Promise<T>;
  readonly done: (recorded: RecordedFact) => void;
  /** The lane's first fact waits for another try, or no longer. */
  readonly waits: (waiting: boolean) => void;
  readonly backoff: Backoff;
  readonly triesBeforeParking: number;
  readonly signal: AbortSignal;
}

/** The facts of one stream on their way through one policy: one after another, in order. */
export class PolicyLane {
  private readonly queue: RecordedFact[] = [];
  /** Revision of the last fact that was done here. */
  private reached = -1;

  constructor(
    readonly policy: AnyPolicy,
    readonly stream: string,
    private readonly options: LaneOptions,
  ) {}

  add(recorded: RecordedFact): void {
    this.queue.push(recorded);
  }

  /** The facts that are not done. */
  get rest(): readonly RecordedFact[] {
    return this.queue;
  }

  /** Runs until the queue is empty, a fact fails for good, or the signal aborts. `first`: what is to be done before the queue. */
  async run(first?: AsyncIterable<RecordedFact>): Promise<LaneFailure | undefined> {
    if (first) {
      for await (const recorded of first) {
        const failure = await this.step(recorded);
        if (failure || this.options.signal.aborted) return failure;
      }
    }
    for (let recorded = this.queue[0]; recorded && !this.options.signal.aborted; recorded = this.queue[0]) {
      const failure = recorded.metadata.revision > this.reached ? await this.step(recorded) : undefined;
      if (failure || this.options.signal.aborted) return failure;
      this.queue.shift();
      this.options.done(recorded);
    }
    return undefined;
  }

  private async step(recorded: RecordedFact): Promise<LaneFailure | undefined> {
    const { react, place, backoff, triesBeforeParking, signal, waits } = this.options;
    for (let tries = 1, failures = 0; !signal.aborted; tries++) {
      try {
        await place(() => react(recorded));
        if (tries > 1) waits(false);
        this.reached = recorded.metadata.revision;
        return undefined;
      } catch (error) {
        // A store that is away says nothing about this fact: wait for it as long as it takes.
        if (!isTemporary(error)) failures += 1;
        if (tries === 1) waits(true);
        if (failures >= triesBeforeParking) {
          waits(false);
          return { at: recorded, error, tries: failures };
        }
      }
      await pause(delay(backoff, tries), signal);
    }
    return undefined;
  }
}

/** As many at a time as there are places; the others queue. */
export class Places {
  private readonly queue: (() => void)[] = [];

  constructor(private free: number) {}

  async in<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
