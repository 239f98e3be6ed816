import type { Clock } from '../clock';
import type { ReadStore } from '../read-store/read-store';

/** What became of one step of a policy. `refused`: a rule said no, and will again. */
export type Outcome = { readonly state: 'done' } | { readonly state: 'refused'; readonly code: string };

interface Entry {
  readonly state: 'begun' | 'done' | 'refused';
  readonly command: string;
  readonly at: string;
  readonly [field: string]: unknown;
}

const EFFECTS = 'effects';
/** Repeats come from crashes and restored logs; nothing is repeated after so long. */
const KEPT_MS = 90 * 24 * 60 * 60_000;

/**
 * The ledger of effects: each step of a policy is entered before and after. An entry that is finished is never run again; one that was
 * only begun may or may not have had its effect, so it is repeated with the same command id, and the receiver recognises it.
 */
export class Effects {
  constructor(
    private readonly store: ReadStore,
    private readonly clock: Clock,
  ) {}

  prepare(): Promise<void> {
    return this.store.ensureCollection({ name: EFFECTS, indexes: [] });
  }

  /** Enters the step; false when it is finished already. */
  async begin(step: string, command: string): Promise<boolean> {
    const entry: Entry = { state: 'begun', command, at: this.clock.now() };
    if (await this.store.putIfAbsent(EFFECTS, step, entry)) return true;
    const found = await this.store.fetch<Entry>(EFFECTS, step);
    return !found || found.doc.state === 'begun';
  }

  finish(step: string, command: string, outcome: Outcome): Promise<void> {
    const entry: Entry = { ...outcome, command, at: this.clock.now() };
    return this.store.put(EFFECTS, step, entry, { expiresAt: this.clock.millis() + KEPT_MS });
  }
}
