import type { Aggregate, Fact, Instant, RecordedFact } from '../../kernel/event-sourcing';
import type { PersonKeys } from '../security/vault';
import { ChainBroken, type ChainEnd, verifyChain } from './chain';
import type { Codec } from './codec';
import { CommandMemory } from './command-memory';
import type { EventStore, StoredEvent } from './event-store';
import type { Keys } from './personal-values';

const PAGE = 1000;
const NOBODYS: Keys = new Map();
const MOST_FACTS_OF_A_COMMAND = 200;

/** What is durable in a stream, as far as this process knows. */
export interface Durable<State = unknown> {
  state: State;
  readonly end: ChainEnd;
  position: number;
  recordedAt: Instant;
  /** Of the stream's first fact; undefined while there is none. */
  network: string | undefined;
  readonly commands: CommandMemory;
  /** Whose facts came last: they may go on in the next page. */
  lastCommand: string;
  /** Bytes of the facts that were folded: what the state weighs, roughly. */
  weight: number;
  /** Characters of it as text, where it comes from there: what the state weighs, nearly. */
  readonly textLength: number | undefined;
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
      lastCommand: '',
      weight: 0,
      textLength: undefined,
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

  /** The facts of a command that begin at one of these revisions; empty when none of them is its. */
  async factsOf(stream: string, commandId: string, candidates: readonly number[] = []): Promise<RecordedFact[]> {
    for (const from of candidates) {
      const events = await this.store.readStream(stream, { from, limit: MOST_FACTS_OF_A_COMMAND });
      const mine = `"commandId":${JSON.stringify(commandId)}`;
      const end = events.findIndex(({ metadata }) => !metadata.includes(mine));
      if (end !== 0 && events.length > 0) return this.codec.decodeAll(end < 0 ? events : events.slice(0, end), this.personKeys);
    }
    return [];
  }

  async *history(stream: string, from: number, limit: number): AsyncGenerator<RecordedFact[]> {
    let left = limit;
    for (let next = from; left > 0;) {
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
    const recorded = aggregate.impersonal ? this.codec.decodeWith(events, NOBODYS) : await this.codec.decodeAll(events, this.personKeys);
    let { state, lastCommand } = durable;
    for (const { fact, metadata } of recorded) {
      state = aggregate.evolve(state, fact as F);
      if (metadata.commandId !== lastCommand) durable.commands.remember(metadata.commandId, metadata.revision);
      lastCommand = metadata.commandId;
    }
    durable.lastCommand = lastCommand;
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
