import type { CommandContext, Instant } from '../../src/kernel/event-sourcing';
import { Clock } from '../../src/platform/clock';
import { Ids } from '../../src/platform/ids';

/** A clock that stands still until it is told otherwise. */
export class SettableClock extends Clock {
  private time: number;

  constructor(start: Instant = '2026-11-22T09:00:00.000Z') {
    super();
    this.time = Date.parse(start);
  }

  now(): Instant {
    return new Date(this.time).toISOString();
  }

  millis(): number {
    return this.time;
  }

  /** Also backwards, as clocks of real machines do. */
  set(instant: Instant): void {
    this.time = Date.parse(instant);
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
  }
}

/** Ids that count: `card_1`, `card_2`; derived ones show what they come from. */
export class CountingIds extends Ids {
  private readonly counts = new Map<string, number>();

  next(prefix: string): string {
    return `${prefix}_${this.count(prefix)}`;
  }

  derived(prefix: string, network: string, operation: string, key: string): string {
    return `${prefix}_${[network, operation, key].join('.')}`;
  }

  secret(characters: number): string {
    return String(this.count('secret')).padStart(characters, '0');
  }

  uuid(): string {
    return `00000000-0000-4000-8000-${String(this.count('uuid')).padStart(12, '0')}`;
  }

  private count(name: string): number {
    const next = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, next);
    return next;
  }
}

/** A command's context with what a test does not care about filled in. */
export const contextOf = (commandId: string, more: Partial<CommandContext> = {}): CommandContext => ({
  network: 'net_1',
  actor: { kind: 'employee', id: 'emp_1' },
  commandId,
  at: '2026-11-22T09:00:00.000Z',
  correlation: `correlation-of-${commandId}`,
  ...more,
});
