import type { Aggregate, CommandContext, Fact, RecordedFact } from '../../kernel/event-sourcing';
import type { Clock } from '../clock';
import type { PersonKeys } from '../security/vault';
import { Appender } from './appender';
import type { Codec } from './codec';
import type { AnyAggregate } from './decider';
import { Drafter } from './draft';
import type { EventStore } from './event-store';
import { StreamCache } from './stream-cache';
import { StreamReader } from './stream-reader';
import { type Shop, StreamSlot } from './stream-slot';
import { Busy, type Change, type Current, type Decision, Streams } from './streams';
import { Task } from './task';

export interface EngineOptions {
  /** Bytes of streams kept in memory; default 96 MB, two thirds of it for streams as bytes. */
  readonly cacheBytes?: number;
  /** Most commands that wait for one stream; default 2,000. The next are told to come back. */
  readonly queueLimit?: number;
  /** Most commands that wait for all streams together; default 20,000. */
  readonly totalLimit?: number;
  /** Most commands of a stream that share an append; default 64. */
  readonly groupLimit?: number;
  /** How long an append with unknown outcome is repeated; default 10 s. */
  readonly deadlineMs?: number;
}

interface Parts {
  readonly store: EventStore;
  readonly codec: Codec;
  readonly personKeys: PersonKeys;
  readonly clock: Clock;
}

type Resolve = (change: Change<unknown, Fact>) => void;

const nothing: Decision<unknown, Fact> = () => [];

/** The engine: finds the stream's slot (stream-slot.ts), where commands queue, are decided and made durable. */
export class Engine extends Streams {
  private readonly cache: StreamCache;
  private readonly reader: StreamReader;
  private readonly shop: Shop;
  private readonly queueLimit: number;
  private readonly totalLimit: number;
  private waiting = 0;
  private drained: (() => void)[] = [];

  constructor(parts: Parts, options: EngineOptions = {}) {
    super();
    const { cacheBytes = 96_000_000, queueLimit = 2000, totalLimit = 20_000, groupLimit = 64, deadlineMs = 10_000 } = options;
    const { store, codec, personKeys, clock } = parts;
    this.queueLimit = queueLimit;
    this.totalLimit = totalLimit;
    this.cache = new StreamCache(cacheBytes);
    this.reader = new StreamReader(store, codec, personKeys);
    this.shop = {
      store,
      reader: this.reader,
      drafter: new Drafter(codec, personKeys, clock),
      appender: new Appender(store, deadlineMs),
      groupLimit,
      idle: (slot) => this.cache.settle(slot),
    };
    personKeys.onForgotten(() => this.cache.forget()); // states in memory may hold what was erased
  }

  change<State, F extends Fact>(
    context: CommandContext,
    stream: string,
    aggregate: Aggregate<State, F>,
    decide: Decision<State, F>,
  ): Promise<Change<State, F>> {
    const change = this.enqueue(context, context.network, stream, aggregate as AnyAggregate, decide as Decision<unknown, Fact>);
    return change as Promise<Change<State, F>>;
  }

  state<State, F extends Fact>(network: string, stream: string, aggregate: Aggregate<State, F>): Current<State> | Promise<Current<State>> {
    const slot = this.cache.get(stream);
    const known = slot?.aggregate === (aggregate as AnyAggregate) ? slot.settledFor(network) : undefined;
    return known ? (known as Current<State>) : this.look<State>(network, stream, aggregate as AnyAggregate);
  }

  /** A look waits its turn behind the commands that are under way. */
  private async look<State>(network: string, stream: string, aggregate: AnyAggregate): Promise<Current<State>> {
    const { state, revision } = await this.enqueue(undefined, network, stream, aggregate, nothing);
    return { state: state as State, revision };
  }

  async history<F extends Fact>(
    network: string,
    stream: string,
    { from = 0, limit = Infinity }: { from?: number; limit?: number } = {},
  ): Promise<readonly RecordedFact<F>[]> {
    const facts: RecordedFact<F>[] = [];
    for await (const page of this.reader.history(stream, from, limit)) {
      if (page[0]?.metadata.network !== network) return [];
      facts.push(...(page as RecordedFact<F>[]));
    }
    return facts;
  }

  /** Commands that wait for an answer, and what the cache holds: for metrics. */
  get load(): { readonly waiting: number; readonly streams: number; readonly bytes: number } {
    return { waiting: this.waiting, streams: this.cache.size, bytes: this.cache.bytes };
  }

  /** Resolves when no command is under way any more: the end of a graceful stop. */
  drain(): Promise<void> {
    return this.waiting === 0 ? Promise.resolve() : new Promise((resolve) => this.drained.push(resolve));
  }

  private enqueue(
    context: CommandContext | undefined,
    network: string,
    stream: string,
    aggregate: AnyAggregate,
    decide: Decision<unknown, Fact>,
  ): Promise<Change<unknown, Fact>> {
    const slot = this.slotOf(stream, aggregate);
    if (slot.waiting >= this.queueLimit) return Promise.reject(new Busy(`Too many commands wait for ${stream}`));
    if (this.waiting >= this.totalLimit) return Promise.reject(new Busy('Too many commands wait'));
    this.waiting += 1;
    return new Promise((resolve: Resolve, reject: (error: unknown) => void) => {
      slot.enqueue(new Task(context, network, decide, slot.now, resolve, reject, this.leave));
    });
  }

  private slotOf(stream: string, aggregate: AnyAggregate): StreamSlot {
    const known = this.cache.get(stream);
    if (known?.aggregate === aggregate) return known;
    if (known) throw new Error(`${stream} is folded by two aggregates`);
    const slot = new StreamSlot(stream, aggregate, this.shop);
    this.cache.add(slot);
    return slot;
  }

  private readonly leave = (): void => {
    this.waiting -= 1;
    if (this.waiting > 0 || this.drained.length === 0) return;
    for (const resolve of this.drained.splice(0)) resolve();
  };
}
