import type { AnyPolicy, RecordedFact } from '../../kernel/event-sourcing';
import type { Clock } from '../clock';
import type { AllPage, EventStore, StoredEvent } from '../event-store/event-store';
import type { ReadStore } from '../read-store/read-store';
import { type Backoff, delay, pause } from './backoff';
import { Effects } from './effects';
import type { FactReader, Undecodable } from './facts';
import type { Log } from './log';
import { describe, type ParkedEntry, parkedFact, type ParkedWork } from './parked-work';
import { PolicyCheckpoints } from './policy-checkpoints';
import { type LaneFailure, Places, PolicyLane } from './policy-lane';
import { asksNothing, type Execute, react } from './policy-step';

export interface PolicyRunnerOptions {
  readonly events: EventStore;
  readonly store: ReadStore;
  readonly policies: readonly AnyPolicy[];
  readonly facts: FactReader;
  readonly work: ParkedWork;
  readonly execute: Execute;
  readonly clock: Clock;
  readonly log: Log;
  /** Where pages of the log come from; default: a subscription of the store. Events of other types may be left out. */
  readonly feed?: (after: number, types: ReadonlySet<string>, signal: AbortSignal) => AsyncIterable<AllPage>;
  /** True while projections have work to catch up with: policies then take it slowly. */
  readonly busy?: () => boolean;
  readonly backoff?: Backoff;
  readonly triesBeforeParking?: number;
  /** Streams that one policy works on at a time; default 8. */
  readonly places?: number;
  readonly lookEveryMs?: number;
}

const BACKOFF: Backoff = { firstMs: 500, mostMs: 5 * 60_000 };
/** With the backoff above: parked after about a quarter of an hour. */
const TRIES = 12;
/** Facts that are being worked on before the next page is read; those that wait for another try count only towards the larger. */
const MOST_ACTIVE = 500;
const MOST_HELD = 20_000;
const SAVE_EVERY_MS = 1_000;

/**
 * Follows the log and runs what policies ask for: in order within a stream, side by side over different ones. What fails is tried again,
 * then parked with everything of that stream behind it, for that policy alone.
 */
export class PolicyRunner {
  private readonly lanes = new Map<string, PolicyLane>();
  private readonly parked = new Set<string>();
  /** Positions that are not done, by policy, in log order; the first one holds the checkpoint back. */
  private readonly undone = new Map<string, Set<number>>();
  private readonly running = new Set<Promise<void>>();
  private readonly places = new Map<string, Places>();
  private readonly effects: Effects;
  private readonly checkpoints: PolicyCheckpoints;
  private started = new Map<string, number>();
  private read = 0;
  private waiting = 0;
  private saved = 0;
  private wake: () => void = () => undefined;

  constructor(private readonly options: PolicyRunnerOptions) {
    this.effects = new Effects(options.store, options.clock);
    this.checkpoints = new PolicyCheckpoints(options.store, options.events);
    for (const { name } of options.policies) {
      this.undone.set(name, new Set());
      this.places.set(name, new Places(options.places ?? 8));
    }
  }

  /** Enters where each policy begins; to be awaited before the first request, so that a new policy misses nothing. */
  async prepare(): Promise<void> {
    const { work, policies, clock } = this.options;
    await Promise.all([this.effects.prepare(), work.prepare()]);
    this.started = await this.checkpoints.load(policies, clock.now());
    this.read = this.started.size > 0 ? Math.min(...this.started.values()) : 0;
    for (const { scope, instance } of await work.where({ kind: 'policy' })) this.parked.add(laneId(scope, instance));
  }

  /** Runs until aborted; resolves when every step that was running has ended and the checkpoints are saved. */
  async run(signal: AbortSignal): Promise<void> {
    const deaf = this.options.work.onRetry(() => void this.retryAsked(signal).catch(() => undefined));
    const looking = this.look(signal);
    signal.addEventListener('abort', () => this.wake(), { once: true });
    for (let tries = 1; !signal.aborted; tries++) {
      try {
        await this.follow(signal, () => (tries = 1));
      } catch (error) {
        this.options.log.error({ error: describe(error) }, 'Policies cannot follow the log and will go on from where they are');
        await pause(delay({ firstMs: 200, mostMs: 10_000 }, tries), signal);
      }
    }
    deaf();
    await Promise.all([looking, ...this.running]);
    await this.save().catch(() => undefined);
  }

  /** Positions up to which each policy has done (or parked) everything. */
  positions(): ReadonlyMap<string, number> {
    const positions = new Map<string, number>();
    for (const { name } of this.options.policies) {
      const [first] = this.undone.get(name) as Set<number>;
      const reached = first === undefined ? this.read : Math.min(this.read, first - 1);
      positions.set(name, Math.max(reached, this.started.get(name) ?? 0));
    }
    return positions;
  }

  /** Facts that wait for another try. */
  get retrying(): number {
    return this.waiting;
  }

  private async follow(signal: AbortSignal, progressed: () => void): Promise<void> {
    const { policies, facts, events } = this.options;
    const types = new Set(policies.flatMap(({ on }) => Object.keys(on)));
    const feed =
      this.options.feed ??
      ((after: number, _: unknown, until: AbortSignal): AsyncIterable<AllPage> => events.subscribe({ after, signal: until }));
    for await (const page of feed(this.read, types, signal)) {
      const { facts: recorded, undecodable } = await facts.read(page.events, types);
      for (const each of undecodable) await this.parkUndecodable(each);
      for (const each of recorded) this.dispatch(each, signal);
      this.read = page.next;
      progressed();
      await this.room(signal);
      if (performance.now() - this.saved > SAVE_EVERY_MS) await this.save();
      if (this.options.busy?.()) await pause(50, signal);
    }
  }

  private dispatch(recorded: RecordedFact, signal: AbortSignal): void {
    const { stream, position } = recorded.metadata;
    for (const policy of this.options.policies) {
      if (!(recorded.fact.type in policy.on) || position <= (this.started.get(policy.name) ?? 0)) continue;
      const id = laneId(policy.name, stream);
      // What is parked stands for everything behind it: a retry reads the stream on from there.
      if (this.parked.has(id)) continue;
      const lane = this.lanes.get(id);
      if (!lane && asksNothing(policy, recorded, this.options.clock)) continue;
      (this.undone.get(policy.name) as Set<number>).add(position);
      if (lane) lane.add(recorded);
      else this.start(policy, stream, signal, [recorded]);
    }
  }

  private start(policy: AnyPolicy, stream: string, signal: AbortSignal, queue: readonly RecordedFact[], entry?: ParkedEntry): void {
    const { clock, execute, backoff = BACKOFF, triesBeforeParking = TRIES } = this.options;
    const id = laneId(policy.name, stream);
    const lane = new PolicyLane(policy, stream, {
      react: (recorded) => react(policy, recorded, { effects: this.effects, execute, clock }),
      place: (work) => (this.places.get(policy.name) as Places).in(work),
      done: ({ metadata }) => this.undone.get(policy.name)?.delete(metadata.position),
      waits: (waiting) => (this.waiting += waiting ? 1 : -1),
      backoff,
      triesBeforeParking,
      signal,
    });
    for (const recorded of queue) lane.add(recorded);
    this.lanes.set(id, lane);
    const ended = this.toTheEnd(lane, entry, signal).finally(() => {
      this.running.delete(ended);
      this.wake();
    });
    this.running.add(ended);
  }

  private async toTheEnd(lane: PolicyLane, entry: ParkedEntry | undefined, signal: AbortSignal): Promise<void> {
    const id = laneId(lane.policy.name, lane.stream);
    let failure: LaneFailure | undefined;
    try {
      failure = await lane.run(entry && this.behind(entry));
      // A fact may have been added while the lane was on its way out; between this look and the removal nothing can come in.
      while (!failure && lane.rest.length > 0 && !signal.aborted) failure = await lane.run();
    } catch (error) {
      // Only reading the stream of a retried entry fails here. The entry stays and stands for the queue too.
      this.parked.add(id);
      for (const { metadata } of lane.rest) this.undone.get(lane.policy.name)?.delete(metadata.position);
      this.options.log.warn({ policy: lane.policy.name, error: describe(error) }, 'A retry could not be started');
    }
    this.lanes.delete(id);
    if (failure) await this.park(lane, failure, signal);
    else if (entry && !signal.aborted && !this.parked.has(id))
      await this.enter(() => this.options.work.done(entry.scope, entry.instance), signal);
  }

  /** The parked fact and those behind it, as the log has them now. */
  private async *behind(entry: ParkedEntry): AsyncIterable<RecordedFact> {
    const types = new Set(Object.keys(this.options.policies.find(({ name }) => name === entry.name)?.on ?? {}));
    for (let from = entry.revision; ;) {
      const page: readonly StoredEvent[] = await this.options.events.readStream(entry.stream, { from, limit: 500 });
      const { facts, undecodable } = await this.options.facts.read(page, types);
      if (undecodable[0]) throw undecodable[0].error;
      yield* facts;
      const last = page.at(-1);
      if (!last || page.length < 500) return;
      from = last.revision + 1;
    }
  }

  /** The entry is durable before the checkpoint may pass what it stands for. */
  private async park(lane: PolicyLane, { at, error, tries }: LaneFailure, signal: AbortSignal): Promise<void> {
    const { policy } = lane;
    const { work, log, clock } = this.options;
    this.parked.add(laneId(policy.name, lane.stream));
    log.error(
      { policy: policy.name, event: at.metadata.eventId, error: describe(error) },
      'A policy keeps failing; its work on this stream is parked',
    );
    const entry = parkedFact(policy.name, at.metadata, at.fact.type, error, tries, clock.now());
    if (!(await this.enter(() => work.put(entry), signal))) return;
    for (const { metadata } of lane.rest) this.undone.get(policy.name)?.delete(metadata.position);
  }

  private async parkUndecodable({ event, error }: Undecodable): Promise<void> {
    const { network } = JSON.parse(event.metadata) as { network: string };
    for (const policy of this.options.policies) {
      if (!(event.type in policy.on) || event.position <= (this.started.get(policy.name) ?? 0)) continue;
      await this.options.work.putIfAbsent(
        parkedFact(policy.name, { ...event, eventId: event.id, network }, event.type, error, 1, this.options.clock.now()),
      );
      this.parked.add(laneId(policy.name, event.stream));
    }
  }

  /** Writes until it is written; false when stopped before: then the checkpoint stays, and the next start meets the fact again. */
  private async enter(write: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        await write();
        return true;
      } catch {
        if (signal.aborted) return false;
        await pause(delay(this.options.backoff ?? BACKOFF, tries), signal);
      }
    }
  }

  private async look(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.options.lookEveryMs ?? 2_000, signal);
      if (!signal.aborted) await this.retryAsked(signal).catch(() => undefined);
      if (!signal.aborted && performance.now() - this.saved > SAVE_EVERY_MS) await this.save().catch(() => undefined);
    }
  }

  private async retryAsked(signal: AbortSignal): Promise<void> {
    for (const entry of await this.options.work.where({ kind: 'policy', status: 'retry' })) {
      const policy = this.options.policies.find(({ name }) => name === entry.name);
      const id = laneId(entry.scope, entry.instance);
      if (!policy || signal.aborted || this.lanes.has(id)) continue;
      this.parked.delete(id);
      this.start(policy, entry.instance, signal, [], entry);
    }
  }

  /** Waits until there is room for another page. */
  private async room(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let held = 0;
      for (const undone of this.undone.values()) held += undone.size;
      if (held - this.waiting < MOST_ACTIVE && held < MOST_HELD) return;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private async save(): Promise<void> {
    this.saved = performance.now();
    await this.checkpoints.save(this.positions(), this.options.clock.now());
  }
}

const laneId = (policy: string, stream: string): string => `${policy}\n${stream}`;
