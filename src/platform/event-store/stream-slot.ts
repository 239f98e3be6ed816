import type { Aggregate, CommandContext, Fact, Instant } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import type { Clock } from '../clock';
import type { PersonKeys } from '../security/vault';
import type { Appender } from './appender';
import type { ChainEnd } from './chain';
import type { Codec, Subjects } from './codec';
import { type Appended, type EventStore, type NewEvent, RevisionConflict, StoreUnavailable } from './event-store';
import type { Keys } from './personal-values';
import type { Durable, StreamReader } from './stream-reader';
import { Busy } from './streams';
import { type Task, Written } from './task';

/** What every slot of one engine shares. */
export interface Shop {
  readonly store: EventStore;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly personKeys: PersonKeys;
  readonly reader: StreamReader;
  readonly appender: Appender;
  /** Most commands that share one append. */
  readonly groupLimit: number;
  /** Told when a slot has nothing left to do. */
  idle(slot: StreamSlot): void;
}

type AnyAggregate = Aggregate<unknown, Fact>;

/** An append that is ready to be sent, and where the chain ends after it. */
interface Draft {
  readonly events: NewEvent[];
  end: ChainEnd;
  readonly recordedAt: Instant;
}

/** Characters of data and metadata after which an append takes no further command (the store's limit is counted in bytes). */
const GROUP_CHARACTERS = 250_000;
/** After so many lost races a command gives up. */
const MOST_CONFLICTS = 30;

/**
 * One stream and the commands that wait for it. Commands are decided as they come, on the newest state there is: what is durable, plus
 * the facts that are being written or wait to be. One append is under way at a time; all that was decided meanwhile shares the next.
 * Nobody is answered before everything that the answer rests on is durable.
 */
export class StreamSlot {
  /** Undefined until the stream was read, and again when what we know of it can't be trusted. */
  private durable: Durable | undefined;
  /** The state that the next decision is made on. */
  private tip: { state: unknown; revision: number; network: string | undefined } = { state: undefined, revision: -1, network: undefined };
  private undecided: Task[] = [];
  private decided: Task[] = [];
  /** Those that are being written or answered just now. */
  private group: Task[] = [];
  private readonly writing = new Set<string>();
  /** What the cache last counted for it. */
  weighed = 0;
  private running = false;
  /** Counts talks with the store: a task that came in tick n may rest on what the store said in tick n + 1. */
  private tick = 0;
  private seenInTick = 0;
  /** After an append of several commands was refused as a whole, so many are sent one by one, to find the one to blame. */
  private alone = 0;
  private distrusted = false;

  constructor(
    readonly stream: string,
    readonly aggregate: AnyAggregate,
    private readonly shop: Shop,
  ) {}

  get waiting(): number {
    return this.undecided.length + this.decided.length;
  }

  get busy(): boolean {
    return this.running;
  }

  /** False for streams without facts: remembering those would let strangers fill the cache with names they made up. */
  get worthKeeping(): boolean {
    return this.durable !== undefined && this.durable.end.revision >= 0;
  }

  get bytes(): number {
    return 800 + this.stream.length + (this.durable ? Math.min(this.durable.weight, 4096) * 2 + this.durable.commands.bytes : 0);
  }

  get now(): number {
    return this.tick;
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
    }
    this.running = false;
    this.shop.idle(this);
  }

  private async round(): Promise<void> {
    if (this.distrusted) this.startOver();
    const durable = this.durable ?? (await this.load());
    const doubtful = this.decideWaiting(durable);
    if (this.decided.length === 0) return doubtful && this.lookUp(doubtful);
    this.takeGroup();
    if (this.group.some(writes)) await this.write(durable);
    else await this.answer(this.group, durable);
  }

  private async load(): Promise<Durable> {
    const tick = ++this.tick;
    const durable = await this.shop.reader.load(this.stream, this.aggregate);
    this.seenInTick = tick;
    this.durable = durable;
    this.tip = tipOf(durable);
    return durable;
  }

  /** Decides in order; stops at, and answers, a command whose id might be an old one. */
  private decideWaiting(durable: Durable): Task | undefined {
    for (const [index, task] of this.undecided.entries()) {
      if (!this.decide(task, durable)) {
        this.undecided.splice(0, index);
        return task;
      }
      this.decided.push(task);
    }
    this.undecided.length = 0;
    return undefined;
  }

  private decide(task: Task, durable: Durable): boolean {
    const { tip } = this;
    if (tip.network !== undefined && tip.network !== task.network) this.decideForStranger(task);
    else {
      const seen = task.context && this.seenBefore(task, task.context.commandId, durable);
      if (seen === 'perhaps') return false;
      if (seen) task.verdict = 'repeat';
      else this.decideOnTip(task);
    }
    return true;
  }

  private seenBefore(task: Task, commandId: string, durable: Durable): boolean | 'perhaps' {
    if (this.writing.has(commandId)) return true;
    const known = durable.commands.find(commandId);
    if (known !== 'perhaps') return known !== undefined;
    return task.original === undefined ? 'perhaps' : task.original !== null;
  }

  private decideOnTip(task: Task): void {
    const { tip, aggregate } = this;
    task.state = tip.state;
    task.revision = tip.revision;
    try {
      const facts = task.decide(tip.state);
      task.verdict = facts.length > 0 ? 'writes' : 'nothing';
      if (facts.length === 0) return;
      let state = tip.state;
      for (const fact of facts) state = aggregate.evolve(state, fact);
      task.facts = facts;
      task.state = tip.state = state;
      task.revision = tip.revision += facts.length;
      tip.network = task.network;
      this.writing.add((task.context as CommandContext).commandId);
    } catch (error) {
      task.verdict = 'refused';
      task.error = error;
    }
  }

  /** To another network the stream does not exist: a decision that minds says so itself, otherwise it is told `not-found`. */
  private decideForStranger(task: Task): void {
    task.state = this.aggregate.initial;
    task.revision = -1;
    task.verdict = 'refused';
    try {
      task.decide(this.aggregate.initial);
      task.error = new Rejection('not-found');
      if (!task.context) task.verdict = 'nothing';
    } catch (error) {
      task.error = error;
    }
  }

  private async lookUp(task: Task): Promise<void> {
    const { commandId } = task.context as CommandContext;
    task.original = (await this.shop.reader.revisionOf(this.stream, commandId)) ?? null;
  }

  private takeGroup(): void {
    const limit = this.alone > 0 ? 1 : this.shop.groupLimit;
    if (this.alone > 0) this.alone -= 1;
    const all = this.decided;
    this.group = all.length > limit ? all.splice(0, limit) : all;
    if (this.group === all) this.decided = [];
  }

  private async write(durable: Durable): Promise<void> {
    const tick = ++this.tick;
    try {
      const keys = await this.keysFor(this.group);
      const now = this.shop.clock.now();
      const draft = this.encode(now > durable.recordedAt ? now : durable.recordedAt, durable.end, keys);
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

  /** Keys of persons are durable before the facts that need them. Whoever was erased gets none, and the state must not hold them either. */
  private keysFor(group: readonly Task[]): Promise<Keys> | undefined {
    const subjects = this.subjectsIn(group);
    if (!subjects) return undefined;
    const network = (group.find(writes) as Task).network;
    return this.shop.personKeys.ensure(network, subjects).then((keys) => {
      if (keys.size < subjects.size) this.distrust();
      return keys;
    });
  }

  private subjectsIn(group: readonly Task[]): Subjects | undefined {
    let all: Subjects | undefined;
    for (const task of group) {
      for (const fact of task.facts) {
        const some = this.shop.codec.subjectsIn(fact);
        if (some) all = all ? new Map([...all, ...some]) : some;
      }
    }
    return all;
  }

  /** Encodes the group's facts one behind the other; what would make the append too large goes back to wait for the next. */
  private encode(recordedAt: Instant, from: ChainEnd, keys: Keys | undefined): Draft {
    const draft: Draft = { events: [], end: { ...from }, recordedAt };
    let characters = 0;
    for (const [index, task] of this.group.entries()) {
      if (!writes(task)) continue;
      const before = { ...draft.end };
      task.events = this.shop.codec.encode(this.stream, task.context as CommandContext, task.facts, recordedAt, draft.end, keys);
      for (const { data, metadata } of task.events) characters += data.length + metadata.length;
      if (characters > GROUP_CHARACTERS && draft.events.length > 0) {
        draft.end = before;
        this.decided.unshift(...this.group.splice(index));
        break;
      }
      draft.events.push(...task.events);
    }
    return draft;
  }

  private advance(durable: Durable, { events, end, recordedAt }: Draft, { position }: Appended): void {
    Object.assign(durable.end, end);
    Object.assign(durable, { position, recordedAt });
    for (const { data } of events) durable.weight += data.length;
    for (const task of this.group) {
      if (!writes(task)) continue;
      const { commandId } = task.context as CommandContext;
      durable.network ??= task.network;
      durable.state = task.state;
      durable.commands.remember(commandId, task.revision - task.facts.length + 1);
      this.writing.delete(commandId);
    }
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
    if (task.verdict === 'repeat') return void this.replay(task, durable).catch(task.reject);
    const { state, revision } = task;
    task.resolve({ state, facts: [], recorded: [], revision, position: revision < 0 ? 0 : durable.position, replayed: false });
  }

  private async replay(task: Task, durable: Durable): Promise<void> {
    const { commandId, requestHash } = task.context as CommandContext;
    const known = durable.commands.find(commandId);
    const { reader } = this.shop;
    const { state, position } = durable;
    const { revision } = durable.end;
    const first = typeof known === 'number' ? known : (task.original ?? (await reader.revisionOf(this.stream, commandId)));
    const recorded = first === undefined ? [] : await reader.factsOf(this.stream, commandId, first);
    if (recorded.length === 0) throw new Error(`${this.stream} has lost a command that it had seen`);
    const original = recorded[0]?.metadata.requestHash;
    if (original && requestHash && original !== requestHash) throw new Rejection('idempotency-key-reused');
    task.resolve({ state, facts: recorded.map(({ fact }) => fact), recorded, revision, position, replayed: true });
  }

  /** Forgets what was only hoped for; these tasks and all that were decided after them wait to be decided again, in their order. */
  private dropSpeculation(tasks: readonly Task[], durable: Durable): void {
    this.undecided = [...tasks, ...this.decided, ...this.undecided];
    this.decided = [];
    this.writing.clear();
    this.tip = tipOf(durable);
  }

  private startOver(): void {
    if (this.durable) this.dropSpeculation([], this.durable);
    this.durable = undefined;
    this.distrusted = false;
  }

  /** Nobody can say what the stream holds: those who rest on it are told, and the next command reads it afresh. */
  private abandon(error: unknown): void {
    const reason = error instanceof StoreUnavailable ? new Busy(error.message, 2) : error;
    const tasks = [...this.group, ...this.decided, ...this.undecided];
    this.undecided = [];
    this.decided = [];
    this.writing.clear();
    this.durable = undefined;
    for (const task of tasks) task.reject(reason);
  }
}

const writes = (task: Task): boolean => task.verdict === 'writes';

const tipOf = ({ state, end: { revision }, network }: Durable): StreamSlot['tip'] => ({ state, revision, network });
