import { setTimeout as sleep } from 'node:timers/promises';
import { type Appended, type EventStore, type NewEvent, type Revision, StoreUnavailable } from './event-store';
import { Busy } from './streams';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1000;

/**
 * Appends until the outcome is known. A time-out says nothing about what was written, so the byte-identical group is sent again: the
 * store answers a repeat as the first time.
 */
export class Appender {
  constructor(
    private readonly store: EventStore,
    /** How long an unknown outcome is pursued before the callers are told to come back. */
    private readonly deadlineMs: number,
  ) {}

  /** @throws RevisionConflict, Busy past the deadline, and whatever the store refuses for good */
  append(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    return this.store.append(stream, expected, events).catch((error: unknown) => {
      if (error instanceof StoreUnavailable) return this.pursue(stream, expected, events);
      throw error;
    });
  }

  private async pursue(stream: string, expected: Revision, events: readonly NewEvent[]): Promise<Appended> {
    const until = performance.now() + this.deadlineMs;
    for (let pause = FIRST_PAUSE_MS; performance.now() + pause < until; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await sleep(pause);
      try {
        return await this.store.append(stream, expected, events);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
      }
    }
    throw new Busy(`The event store did not say in time whether it wrote to ${stream}`, 5);
  }
}
