import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Processors } from './processors';

/** The scheduler's second hand: what it moves is the processors' business. */
@Injectable()
export class Ticks {
  constructor(private readonly processors: Processors) {}

  @Interval(1_000)
  tick(): Promise<void> {
    return this.processors.tick();
  }
}
