/**
 * Compares the wall clock with a clock that only runs. If they drift apart, somebody has set the time, or the machine was asleep: what
 * closes and expires for good must not trust such a clock.
 */
export class ClockDrift {
  private wall: number;
  private ran: number;

  constructor(
    private readonly millis: () => number,
    private readonly ticks: () => number = (): number => performance.now(),
    private readonly mostMs = 5 * 60_000,
  ) {
    this.wall = millis();
    this.ran = ticks();
  }

  /** Milliseconds that the wall clock is ahead (or, negative, behind) since this was made or accepted. */
  get drift(): number {
    return this.millis() - this.wall - (this.ticks() - this.ran);
  }

  get trusted(): boolean {
    return Math.abs(this.drift) <= this.mostMs;
  }

  /** An operator has looked: the wall clock is right as it is now. */
  accept(): void {
    this.wall = this.millis();
    this.ran = this.ticks();
  }

  /** For health and log; undefined while all is well. */
  get sentence(): string | undefined {
    if (this.trusted) return undefined;
    const minutes = Math.round(Math.abs(this.drift) / 60_000);
    const moved = `The clock has moved ${minutes} minutes ${this.drift > 0 ? 'ahead' : 'back'}.`;
    return `${moved} Nothing is closed or expired until it is right again, or accepted by a restart.`;
  }
}
