import type { ReadStore } from '../read-store/read-store';
import { pause } from './backoff';

/** A task that only one instance does at a time. */
export interface Lease {
  readonly name: string;
  /** Grows with every new holder, so that work of an earlier one can be told. */
  readonly fence: number;
  /** Aborts when the lease can no longer be trusted to be held: stop at once. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export abstract class Leases {
  /** The lease, or undefined while somebody else holds it. */
  abstract tryHold(name: string): Promise<Lease | undefined>;
}

/** One process owns everything (the data folder's lock says so): leases are held for the asking, each once. */
export class OnlyInstance extends Leases {
  private readonly held = new Set<string>();

  async tryHold(name: string): Promise<Lease | undefined> {
    if (this.held.has(name)) return undefined;
    this.held.add(name);
    return { name, fence: 1, lost: new AbortController().signal, release: async () => void this.held.delete(name) };
  }
}

interface LeaseDocument {
  readonly holder: string;
  readonly fence: number;
  readonly released: boolean;
  readonly renewals: number;
  readonly [field: string]: unknown;
}

export interface StoredLeasesOptions {
  readonly store: ReadStore;
  /** This instance; any name that no other has. */
  readonly holder: string;
  /** A holder that is silent for so long has lost it; default 15 s. It renews three times as often. */
  readonly ttlMs?: number;
  /** Milliseconds that only ever grow, at the same pace as real time. Default: performance.now. */
  readonly ticks?: () => number;
}

const LEASES = 'leases';

/**
 * Leases as documents with compare-and-set. No two machines' clocks are compared: a lease is taken over when its document has not
 * changed for a whole term by the taker's own monotonic clock, and its holder gives it up two thirds into a term without renewal.
 */
export class StoredLeases extends Leases {
  private readonly seen = new Map<string, { revision: number; at: number }>();
  private readonly ttl: number;
  private readonly ticks: () => number;
  private prepared?: Promise<void>;

  constructor(private readonly options: StoredLeasesOptions) {
    super();
    this.ttl = options.ttlMs ?? 15_000;
    this.ticks = options.ticks ?? ((): number => performance.now());
  }

  async tryHold(name: string): Promise<Lease | undefined> {
    const { store, holder } = this.options;
    await (this.prepared ??= store.ensureCollection({ name: LEASES, indexes: [] }));
    const at = this.ticks();
    const found = await store.fetch<LeaseDocument>(LEASES, name);
    if (!found) {
      const first: LeaseDocument = { holder, fence: 1, released: false, renewals: 0 };
      return (await store.putIfAbsent(LEASES, name, first)) ? this.keep(name, first, 1, at) : undefined;
    }
    if (!found.doc.released && !this.silent(name, found.revision, at)) return undefined;
    const next: LeaseDocument = { holder, fence: found.doc.fence + 1, released: false, renewals: 0 };
    return (await store.compareAndSet(LEASES, name, found.revision, next)) ? this.keep(name, next, found.revision + 1, at) : undefined;
  }

  /** True when the document has stood still for a whole term since this instance first saw it so. */
  private silent(name: string, revision: number, now: number): boolean {
    const seen = this.seen.get(name);
    if (seen?.revision === revision) return now - seen.at >= this.ttl;
    this.seen.set(name, { revision, at: now });
    return false;
  }

  private keep(name: string, doc: LeaseDocument, revision: number, since: number): Lease {
    const { store } = this.options;
    const lost = new AbortController();
    const held = { doc, revision, since, ended: false };
    const renewing = this.renew(name, held, lost);
    const release = async (): Promise<void> => {
      held.ended = true;
      if (lost.signal.aborted) return;
      lost.abort();
      await renewing;
      await store.compareAndSet(LEASES, name, held.revision, { ...held.doc, released: true }).catch(() => false);
    };
    return { name, fence: doc.fence, lost: lost.signal, release };
  }

  private async renew(name: string, held: { doc: LeaseDocument; revision: number; since: number }, lost: AbortController): Promise<void> {
    const term = (this.ttl * 2) / 3;
    while (!lost.signal.aborted) {
      // Whatever the store does, the holder stops in time: an unanswered renewal must not keep it going.
      const deadline = setTimeout(() => lost.abort(), Math.max(0, held.since + term - this.ticks())).unref();
      await pause(this.ttl / 3, lost.signal);
      if (!lost.signal.aborted) await this.renewOnce(name, held, lost);
      clearTimeout(deadline);
    }
  }

  private async renewOnce(
    name: string,
    held: { doc: LeaseDocument; revision: number; since: number },
    lost: AbortController,
  ): Promise<void> {
    const at = this.ticks();
    const doc = { ...held.doc, renewals: held.doc.renewals + 1 };
    try {
      if (await this.options.store.compareAndSet(LEASES, name, held.revision, doc))
        Object.assign(held, { doc, revision: held.revision + 1, since: at });
      else lost.abort();
    } catch {
      // Unknown outcome: the document may have been renewed. The next try finds out, or the deadline ends it.
      const found = await this.options.store.fetch<LeaseDocument>(LEASES, name).catch(() => undefined);
      if (!found) return;
      const mine = found.doc.holder === doc.holder && found.doc.fence === doc.fence;
      if (mine) Object.assign(held, { doc: found.doc, revision: found.revision, since: at });
      else lost.abort();
    }
  }
}
