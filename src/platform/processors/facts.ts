import type { RecordedFact } from '../../kernel/event-sourcing';
import { Busy } from '../event-store/streams';
import type { Codec } from '../event-store/codec';
import { type StoredEvent, StoreUnavailable } from '../event-store/event-store';
import type { Keys } from '../event-store/personal-values';
import type { PersonKeys } from '../security/vault';

/** The fact by which a person's key was destroyed. Every model takes the person's values out at its position. */
export const PERSON_ERASED = 'PersonErased';

/** An event that could not be decoded: nobody knows what it touches. */
export interface Undecodable {
  readonly event: StoredEvent;
  readonly error: unknown;
}

export interface DecodedPage {
  readonly facts: readonly RecordedFact[];
  readonly undecodable: readonly Undecodable[];
}

/** Stored events to facts, of the wanted types only: most of a log concerns only a few of its readers, and decoding is what costs. */
export class FactReader {
  constructor(
    private readonly codec: Codec,
    private readonly keys: PersonKeys,
  ) {}

  /** @throws StoreUnavailable when the keys cannot be read now; an event that is itself at fault is told in the answer. */
  async read(events: readonly StoredEvent[], wanted: ReadonlySet<string>): Promise<DecodedPage> {
    const used = events.filter(({ type }) => wanted.has(type));
    if (used.length === 0) return { facts: [], undecodable: [] };
    try {
      return { facts: await this.codec.decodeForFolding(used, this.keys), undecodable: [] };
    } catch (error) {
      if (isTemporary(error)) throw error;
      return this.oneByOne(used, (event) => this.codec.decodeForFolding([event], this.keys));
    }
  }

  /** The same for wanted events whose persons' keys are at hand: values without a key read as erased. */
  readWith(events: readonly StoredEvent[], keys: Keys): Promise<DecodedPage> {
    try {
      return Promise.resolve({ facts: this.codec.decodeWith(events, keys), undecodable: [] });
    } catch {
      return this.oneByOne(events, (event) => Promise.resolve(this.codec.decodeWith([event], keys)));
    }
  }

  /** These persons were erased: their keys must not be used from the cache any more. */
  forget(subjects: readonly string[]): void {
    this.keys.forget(subjects);
  }

  private async oneByOne(events: readonly StoredEvent[], decode: (event: StoredEvent) => Promise<RecordedFact[]>): Promise<DecodedPage> {
    const facts: RecordedFact[] = [];
    const undecodable: Undecodable[] = [];
    for (const event of events) {
      try {
        facts.push(...(await decode(event)));
      } catch (error) {
        if (isTemporary(error)) throw error;
        undecodable.push({ event, error });
      }
    }
    return { facts, undecodable };
  }
}

/** Nothing is wrong with the work: a store is away or busy, and will be back. */
export const isTemporary = (error: unknown): boolean => error instanceof StoreUnavailable || error instanceof Busy;

/** The subjects that a `PersonErased` fact names: one, or all of a person's. */
export function erasedBy(data: unknown): readonly string[] {
  const { subject, subjects } = data as { subject?: string; subjects?: readonly string[] };
  return subjects ?? (subject === undefined ? [] : [subject]);
}

/** Facts in log order, cut where a person is erased: what comes before is written first, so that an erasure finds every document. */
export function segments(facts: readonly RecordedFact[]): { erasure?: RecordedFact; facts: RecordedFact[] }[] {
  const parts: { erasure?: RecordedFact; facts: RecordedFact[] }[] = [{ facts: [] }];
  for (const recorded of facts) {
    if (recorded.fact.type === PERSON_ERASED) parts.push({ erasure: recorded, facts: [recorded] });
    else (parts.at(-1) as { facts: RecordedFact[] }).facts.push(recorded);
  }
  return parts;
}
