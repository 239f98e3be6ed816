import type { Instant } from '../kernel/event-sourcing';

/** The time, asked for at the edge only; tests set it (test/support/fakes.ts). */
export abstract class Clock {
  abstract now(): Instant;
  /** Milliseconds since the epoch. */
  abstract millis(): number;
}

export class SystemClock extends Clock {
  now(): Instant {
    return new Date().toISOString();
  }
  millis(): number {
    return Date.now();
  }
}
