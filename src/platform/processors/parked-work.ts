import type { FactMetadata, Instant } from '../../kernel/event-sourcing';
import type { Plain, ReadStore } from '../read-store/read-store';

/** Work that keeps failing and waits for a person. Everything that depends on it waits too; the rest goes on. */
export interface Parked {
  readonly kind: 'projection' | 'policy' | 'wake-up';
  /** The model, the policy or the wake-up model. */
  readonly name: string;
  /** The model's table, the policy's or the wake-up model's name: with `instance` it says what waits. */
  readonly scope: string;
  /** The document's id, the stream, or the wake-up's key. */
  readonly instance: string;
  readonly network: string;
  /** The fact that could not be handled; later ones of the instance wait behind it. */
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly eventId: string;
  readonly type: string;
  /** What went wrong, without addresses. */
  readonly error: string;
  readonly tries: number;
  readonly parkedAt: Instant;
  /** `parked` waits for a person; `retry` was asked for; `applying` writes a projection's document up to `upTo`. */
  readonly status: 'parked' | 'retry' | 'applying';
  readonly upTo?: number;
}

export interface ParkedEntry extends Parked {
  readonly id: string;
}

type Stored = Parked & Record<string, unknown>;

const PARKED = 'parked';
const MOST = 1_000;

/** What is parked, for pages, the command line and the processors themselves. */
export class ParkedWork {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly store: ReadStore) {}

  prepare(): Promise<void> {
    return this.store.ensureCollection({ name: PARKED, indexes: [['kind', 'status'], ['network'], ['scope']] });
  }

  /** Newest first. `network` omitted: all networks, for operators. */
  async list(network?: string): Promise<readonly ParkedEntry[]> {
    const found = await this.store.list<Stored>(PARKED, {
      filter: network === undefined ? {} : { network },
      sort: ['-parkedAt'],
      limit: MOST,
    });
    return found.map(named);
  }

  /** One entry of this network; undefined for another's. */
  async find(network: string, id: string): Promise<ParkedEntry | undefined> {
    const doc = (await this.store.fetch<Stored>(PARKED, id))?.doc;
    return doc?.network === network ? { ...doc, id } : undefined;
  }

  count(): Promise<number> {
    return this.store.countPlain(PARKED, {});
  }

  /** Asks the processor to try again; it does so within seconds, in whichever instance it runs. False for an unknown id. */
  async retry(id: string): Promise<boolean> {
    const found = await this.store.fetch<Stored>(PARKED, id);
    if (!found) return false;
    if (found.doc.status === 'parked' && !(await this.store.compareAndSet(PARKED, id, found.revision, { ...found.doc, status: 'retry' })))
      return this.retry(id);
    for (const tell of this.listeners) tell();
    return true;
  }

  /** Tells when a retry was asked for in this process; others are found by looking every second. Answers how to stop listening. */
  onRetry(tell: () => void): () => void {
    this.listeners.add(tell);
    return () => this.listeners.delete(tell);
  }

  /** For processors: everything that waits in one scope, or of one kind in one state. */
  async where(filter: Partial<Pick<Parked, 'kind' | 'scope' | 'status'>>): Promise<readonly ParkedEntry[]> {
    const entries: ParkedEntry[] = [];
    for (let after: readonly [string] | undefined; ;) {
      const page = await this.store.list<Stored>(PARKED, { filter, sort: ['_id'], after, limit: MOST });
      entries.push(...page.map(named));
      if (page.length < MOST) return entries;
      after = [(page.at(-1) as Plain).key];
    }
  }

  async has(scope: string, instance: string): Promise<boolean> {
    return (await this.store.fetch(PARKED, parkedId(scope, instance))) !== undefined;
  }

  put(parked: Parked): Promise<void> {
    return this.store.put(PARKED, parkedId(parked.scope, parked.instance), parked);
  }

  putIfAbsent(parked: Parked): Promise<boolean> {
    return this.store.putIfAbsent(PARKED, parkedId(parked.scope, parked.instance), parked);
  }

  done(scope: string, instance: string): Promise<void> {
    return this.store.remove(PARKED, parkedId(scope, instance));
  }

  /** What a dropped generation had parked is nobody's business any more. */
  forget(scope: string): Promise<number> {
    return this.store.removeWhere(PARKED, { scope });
  }
}

export const parkedId = (scope: string, instance: string): string => `${scope}/${instance}`;

const named = ({ key, doc }: Plain<Stored>): ParkedEntry => ({ ...doc, id: key });

export type ParkedAt = Pick<FactMetadata, 'network' | 'stream' | 'revision' | 'position' | 'eventId'>;

/** The entry of a policy that could not handle a fact; it stands for everything behind it in the fact's stream. */
export function parkedFact(policy: string, at: ParkedAt, type: string, error: unknown, tries: number, now: Instant): Parked {
  const { network, stream, revision, position, eventId } = at;
  return {
    kind: 'policy',
    name: policy,
    scope: policy,
    instance: stream,
    network,
    stream,
    revision,
    position,
    eventId,
    type,
    error: describe(error),
    tries,
    parkedAt: now,
    status: 'parked',
  };
}

const ADDRESS = /[^\s@<>"']+@[^\s@<>"']+/g;

/** An error as it may be shown and kept: mail servers like to quote addresses. */
export function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replace(ADDRESS, '…@…').slice(0, 500);
}
