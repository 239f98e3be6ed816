import type { Instant } from '../kernel/event-sourcing';

/** The time, asked for at the edge only; tests set it (test/support/fakes.ts). */
export abstract class Clock {
  abstract now(): Instant;
  /** Milliseconds since the epoch. */
  abstract millis(): number;
}

export class SystemClock extends Clock {
  private last = 0;
  private text: Instant = new Date(0).toISOString();

  /** Under load it is asked many times a millisecond; the text is made once. */
  now(): Instant {
    const millis = Date.now();
    if (millis !== this.last) {
      this.text = new Date(millis).toISOString();
      this.last = millis;
    }
    return this.text;
  }
  millis(): number {
    return Date.now();
  }
}
