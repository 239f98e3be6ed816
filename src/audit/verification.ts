import type { Instant } from '../kernel/event-sourcing';
import { type ChainEnd, verifyChain } from '../platform/event-store/chain';
import type { Clock } from '../platform/clock';
import type { Registry } from '../platform/registry';
import type { ModelComparison, ModelReport } from './model-comparison';
import { belongs, type NetworkLog } from './network-log';
import type { Replay } from './state-as-of';

/** How far a long proof has come. `of` is an estimate that is right at the end. */
export interface Progress {
  readonly step: 'chains' | 'money' | 'models';
  readonly done: number;
  readonly of: number;
}

export interface Complaint {
  readonly stream: string;
  readonly revision?: number;
  readonly sentence: string;
}

export interface VerificationReport {
  readonly holds: boolean;
  readonly logId: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly events: number;
  readonly streams: number;
  readonly brokenChains: readonly Complaint[];
  readonly moneyStreams: number;
  readonly moneyComplaints: readonly Complaint[];
  readonly models: readonly ModelReport[];
}

const MOST_COMPLAINTS = 1000;

/**
 * Proves what the log says: every chain recomputed, every stream's money added up by its module's own invariant, every read model
 * folded again and compared with the live one. Trusts only the stored strings.
 */
export class Verification {
  constructor(
    private readonly log: NetworkLog,
    private readonly registry: Registry,
    private readonly replay: Replay,
    private readonly models: ModelComparison,
    private readonly clock: Clock,
  ) {}

  /** @param network one network's share of the log; undefined: all of it */
  async run(network: string | undefined, tell: (progress: Progress) => void): Promise<VerificationReport> {
    const startedAt = this.clock.now();
    const logId = await this.log.logId();
    const { ends, events, broken } = await this.chains(network, tell);
    const money = await this.money(network, [...ends.keys()], tell);
    const models = await this.models.run(network, events, (done, of) => tell({ step: 'models', done, of }));
    const holds =
      broken.length === 0 && money.complaints.length === 0 && models.every(({ differing, behind }) => differing.length === 0 && !behind);
    return {
      holds,
      logId,
      startedAt,
      endedAt: this.clock.now(),
      events,
      streams: ends.size,
      brokenChains: broken,
      moneyStreams: money.checked,
      moneyComplaints: money.complaints,
      models,
    };
  }

  private async chains(network: string | undefined, tell: (progress: Progress) => void) {
    const ends = new Map<string, ChainEnd | undefined>();
    const broken: Complaint[] = [];
    const head = await this.log.head();
    let events = 0;
    for await (const page of this.log.all()) {
      for (const event of page.events) {
        if (!belongs(event, network)) continue;
        events += 1;
        const { stream } = event;
        const end = ends.get(stream);
        // A broken stream is told once; what follows the break proves nothing.
        if (end === undefined && ends.has(stream)) continue;
        const check = verifyChain(stream, [event], end);
        if (check.whole) ends.set(stream, { revision: check.revision, hash: check.hash });
        else {
          ends.set(stream, undefined);
          if (broken.length < MOST_COMPLAINTS) broken.push({ stream, revision: check.revision, sentence: sentences[check.reason] });
        }
      }
      tell({ step: 'chains', done: Math.min(page.next, head), of: head });
    }
    return { ends, events, broken };
  }

  private async money(network: string | undefined, streams: readonly string[], tell: (progress: Progress) => void) {
    const moneyed = streams.filter((stream) => this.registry.aggregateOf(stream)?.invariant);
    const complaints: Complaint[] = [];
    for (const [index, stream] of moneyed.entries()) {
      const facts = [];
      for await (const { fact } of this.replay.facts(network, stream)) facts.push(fact);
      const found = this.registry.aggregateOf(stream)?.invariant?.(facts) ?? [];
      complaints.push(...found.map((sentence) => ({ stream, sentence })).slice(0, MOST_COMPLAINTS - complaints.length));
      if (index % 100 === 0) tell({ step: 'money', done: index, of: moneyed.length });
    }
    tell({ step: 'money', done: moneyed.length, of: moneyed.length });
    return { checked: moneyed.length, complaints };
  }
}

const sentences: Readonly<Record<'gap' | 'other-stream' | 'no-hash' | 'altered', string>> = {
  gap: 'An event is missing before this one.',
  'other-stream': 'The event belongs to another stream.',
  'no-hash': 'The event has no hash.',
  altered: 'The event is not what was written.',
};
