import type { Aggregate, CommandContext, Fact, RecordedFact } from '../../kernel/event-sourcing';

/** What a command came to. */
export interface Change<State, F extends Fact> {
  readonly state: State;
  /** The facts that this command wrote, now or the first time. Empty when there was nothing to do. */
  readonly facts: readonly F[];
  readonly recorded: readonly RecordedFact<F>[];
  /** Revision of the stream's last fact that this answer rests on; -1 for none. */
  readonly revision: number;
  /** Position of the last fact that this answer rests on; 0 for none. For read-your-writes. */
  readonly position: number;
  /** True when the command had been decided before: `facts` are then the original ones. */
  readonly replayed: boolean;
}

export type Decision<State, F extends Fact> = (state: State) => readonly F[];

/** The stream could not be decided in time; the caller may try again with the same command id. Answered as 503 with Retry-After. */
export class Busy extends Error {
  constructor(
    message: string,
    readonly retryAfterSeconds = 1,
  ) {
    super(message);
    this.name = 'Busy';
  }
}

/** The newest state of a stream and the revision of its last fact; -1 for none. */
export interface Current<State> {
  readonly state: State;
  readonly revision: number;
}

/** Which part of a history: from this revision on, so many facts. */
export interface HistoryRange {
  readonly from?: number;
  readonly limit?: number;
}

/** The engine (engine 2): how a command is decided and made durable. Implementation: engine.ts beside this file. */
export abstract class Streams {
  /**
   * Decides `decide` on the newest state of the stream and appends what it returns. Commands of one stream are decided one after
   * another; a repeat of a command (same `commandId`) answers the original facts without deciding again.
   * @throws Rejection from the decision (after everything that it rests on is durable), `idempotency-key-reused`, `not-found` for
   *   another network's stream; Busy when the outcome could not be known in time or the queue of the stream is full.
   */
  abstract change<State, F extends Fact>(
    context: CommandContext,
    stream: string,
    aggregate: Aggregate<State, F>,
    decide: Decision<State, F>,
  ): Promise<Change<State, F>>;

  /**
   * The newest state, never stale. Another network's stream reads as empty. At once where it is known and nothing is under way: the hot
   * path looks at a location with each deduction, and need not wait for it.
   */
  abstract state<State, F extends Fact>(
    network: string,
    stream: string,
    aggregate: Aggregate<State, F>,
  ): Current<State> | Promise<Current<State>>;

  /** Every fact of a stream, decoded; personal values of erased persons read as erased. Another network's stream reads as empty. */
  abstract history<F extends Fact>(network: string, stream: string, range?: HistoryRange): Promise<readonly RecordedFact<F>[]>;
}
