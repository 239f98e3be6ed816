import type { CommandContext, Instant } from '../../kernel/event-sourcing';
import type { Clock } from '../clock';
import type { PersonKeys } from '../security/vault';
import type { ChainEnd } from './chain';
import type { Codec, Subjects } from './codec';
import type { NewEvent } from './event-store';
import type { Keys } from './personal-values';
import type { Durable } from './stream-reader';
import { type Task, writes } from './task';

/** Characters of data and metadata after which an append takes no further command (the store's limit is counted in bytes). */
const MOST_CHARACTERS = 250_000;

/** An append that is ready to be sent, and where the chain ends after it. */
export interface Draft {
  readonly events: readonly NewEvent[];
  readonly end: ChainEnd;
  readonly recordedAt: Instant;
  /** Tasks of the group from here on did not fit: they wait for the next append. */
  readonly fits: number;
  /** Some values belong to persons who were erased and are not in the events: the state in memory must not keep them either. */
  readonly withheld: boolean;
}

/** Turns the facts of a group of commands into the events of one append. */
export class Drafter {
  constructor(
    private readonly codec: Codec,
    private readonly personKeys: PersonKeys,
    private readonly clock: Clock,
  ) {}

  /** Keys of persons are durable before the facts that need them; most groups speak of nobody and are drafted at once. */
  draft(stream: string, group: readonly Task[], durable: Durable): Draft | Promise<Draft> {
    const subjects = this.subjectsIn(group);
    if (!subjects) return this.encode(stream, group, durable);
    const { network } = group.find(writes) as Task;
    const drafted = (keys: Keys): Draft => this.encode(stream, group, durable, keys, keys.size < subjects.size);
    return this.personKeys.ensure(network, subjects).then(drafted);
  }

  private subjectsIn(group: readonly Task[]): Subjects | undefined {
    let all: Subjects | undefined;
    for (const task of group) {
      if (!writes(task)) continue;
      for (const fact of task.facts) {
        const some = this.codec.subjectsIn(fact);
        if (some) all = all ? new Map([...all, ...some]) : some;
      }
    }
    return all;
  }

  private encode(stream: string, group: readonly Task[], durable: Durable, keys?: Keys, withheld = false): Draft {
    const now = this.clock.now();
    const recordedAt = now > durable.recordedAt ? now : durable.recordedAt;
    const events: NewEvent[] = [];
    let end = { ...durable.end };
    let characters = 0;
    for (const [index, task] of group.entries()) {
      if (!writes(task)) continue;
      const next = { ...end };
      task.events = this.codec.encode(stream, task.context as CommandContext, task.facts, recordedAt, next, keys);
      for (const { data, metadata } of task.events) characters += data.length + metadata.length;
      if (characters > MOST_CHARACTERS && events.length > 0) return { events, end, recordedAt, fits: index, withheld };
      end = next;
      events.push(...task.events);
    }
    return { events, end, recordedAt, fits: group.length, withheld };
  }
}
