import type { Aggregate, Fact, Instant, RecordedFact } from '../kernel/event-sourcing';
import type { Codec } from '../platform/event-store/codec';
import type { Registry } from '../platform/registry';
import type { PersonKeys } from '../platform/security/vault';
import type { NetworkLog } from './network-log';

export interface PastState {
  readonly stream: string;
  /** Of the last event folded; -1 when the stream had none yet. */
  readonly revision: number;
  readonly recordedAt?: Instant;
  readonly state: unknown;
}

/** Replays a stream up to a revision or a moment, with the module's own fold. */
export class Replay {
  constructor(
    private readonly log: NetworkLog,
    private readonly registry: Registry,
    private readonly codec: Codec,
    private readonly keys: PersonKeys,
  ) {}

  /** Undefined for a stream that no module knows how to fold. */
  async asOf(network: string | undefined, stream: string, until: { revision?: number; at?: Instant }): Promise<PastState | undefined> {
    const entry = this.registry.aggregateOf(stream);
    if (!entry) return undefined;
    const aggregate = entry.aggregate as unknown as Aggregate<unknown, Fact>;
    let past: PastState = { stream, revision: -1, state: entry.aggregate.initial };
    for await (const recorded of this.facts(network, stream)) {
      const { revision, recordedAt } = recorded.metadata;
      if (revision > (until.revision ?? Infinity) || (until.at !== undefined && recordedAt > until.at)) break;
      past = { stream, revision, recordedAt, state: aggregate.evolve(past.state, recorded.fact) };
    }
    return past;
  }

  async *facts(network: string | undefined, stream: string): AsyncGenerator<RecordedFact> {
    for (let from = 0; ;) {
      const events = await this.log.stream(network, stream, from);
      yield* await this.codec.decodeAll(events, this.keys);
      if (events.length < 1000) return;
      from += events.length;
    }
  }
}
