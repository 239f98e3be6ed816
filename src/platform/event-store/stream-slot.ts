import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import type { Appender } from './appender';
import { type AnyAggregate, Decider } from './decider';
import type { Draft, Drafter } from './draft';
import { type Appended, type EventStore, RevisionConflict, StoreUnavailable } from './event-store';
import type { Durable, StreamReader } from './stream-reader';
import { Busy, type Current } from './streams';
import { type Task, writes, Written } from './task';

/** What every slot of one engine shares. */
export interface Shop {
  readonly store: Pick<EventStore, 'exclusive'>;
  readonly reader: StreamReader;
  readonly drafter: Drafter;
  readonly appender: Appender;
  /** Most commands that share one append. */
  readonly groupLimit: number;
  /** Told when a slot has nothing left to do. */
  idle(slot: StreamSlot): void;
}

/** After so many lost races a command gives up. */
const MOST_CONFLICTS = 30;

/**
 * One stream and the commands that wait for it. They are decided as they come (decider.ts); one append is under way at a time, and all
 * that was decided meanwhile shares the next. Nobody is answered before everything that the answer rests on is durable.
 */
export class StreamSlot {
  /** Undefined until the stream was read, and again when what we know of it can't be trusted. */
  private durable: Durable | undefined;
  private readonly decider: Decider;
  private undecided: Task[] = [];
  private decided: Task[] = [];
  /**
   * Those that are being written or answered just now. It takes turns with `decided` and is emptied: an old array that is thrown away
   * with tasks in it would keep them, and all they hold, in memory until the old generation is collected.
   */
  private group: Task[] = [];
  /** What the cache last counted for it. */
  weighed = 0;
  /** It was used a short while before it was begun again: worth keeping as it is. */
  oftenUsed = false;
  private running = false;
  /** Counts talks with the store: what the store said in a later tick than the one in which a task came is fresh for it. */
  private tick = 0;
  private seenInTick = 0;
  /** After an append of several commands was refused as a whole, so many are sent one by one, to find the one to blame. */
  private alone = 0;
  private distrusted = false;

  constructor(
    readonly stream: string,
    readonly aggregate: AnyAggregate,
    private readonly shop: Shop,
  ) {
    this.decider = new Decider(aggregate);
  }

  get waiting(): number {
    return this.undecided.length + this.decided.length;
  }

  get busy(): boolean {
    return this.running;
  }

  get now(): number {
    return this.tick;
  }

  /** False for streams without facts: remembering those would let strangers fill the cache with names they made up. */
  get worthKeeping(): boolean {
    return this.durable !== undefined && this.durable.end.revision >= 0;
  }

  /**
   * Roughly, in bytes, as heap snapshots tell: a state weighs three times its text, or else what its facts weigh, up to a bound, and what
   * is around it 1,500.
   */
  get weight(): number {
    const { durable } = this;
    if (!durable) return 1500;
    const { textLength, weight, commands } = durable;
    return 1500 + (textLength === undefined ? Math.min(weight, 4096) * 2 : textLength * 3) + commands.bytes;
  }

  /** What is known of the stream, to be put away; undefined where the state may be of anybody, or can't be trusted. */
  get packable(): Durable | undefined {
    return this.aggregate.impersonal && !this.distrusted ? this.durable : undefined;
  }

  /** Goes on from what was put away, before its first command. */
  resume(durable: Durable): void {
    this.durable = durable;
    this.decider.reset(durable);
  }

  /** The newest state, where nothing is under way that could change it; undefined when a look has to wait in the queue. */
  settledFor(network: string): Current<unknown> | undefined {
    const { durable } = this;
    if (this.running || this.distrusted || !durable || durable.network !== network || !this.shop.store.exclusive) return undefined;
    return { state: durable.state, revision: durable.end.revision };
  }

  enqueue(task: Task): void {
    this.undecided.push(task);
    if (!this.running) void this.run();
    else if (this.durable && this.undecided.length === 1) this.decideWaiting(this.durable);
  }

  /** The state in memory holds values of somebody who was erased: it is read again before the next decision. */
  distrust(): void {
    this.distrusted = true;
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.undecided.length > 0 || this.decided.length > 0) {
      try {
        await this.round();
      } catch (error) {
        this.abandon(error);
      }
      this.group.length = 0;
    }
    this.running = false;
    this.shop.idle(this);
  }

  private round(): Promise<void> {
    if (this.distrusted) this.startOver();
    const { durable } = this;
    if (!durable) return this.load();
    const doubtful = this.decideWaiting(durable);
    if (this.decided.length === 0) return this.lookUp(doubtful as Task, durable);
    this.takeGroup();
    return this.group.some(writes) ? this.write(durable) : this.answer(this.group, durable);
  }

  private async load(): Promise<void> {
    const tick = ++this.tick;
    const durable = await this.shop.reader.load(this.stream, this.aggregate);
    this.seenInTick = tick;
    this.durable = durable;
    this.decider.reset(durable);
  }

  /** Decides in order; stops at, and answers, a command that the stream has probably seen. */
  private decideWaiting(durable: Durable): Task | undefined {
    for (const [index, task] of this.undecided.entries()) {
      if (!this.decider.decide(task, durable)) {
        this.undecided.splice(0, index);
        return task;
      }
      this.decided.push(task);
    }
    this.undecided.length = 0;
    return undefined;
  }

  /** The stream has probably seen this command: its facts are read, and are the answer if they are there. */
  private async lookUp(task: Task, { commands }: Durable): Promise<void> {
    const { commandId } = task.context as CommandContext;
    task.original = await this.shop.reader.factsOf(this.stream, commandId, commands.candidates(commandId));
  }

  private takeGroup(): void {
    const limit = this.alone > 0 ? 1 : this.shop.groupLimit;
    if (this.alone > 0) this.alone -= 1;
    if (this.decided.length > limit) this.group = this.decided.splice(0, limit);
    else [this.group, this.decided] = [this.decided, this.group];
  }

  private async write(durable: Durable): Promise<void> {
    const tick = ++this.tick;
    try {
      const drafting = this.shop.drafter.draft(this.stream, this.group, durable);
      const draft = drafting instanceof Promise ? await drafting : drafting;
      if (draft.fits < this.group.length) this.decided.unshift(...this.group.splice(draft.fits));
      const appended = await this.shop.appender.append(this.stream, durable.end.revision, draft.events);
      this.seenInTick = tick;
      this.advance(durable, draft, appended);
    } catch (error) {
      return this.notWritten(error, durable);
    }
    const { position, recordedAt } = durable;
    for (const task of this.group) if (writes(task)) task.resolve(new Written(this.stream, task, position, recordedAt));
    const others = this.group.filter((task) => !writes(task));
    if (others.length > 0) await this.answer(others, durable);
  }

  private advance(durable: Durable, { events, end, recordedAt, withheld }: Draft, { position }: Appended): void {
    durable.end.revision = end.revision;
    durable.end.hash = end.hash;
    durable.position = position;
    durable.recordedAt = recordedAt;
    for (const { data } of events) durable.weight += data.length;
    for (const task of this.group) {
      if (!writes(task)) continue;
      const { commandId } = task.context as CommandContext;
      durable.network ??= task.network;
      durable.state = task.state;
      durable.lastCommand = commandId;
      durable.commands.remember(commandId, task.revision - task.facts.length + 1);
      this.decider.written(commandId);
    }
    if (withheld) this.distrust();
  }

  private async notWritten(error: unknown, durable: Durable): Promise<void> {
    if (error instanceof RevisionConflict) return this.decideAgain(durable);
    if (error instanceof Busy || error instanceof StoreUnavailable) return this.abandon(error);
    const writers = this.group.filter(writes);
    if (writers.length > 1) this.alone = this.group.length;
    else writers[0]?.reject(error);
    this.dropSpeculation(writers.length > 1 ? this.group : this.group.filter((task) => !writes(task)), durable);
  }

  /** Somebody else was first: what they wrote is read, and everything decided so far is decided again on it. */
  private async decideAgain(durable: Durable): Promise<void> {
    const tick = ++this.tick;
    const news = await this.shop.reader.catchUp(this.stream, this.aggregate, durable);
    this.seenInTick = tick;
    const tired = this.group.filter((task) => ++task.conflicts > MOST_CONFLICTS);
    for (const task of tired) task.reject(new Busy(`${this.stream} is written too often from elsewhere`));
    this.dropSpeculation(tired.length > 0 ? this.group.filter((task) => !tired.includes(task)) : this.group, durable);
    if (!news) this.startOver();
  }

  /** Answers what wrote nothing, once it is certain that the state it rests on was the newest after the command came. */
  private async answer(tasks: readonly Task[], durable: Durable): Promise<void> {
    const stale = tasks.some((task) => task.verdict !== 'repeat' && task.tick >= this.seenInTick);
    if (stale && !this.shop.store.exclusive) {
      const tick = ++this.tick;
      const news = await this.shop.reader.catchUp(this.stream, this.aggregate, durable);
      this.seenInTick = tick;
      if (news) return this.dropSpeculation(tasks, durable);
    }
    for (const task of tasks) this.answerOne(task, durable);
  }

  private answerOne(task: Task, durable: Durable): void {
    if (task.verdict === 'refused') return task.reject(task.error);
    if (task.verdict === 'repeat') return void this.replay(task, durable).catch((error: unknown) => task.reject(asBusy(error)));
    const { state, revision } = task;
    task.resolve({ state, facts: [], recorded: [], revision, position: revision < 0 ? 0 : durable.position, replayed: false });
  }

  private async replay(task: Task, durable: Durable): Promise<void> {
    const { requestHash } = task.context as CommandContext;
    const { state, position } = durable;
    const { revision } = durable.end;
    if (!task.original) await this.lookUp(task, durable);
    const recorded = task.original ?? [];
    if (recorded.length === 0) throw new Error(`${this.stream} has lost a command that it had seen`);
    const original = recorded[0]?.metadata.requestHash;
    if (original && requestHash && original !== requestHash) throw new Rejection('idempotency-key-reused');
    task.resolve({ state, facts: recorded.map(({ fact }) => fact), recorded, revision, position, replayed: true });
  }

  /** Forgets what was only hoped for; these tasks and all that were decided after them wait to be decided again, in their order. */
  private dropSpeculation(tasks: readonly Task[], durable: Durable): void {
    this.undecided = [...tasks, ...this.decided, ...this.undecided];
    this.decided = [];
    this.decider.reset(durable);
    for (const task of this.undecided) if (task.original?.length === 0) task.original = undefined; // what was not there may be now
  }

  private startOver(): void {
    if (this.durable) this.dropSpeculation([], this.durable);
    this.durable = undefined;
    this.distrusted = false;
  }

  /** Nobody can say what the stream holds: those who rest on it are told, and the next command reads it afresh. */
  private abandon(error: unknown): void {
    const tasks = [...this.group, ...this.decided, ...this.undecided];
    this.undecided = [];
    this.decided = [];
    this.durable = undefined;
    for (const task of tasks) task.reject(asBusy(error));
  }
}

const asBusy = (error: unknown): unknown => (error instanceof StoreUnavailable ? new Busy(error.message, 2) : error);
