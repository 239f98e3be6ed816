import type { Aggregate, Fact, Instant, RecordedFact } from '../../kernel/event-sourcing';
import type { PersonKeys } from '../security/vault';
import { ChainBroken, type ChainEnd, verifyChain } from './chain';
import type { Codec } from './codec';
import { CommandMemory } from './command-memory';
import type { EventStore, StoredEvent } from './event-store';

const PAGE = 1000;

/** What is durable in a stream, as far as this process knows. */
export interface Durable<State = unknown> {
  state: State;
  readonly end: ChainEnd;
  position: number;
  recordedAt: Instant;
  /** Of the stream's first fact; undefined while there is none. */
  network: string | undefined;
  readonly commands: CommandMemory;
  /** Bytes of the facts that were folded: what the state weighs, roughly. */
  weight: number;
}

/** Reads streams for the engine: verifies, decrypts, upcasts, folds. */
export class StreamReader {
  constructor(
    private readonly store: EventStore,
    private readonly codec: Codec,
    private readonly personKeys: PersonKeys,
  ) {}

  async load<State, F extends Fact>(stream: string, aggregate: Aggregate<State, F>): Promise<Durable<State>> {
    const durable: Durable<State> = {
      state: aggregate.initial,
      end: { revision: -1, hash: '' },
      position: 0,
      recordedAt: '',
      network: undefined,
      commands: new CommandMemory(),
      weight: 0,
    };
    await this.catchUp(stream, aggregate, durable);
    return durable;
  }

  /**
   * Folds in what others have written since. Answers whether there was anything.
   * @throws ChainBroken when what was read does not continue what is known
   */
  async catchUp<State, F extends Fact>(stream: string, aggregate: Aggregate<State, F>, durable: Durable<State>): Promise<boolean> {
    const before = durable.end.revision;
    for (;;) {
      const events = await this.store.readStream(stream, { from: durable.end.revision + 1, limit: PAGE });
      if (events.length > 0) await this.fold(stream, aggregate, durable, events);
      if (events.length < PAGE) return durable.end.revision > before;
    }
  }

  /** The facts of one command, given the revision of its first one. */
  async factsOf(stream: string, commandId: string, from: number): Promise<RecordedFact[]> {
    const events = await this.store.readStream(stream, { from, limit: 100 });
    const recorded = await this.codec.decodeAll(events, this.personKeys);
    const strange = recorded.findIndex(({ metadata }) => metadata.commandId !== commandId);
    return strange < 0 ? recorded : recorded.slice(0, strange);
  }

  /** Looks through the whole stream, newest first, for a command that is no longer remembered exactly. */
  async revisionOf(stream: string, commandId: string): Promise<number | undefined> {
    const mark = `"commandId":${JSON.stringify(commandId)}`;
    let found: number | undefined;
    for (let from: number | undefined; ; ) {
      const events: readonly StoredEvent[] = await this.store.readStream(stream, { from, direction: 'backwards', limit: PAGE });
      for (const event of events) {
        if (event.metadata.includes(mark)) found = event.revision;
        else if (found !== undefined) return found;
      }
      const last = events.at(-1);
      if (!last || last.revision === 0) return found;
      from = last.revision - 1;
    }
  }

  async *history(stream: string, from: number, limit: number): AsyncGenerator<RecordedFact[]> {
    let left = limit;
    for (let next = from; left > 0; ) {
      const events = await this.store.readStream(stream, { from: next, limit: Math.min(PAGE, left) });
      if (events.length > 0) yield await this.codec.decodeAll(events, this.personKeys);
      if (events.length < PAGE) return;
      left -= events.length;
      next += events.length;
    }
  }

  private async fold<State, F extends Fact>(
    stream: string,
    aggregate: Aggregate<State, F>,
    durable: Durable<State>,
    events: readonly StoredEvent[],
  ): Promise<void> {
    const check = verifyChain(stream, events, durable.end);
    if (!check.whole) throw new ChainBroken(stream, check.revision, check.reason);
    const recorded = await this.codec.decodeAll(events, this.personKeys);
    let state = durable.state;
    for (const { fact, metadata } of recorded) {
      state = aggregate.evolve(state, fact as F);
      durable.commands.remember(metadata.commandId, metadata.revision);
    }
    const last = (recorded.at(-1) as RecordedFact).metadata;
    durable.state = state;
    durable.end.revision = check.revision;
    durable.end.hash = check.hash;
    durable.position = last.position;
    durable.recordedAt = last.recordedAt;
    durable.network ??= (recorded[0] as RecordedFact).metadata.network;
    for (const { data } of events) durable.weight += data.length;
  }
}
