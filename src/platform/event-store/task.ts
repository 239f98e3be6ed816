import type { CommandContext, Fact, FactMetadata, Instant, RecordedFact } from '../../kernel/event-sourcing';
import type { NewEvent } from './event-store';
import type { Change, Decision } from './streams';

/** What a decision came to, on a state that may still be speculative. */
export type Verdict = 'undecided' | 'writes' | 'nothing' | 'refused' | 'repeat';

/** One command that waits for its answer. */
export class Task {
  verdict: Verdict = 'undecided';
  facts: readonly Fact[] = [];
  /** The state and revision after this task's facts, or those that its refusal rests on. */
  state: unknown;
  revision = -1;
  error: unknown;
  /** What the stream holds of this command, once that was looked up; empty when it was mistaken for another. */
  original: readonly RecordedFact[] | undefined;
  events: readonly NewEvent[] = [];
  /** How often somebody else was first. */
  conflicts = 0;
  private settled = false;

  constructor(
    /** `undefined` for a look at the state, which is a decision of nothing that has no identity. */
    readonly context: CommandContext | undefined,
    readonly network: string,
    readonly decide: Decision<unknown, Fact>,
    /** The slot's tick when it came: what the store said in a later tick is fresh for it. */
    readonly tick: number,
    private readonly onAnswer: (change: Change<unknown, Fact>) => void,
    private readonly onFailure: (error: unknown) => void,
    private readonly onSettled: () => void,
  ) {}

  resolve(change: Change<unknown, Fact>): void {
    this.settle();
    this.onAnswer(change);
  }

  reject(error: unknown): void {
    this.settle();
    this.onFailure(error);
  }

  private settle(): void {
    if (!this.settled) this.onSettled();
    this.settled = true;
  }
}

/** The answer to a command that was just written. Its records are made only for callers that look at them. */
export class Written implements Change<unknown, Fact> {
  readonly replayed = false;
  readonly state: unknown;
  readonly facts: readonly Fact[];
  readonly revision: number;

  constructor(
    private readonly stream: string,
    private readonly task: Task,
    /** Of the shared append's last fact: at or after this command's own. */
    readonly position: number,
    private readonly recordedAt: Instant,
  ) {
    this.state = task.state;
    this.facts = task.facts;
    this.revision = task.revision;
  }

  get recorded(): readonly RecordedFact[] {
    const { facts, events, revision } = this.task;
    return facts.map((fact, index) => ({
      fact,
      metadata: this.metadata(revision - facts.length + 1 + index, (events[index] as NewEvent).id),
    }));
  }

  private metadata(revision: number, eventId: string): FactMetadata {
    const { network, actor, correlation, causation, requestId, commandId, requestHash } = this.task.context as CommandContext;
    const { stream, position, recordedAt } = this;
    return { stream, revision, position, eventId, network, actor, correlation, causation, requestId, commandId, requestHash, recordedAt };
  }
}

export const writes = (task: Task): boolean => task.verdict === 'writes';
