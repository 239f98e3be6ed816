import type { AnyPolicy, Instant } from '../../kernel/event-sourcing';
import type { EventStore } from '../event-store/event-store';
import type { ReadStore } from '../read-store/read-store';

interface Checkpoint {
  readonly logId: string;
  readonly position: number;
  /** When the log had this position, by this program's clock: how to find the place again in another log. */
  readonly at: Instant;
  readonly [field: string]: unknown;
}

const CHECKPOINTS = 'policy-checkpoints';
/** A restored or migrated log is read again from so long before; what was done then is in the ledger of effects. */
const OVERLAP_MS = 24 * 60 * 60_000;

/** Where each policy is in the log. Never reset: a policy that forgot what it did would do it again. */
export class PolicyCheckpoints {
  constructor(
    private readonly store: ReadStore,
    private readonly events: EventStore,
  ) {}

  /** The position after which each policy goes on. A new policy begins at the head of the log, which is entered at once. */
  async load(policies: readonly AnyPolicy[], now: Instant): Promise<Map<string, number>> {
    await this.store.ensureCollection({ name: CHECKPOINTS, indexes: [] });
    const [logId, head] = await Promise.all([this.events.logId(), this.events.head()]);
    const positions = new Map<string, number>();
    for (const { name, startsAt = 'head' } of policies) {
      const found = await this.store.fetch<Checkpoint>(CHECKPOINTS, name);
      if (!found) positions.set(name, startsAt === 'head' ? head : 0);
      else if (found.doc.logId === logId) positions.set(name, found.doc.position);
      else positions.set(name, await this.before(new Date(Date.parse(found.doc.at) - OVERLAP_MS).toISOString(), head));
    }
    await this.save(positions, now);
    return positions;
  }

  async save(positions: ReadonlyMap<string, number>, now: Instant): Promise<void> {
    const logId = await this.events.logId();
    const entries = [...positions].map(([key, position]) => ({ key, doc: { logId, position, at: now } satisfies Checkpoint }));
    if (entries.length > 0) await this.store.putMany(CHECKPOINTS, entries);
  }

  /** A position before everything that was recorded from this instant on, by halving: the log's order is, but for moments, that of time. */
  private async before(instant: Instant, head: number): Promise<number> {
    let low = 0;
    let high = head;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [next] = (await this.events.readAll({ after: middle, limit: 1 })).events;
      if (next && recordedAt(next.metadata) < instant) low = next.position;
      else high = middle;
    }
    return low;
  }
}

const recordedAt = (metadata: string): Instant => (JSON.parse(metadata) as { recordedAt: Instant }).recordedAt;
