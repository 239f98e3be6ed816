import { Clock } from '../../platform/clock';

/** The time of the story that is being told: it only goes forwards, and only when it is told to. */
export class StoryClock extends Clock {
  constructor(private time: number) {
    super();
  }

  now(): string {
    return new Date(this.time).toISOString();
  }

  millis(): number {
    return this.time;
  }

  advanceTo(time: number): void {
    this.time = Math.max(this.time, time);
  }
}
