import {
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type EventStoreDBClient,
  type Position,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import type { AllPage, StoredEvent } from './event-store';
import { pause, Wakes } from './wakes';

/** Where the log's own name is kept; not an event of ours, so nobody is shown it. */
export const IDENTITY_STREAM = 'logIdentity';
/** The server says how far a filter has searched after so many windows of 32 events. */
const CHECKPOINT_INTERVAL = 100;
const CONFIRMATION_MS = 10_000;
const LOOK_EVERY_MS = 1_000;

/** One subscription to the whole log, taken page by page; the server is held back while nobody takes. It does not mend itself. */
export class Follower {
  private readonly subscription: AllStreamSubscription;
  private readonly wakes = new Wakes();
  private readonly buffer: StoredEvent[] = [];
  private searched: number;
  private confirmed = false;
  private live = false;
  private readonly late: NodeJS.Timeout;
  /** Why it ended; undefined while it runs. */
  ended?: Error;

  /** `head`: a position that the log had reached before; once the server says "caught up", everything up to it was handed over. */
  constructor(
    client: EventStoreDBClient,
    private readonly from: number,
    prefixes: readonly string[] | undefined,
    private readonly most: number,
    private readonly head: number,
  ) {
    this.searched = from;
    const told = {
      checkpointInterval: CHECKPOINT_INTERVAL,
      checkpointReached: (_: unknown, { commit }: Position): void => this.reached(Number(commit)),
    };
    this.subscription = client.subscribeToAll({
      fromPosition: from === 0 ? START : { commit: BigInt(from), prepare: BigInt(from) },
      filter:
        prefixes && prefixes.length > 0
          ? streamNameFilter({ prefixes: [...prefixes], ...told })
          : streamNameFilter({ regex: '^[^$]', ...told }),
    });
    this.subscription.on('data', ({ event }: AllStreamResolvedEvent) => this.take(event));
    this.subscription.on('caughtUp', () => {
      this.live = true;
      this.wakes.wakeAll();
    });
    this.subscription.on('confirmation', () => (this.confirmed = true));
    this.subscription.on('error', (error) => this.end(error));
    this.subscription.on('end', () => this.end(new Error('The server ended the subscription')));
    this.subscription.on('close', () => this.end(new Error('The subscription was closed')));
    this.late = setTimeout(() => {
      if (!this.confirmed) this.end(new Error('The server did not confirm the subscription'));
    }, CONFIRMATION_MS).unref();
  }

  /** What has come so far, at most `limit`; undefined when there is nothing to tell. */
  page(limit: number, told: number): AllPage | undefined {
    const events = this.buffer.splice(0, limit);
    if (this.buffer.length < this.most && !this.ended) this.subscription.resume();
    const drained = this.buffer.length === 0 && this.subscription.readableLength === 0;
    if (drained && this.live) this.reached(this.head);
    const last = events.at(-1)?.position ?? told;
    const next = drained ? Math.max(last, this.searched) : last;
    if (events.length === 0 && next <= told) return undefined;
    return { events, next, end: drained && this.live };
  }

  /** Resolves when `limit` events have come, or all there were, or it has ended; after `most` milliseconds at the latest. */
  async settled(limit: number, signal: AbortSignal, most: number): Promise<void> {
    const until = performance.now() + most;
    for (let left = most; left > 0 && !signal.aborted; left = until - performance.now()) {
      if (this.ended || this.buffer.length >= limit || (this.live && this.subscription.readableLength === 0)) return;
      await this.wakes.beyond(Number.MAX_SAFE_INTEGER, signal, left);
    }
  }

  /** True once the server has said "caught up" and nothing of what came before it is left here. */
  get caughtUp(): boolean {
    return this.live && this.buffer.length === 0 && this.subscription.readableLength === 0;
  }

  /** Resolves when something has come, the subscription has ended or the signal aborts; after a second at the latest. */
  async news(signal: AbortSignal): Promise<void> {
    if (this.buffer.length > 0 || this.ended) return;
    await this.wakes.beyond(Number.MAX_SAFE_INTEGER, signal, LOOK_EVERY_MS);
  }

  /** Always ends the call on the server too: leaving a read alone keeps it open there. */
  stop(): void {
    clearTimeout(this.late);
    this.end(new Error('The subscription was stopped'));
    this.subscription.unsubscribe().catch(() => undefined);
  }

  private take(event: Recorded | undefined): void {
    if (!event || !isOurs(event.streamId)) return;
    const stored = storedEvent(event);
    if (stored.position <= this.from) return;
    this.buffer.push(stored);
    if (this.buffer.length >= this.most) this.subscription.pause();
    this.wakes.wakeAll();
  }

  private reached(position: number): void {
    if (position <= this.searched) return;
    this.searched = position;
    this.wakes.wakeAll();
  }

  private end(error: Error): void {
    this.ended ??= error;
    clearTimeout(this.late);
    this.wakes.wakeAll();
  }
}

export type Recorded = NonNullable<AllStreamResolvedEvent['event']>;

/** Of the product, and not a record of the server's or the log's own name. */
export const isOurs = (stream: string): boolean => stream !== IDENTITY_STREAM && !stream.startsWith('$');

export const positionOf = (position: Recorded['position']): number => Number((position as { commit: bigint }).commit);

/** The client parses; what is stored is a string again, and the same one: appends are refused where that would not hold. */
export function storedEvent({ id, type, data, metadata, streamId, revision, position }: Recorded): StoredEvent {
  return {
    id,
    type,
    data: JSON.stringify(data),
    metadata: JSON.stringify(metadata),
    stream: streamId,
    revision: Number(revision),
    position: positionOf(position),
  };
}

/** 100 ms, doubled up to 10 s, give or take a fifth. */
export function backOff(attempt: number, signal: AbortSignal): Promise<void> {
  return pause(Math.min(10_000, 100 * 2 ** attempt) * (0.8 + 0.4 * Math.random()), signal);
}
