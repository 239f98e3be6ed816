import {
  BACKWARDS,
  END,
  FORWARDS,
  jsonEvent,
  NO_STREAM as NO_STREAM_YET,
  type ResolvedEvent,
  START,
  type StreamingRead,
} from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import {
  type AllPage,
  type Appended,
  checkAppend,
  EventStore,
  type NewEvent,
  NO_STREAM,
  type ReadAllOptions,
  type ReadStreamOptions,
  type Revision,
  type StoredEvent,
  StoreUnavailable,
  type SubscribeOptions,
} from './event-store';
import { type Connection, connect } from './eventstoredb-client';
import { isMissing, translated, translatedAppend } from './eventstoredb-errors';
import { backOff, Follower, IDENTITY_STREAM, isOurs, positionOf, type Recorded, storedEvent } from './eventstoredb-follower';
import { type Mark, OwnHead } from './eventstoredb-head';

export interface EventStoreDbOptions {
  /** `esdb://` or `esdb+discover://`, with user and password where the server asks for them. */
  readonly url: string;
  /** Milliseconds until an append or a page of a read is given up. Default 10,000. */
  readonly deadline?: number;
}

/** The client's own deadline comes first; this is for the day when it does not. */
const BELT_AND_BRACES_MS = 2_000;
const READ_ATTEMPTS = 4;

/** The log on EventStoreDB or KurrentDB. Positions are the server's commit positions. */
export class EventStoreDbEventStore extends EventStore {
  readonly exclusive = false;
  private readonly connection: Connection;
  private readonly closed = new AbortController();
  private readonly deadline: number;
  private readonly ownHead = new OwnHead((from, count) => this.marks(from, count), isOurs);
  private identity?: Promise<string>;

  constructor({ url, deadline = 10_000 }: EventStoreDbOptions) {
    super();
    this.connection = connect(url);
    this.deadline = deadline;
  }

  /** Written once, by whoever comes first, into a stream of its own. */
  logId(): Promise<string> {
    this.identity ??= this.findIdentity().catch((error: unknown) => {
      this.identity = undefined;
      throw error;
    });
    return this.identity;
  }

  /** Gives the log a new name, so that checkpoints and cursors of the old one are worthless: after a restore or a migration. */
  async renewLogId(): Promise<string> {
    const [last] = await this.readStream(IDENTITY_STREAM, { direction: 'backwards', limit: 1 });
    const logId = randomUUID();
    await this.append(IDENTITY_STREAM, last?.revision ?? NO_STREAM, [named(logId)]);
    this.identity = Promise.resolve(logId);
    return logId;
  }

  async append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    checkAppend(events);
    this.open();
    const { client, credentials } = this.connection;
    const proposed = events.map(({ id, type, data, metadata }) => jsonEvent({ id, type, data: parsed(data), metadata: parsed(metadata) }));
    const expectedRevision = expected === NO_STREAM ? NO_STREAM_YET : BigInt(expected);
    try {
      const answer = await this.inTime(client.appendToStream(stream, proposed, { expectedRevision, credentials, deadline: this.deadline }));
      return { revision: Number(answer.nextExpectedRevision), position: Number(answer.position?.commit ?? 0n) };
    } catch (error) {
      throw translatedAppend(error, stream, expected, () => events.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0));
    }
  }

  async readStream(
    stream: string,
    { from, direction = 'forwards', limit = 1_000 }: ReadStreamOptions = {},
  ): Promise<readonly StoredEvent[]> {
    const forwards = direction === 'forwards';
    try {
      const open = () =>
        this.connection.client.readStream(stream, {
          direction: forwards ? FORWARDS : BACKWARDS,
          fromRevision: from !== undefined ? BigInt(from) : forwards ? START : END,
          maxCount: Math.min(limit, 1_000),
        });
      return await this.read(open, storedEvent);
    } catch (error) {
      if (isMissing(error)) return [];
      throw translated(error);
    }
  }

  async readAll({ after = 0, prefixes, limit = 1_000 }: ReadAllOptions = {}): Promise<AllPage> {
    const most = Math.min(limit, 10_000);
    const { signal } = this.closed;
    for (let attempt = 0; ; attempt++) {
      this.open();
      const follower = new Follower(this.connection.client, after, prefixes, most, await this.head());
      try {
        await follower.settled(most, signal, this.deadline);
        const page = follower.page(most, after);
        if (page) return page;
        if (follower.caughtUp) return { events: [], next: after, end: true };
        if (!follower.ended || attempt + 1 >= READ_ATTEMPTS) throw translated(follower.ended ?? new Error('No answer in time'));
      } finally {
        follower.stop();
      }
      await backOff(attempt, signal);
    }
  }

  async head(): Promise<number> {
    try {
      return await this.ownHead.position();
    } catch (error) {
      throw translated(error);
    }
  }

  private marks(from: number | undefined, maxCount: number): Promise<Mark[]> {
    const fromPosition = from === undefined ? END : { commit: BigInt(from), prepare: BigInt(from) };
    const open = () => this.connection.client.readAll({ direction: BACKWARDS, fromPosition, maxCount });
    return this.read(open, ({ streamId: stream, position }) => ({ stream, position: positionOf(position) }));
  }

  async *subscribe({ after, prefixes, signal, batch = 500 }: SubscribeOptions): AsyncIterable<AllPage> {
    const stopped = AbortSignal.any([signal, this.closed.signal]);
    let position = after;
    for (let attempt = 0; !stopped.aborted; attempt++) {
      const head = await this.head().catch(whenUnavailable);
      if (stopped.aborted) return;
      if (head !== undefined) {
        const follower = new Follower(this.connection.client, position, prefixes, batch * 2, head);
        try {
          while (!stopped.aborted) {
            const page = follower.page(batch, position);
            if (page) {
              attempt = 0;
              position = page.next;
              yield page;
            } else if (follower.ended) break;
            else await follower.news(stopped);
          }
        } finally {
          follower.stop();
        }
        if (follower.ended) whenUnavailable(translated(follower.ended));
      }
      await backOff(attempt, stopped);
    }
  }

  async check(): Promise<void> {
    await this.head();
  }

  async close(): Promise<void> {
    if (this.closed.signal.aborted) return;
    this.closed.abort();
    await this.connection.release();
  }

  private async findIdentity(): Promise<string> {
    const [last] = await this.readStream(IDENTITY_STREAM, { direction: 'backwards', limit: 1 });
    if (last) return (JSON.parse(last.data) as { logId: string }).logId;
    const logId = randomUUID();
    try {
      await this.append(IDENTITY_STREAM, NO_STREAM, [named(logId)]);
      return logId;
    } catch (error) {
      if ((error as Error).name === 'RevisionConflict') return this.findIdentity();
      throw error;
    }
  }

  /** Reads can be repeated: a connection that broke, or a server that has just started, costs a moment and not an error. */
  private async read<T>(open: () => StreamingRead<ResolvedEvent>, take: (event: Recorded) => T): Promise<T[]> {
    for (let attempt = 0; ; attempt++) {
      this.open();
      try {
        return await this.collected(open(), take);
      } catch (error) {
        const lasting = isMissing(error) || !(translated(error) instanceof StoreUnavailable);
        if (lasting || error instanceof StoreUnavailable || attempt + 1 >= READ_ATTEMPTS) throw error;
        await backOff(attempt, this.closed.signal);
      }
    }
  }

  /** The client's reads have no deadline, and one that is left alone stays open on the server: this sees to both. */
  private async collected<T>(stream: StreamingRead<ResolvedEvent>, take: (event: Recorded) => T): Promise<T[]> {
    const events: T[] = [];
    stream.on('error', () => undefined);
    const timer = setTimeout(() => stream.destroy(new StoreUnavailable('EventStoreDB did not answer in time.')), this.deadline);
    try {
      for await (const { event } of stream) if (event) events.push(take(event as Recorded));
      return events;
    } finally {
      clearTimeout(timer);
      stream.cancel().catch(() => undefined);
    }
  }

  private inTime<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new StoreUnavailable('EventStoreDB did not answer in time.'));
      const timer = setTimeout(late, this.deadline + BELT_AND_BRACES_MS);
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  private open(): void {
    if (this.closed.signal.aborted) throw new StoreUnavailable('The event log is closed.');
  }
}

const named = (logId: string): NewEvent => ({ id: randomUUID(), type: 'LogNamed', data: JSON.stringify({ logId }), metadata: '{}' });

/** @throws Error for JSON that the server's client would not give back byte for byte (spaces, integer-like keys, doubled keys) */
function parsed(json: string): Record<string, unknown> {
  const value = JSON.parse(json) as Record<string, unknown>;
  if (JSON.stringify(value) !== json)
    throw new Error('Only what JSON.stringify makes can be stored: this would not come back byte for byte');
  return value;
}

function whenUnavailable(error: unknown): undefined {
  if (!(error instanceof StoreUnavailable)) throw error;
}
