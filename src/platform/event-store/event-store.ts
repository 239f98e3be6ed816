/**
 * The log: streams of events and their global order. Adapters: sqlite.ts (embedded) and eventstoredb.ts; one contract suite
 * (test/contracts/event-store.contract.ts) holds for both. Data and metadata are strings that round-trip byte for byte: encoding,
 * encryption, hashing and upcasting are the codec's business (codec.ts).
 */

/** `-1` means "the stream has no event yet"; otherwise the revision (0-based) of its last event. Always exact. */
export type Revision = number;
export const NO_STREAM: Revision = -1;

export interface NewEvent {
  /** UUID, derived from the command's id and the index. */
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

export interface StoredEvent extends NewEvent {
  readonly stream: string;
  readonly revision: Revision;
  /** Safe integer, ordered, with gaps. */
  readonly position: number;
}

export interface Appended {
  readonly revision: Revision;
  /** Of the last event appended. */
  readonly position: number;
}

export type Direction = 'forwards' | 'backwards';

export interface ReadStreamOptions {
  /** Inclusive. Default: the first event forwards, the last one backwards. Backwards from beyond the end is unspecified. */
  readonly from?: Revision;
  readonly direction?: Direction;
  /** At most 1,000 events a page; default 1,000. */
  readonly limit?: number;
}

export interface ReadAllOptions {
  /** Exclusive; default 0, before the first event. */
  readonly after?: number;
  /** Stream-name prefixes such as `giftCard-`; none means all streams. */
  readonly prefixes?: readonly string[];
  /** Default 1,000; at most 10,000. */
  readonly limit?: number;
}

export interface AllPage {
  readonly events: readonly StoredEvent[];
  /** Continue after this position: the last event's, or further where a filter skipped events. */
  readonly next: number;
  /** True when the log's end was reached. */
  readonly end: boolean;
}

export interface SubscribeOptions {
  /** Exclusive: catch-up from here, then live. */
  readonly after: number;
  readonly prefixes?: readonly string[];
  readonly signal: AbortSignal;
  /** Largest batch handed over; default 500. */
  readonly batch?: number;
}

/** Somebody was first: the stream is not at the expected revision. Nothing was written. */
export class RevisionConflict extends Error {
  constructor(
    readonly stream: string,
    readonly expected: Revision,
    readonly actual: Revision | undefined,
  ) {
    super(`${stream} is not at revision ${expected}`);
    this.name = 'RevisionConflict';
  }
}

/** The store did not answer in time, is starting, or the connection broke. For an append the outcome is unknown: retry it identically. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnavailable';
  }
}

/** The events of one append are larger than the store takes (1,000,000 bytes together, 256 kB one). Nothing was written. */
export class AppendTooLarge extends Error {
  constructor(readonly bytes: number) {
    super(`The append has ${bytes} bytes`);
    this.name = 'AppendTooLarge';
  }
}

export const MAX_APPEND_BYTES = 1_000_000;
export const MAX_EVENT_BYTES = 256_000;
/** UTF-16 to UTF-8. */
const MOST_BYTES_A_CHARACTER = 3;

export abstract class EventStore {
  /** True while this process is the only writer (it holds the data folder's lock): cached states are then authoritative. */
  abstract readonly exclusive: boolean;

  /** Random name of this log, renewed on restore and migration. Checkpoints and cursors of another log are worthless. */
  abstract logId(): Promise<string>;

  /**
   * Writes one to many events at the end of a stream, all or none, durable when the promise resolves.
   * Repeating one identical append (same ids, same expected revision, same group) is answered as the first time.
   * @throws RevisionConflict, StoreUnavailable (outcome unknown), AppendTooLarge, Error for an empty list
   */
  abstract append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended>;

  /** Empty when the stream does not exist or has nothing in that direction. */
  abstract readStream(stream: string, options?: ReadStreamOptions): Promise<readonly StoredEvent[]>;

  abstract readAll(options?: ReadAllOptions): Promise<AllPage>;

  /** Position of the last event, 0 for an empty log. */
  abstract head(): Promise<number>;

  /**
   * Batches in log order, from `after` on and then live, until aborted; survives lost connections by itself. A batch is handed
   * over when the handler of the one before has settled; an empty batch with a higher `next` tells how far a filter has searched.
   * The iterator ends when the signal aborts; it throws only what cannot be mended by waiting.
   */
  abstract subscribe(options: SubscribeOptions): AsyncIterable<AllPage>;

  /** Resolves when the store can append; rejects with StoreUnavailable and a sentence for people. For health checks. */
  abstract check(): Promise<void>;

  abstract close(): Promise<void>;
}

/** @throws Error | AppendTooLarge before anything is sent: the same limits for every adapter. */
export function checkAppend(events: readonly NewEvent[]): void {
  if (events.length === 0) throw new Error('An append needs at least one event');
  let total = 0;
  for (const { data, metadata } of events) {
    // The usual event: small however many bytes its characters take.
    if (events.length === 1 && (data.length + metadata.length) * MOST_BYTES_A_CHARACTER <= MAX_EVENT_BYTES) return;
    const bytes = Buffer.byteLength(data) + Buffer.byteLength(metadata);
    if (bytes > MAX_EVENT_BYTES) throw new AppendTooLarge(bytes);
    total += bytes;
  }
  if (total > MAX_APPEND_BYTES) throw new AppendTooLarge(total);
}

/** What stands before the first `-` of a stream's name; names without one share the category ''. */
export function categoryOf(stream: string): string {
  const dash = stream.indexOf('-');
  return dash < 0 ? '' : stream.slice(0, dash);
}
