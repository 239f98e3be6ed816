import type { AnyPolicy } from '../../kernel/event-sourcing';
import { SystemClock } from '../clock';
import type { StoredEvent } from '../event-store/event-store';
import { hasSubjects } from '../event-store/lazy-metadata';
import type { Keys } from '../event-store/personal-values';
import type { FactReader } from './facts';
import { asksNothing } from './policy-step';

const NO_KEYS: Keys = new Map();

/**
 * Keeps from the main thread the events that ask nothing of any policy: a deduction that nobody wants to be told of is most of a busy
 * log, and copying it between threads costs more than looking at it here. Policies are pure, so what one says of a fact here it says
 * anywhere. Events that speak of persons pass unseen, since opening them needs keys; so does what cannot be decoded.
 */
export class PolicyFilter {
  private readonly byType = new Map<string, AnyPolicy[]>();
  private readonly clock = new SystemClock();

  constructor(
    policies: readonly AnyPolicy[],
    private readonly facts: Pick<FactReader, 'readWith'>,
  ) {
    for (const policy of policies) {
      for (const type of Object.keys(policy.on)) this.byType.set(type, [...(this.byType.get(type) ?? []), policy]);
    }
  }

  /** Of these events those whose types are wanted and that may ask something of a policy, in their order. */
  async asking(events: readonly StoredEvent[], wanted: ReadonlySet<string>): Promise<readonly StoredEvent[]> {
    const some = events.filter(({ type }) => wanted.has(type));
    const plain = some.filter((event) => this.byType.has(event.type) && !hasSubjects(event.metadata));
    if (plain.length === 0) return some;
    const quiet = new Set<string>();
    for (const recorded of (await this.facts.readWith(plain, NO_KEYS)).facts) {
      const policies = this.byType.get(recorded.fact.type) ?? [];
      if (policies.every((policy) => asksNothing(policy, recorded, this.clock))) quiet.add(recorded.metadata.eventId);
    }
    return quiet.size === 0 ? some : some.filter(({ id }) => !quiet.has(id));
  }
}
