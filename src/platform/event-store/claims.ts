import { unknownFact, type Aggregate, type CommandContext, type Fact, type Instant } from '../../kernel/event-sourcing';
import type { Vault } from '../security/vault';
import type { Change, Streams } from './streams';

/** Kinds of things that may exist once: in a network, or (slugs) once in all. */
export type ClaimKind = 'network-slug' | 'employee-email' | 'location-reference' | 'device-code';

/** In place of a network's id: what may exist once in all. */
export const EVERYWHERE = 'platform';

export type Claimed = Fact<'Claimed', { owner: string; at: Instant }>;
export type ClaimReleased = Fact<'ClaimReleased', { owner: string; at: Instant }>;
export type ClaimFact = Claimed | ClaimReleased;

export interface Claim {
  readonly owner: string | undefined;
}

/** Whose stream tells whether an owner came to be: `employee-{owner}`; for a part of another (`{location}/{device}`) the other's. */
export const ownerCategory: Readonly<Record<ClaimKind, string>> = {
  'network-slug': 'network',
  'employee-email': 'employee',
  'location-reference': 'location',
  'device-code': 'location',
};

export const claim: Aggregate<Claim, ClaimFact> = {
  initial: { owner: undefined },
  evolve(_, fact) {
    switch (fact.type) {
      case 'Claimed':
        return { owner: fact.data.owner };
      case 'ClaimReleased':
        return { owner: undefined };
      default:
        return unknownFact(fact);
    }
  },
};

function claimFor({ owner: holder }: Claim, owner: string, at: Instant): ClaimFact[] {
  return holder === undefined ? [{ type: 'Claimed', data: { owner, at } }] : [];
}

/**
 * Unique things (engine 3): each value has a stream of its own, named by a keyed hash, whose owner is whoever wrote first. Claimed
 * before the owner's own first fact; no index on a read model, which would be late and would read as "already applied".
 */
export class Claims {
  constructor(
    private readonly streams: Streams,
    private readonly vault: Vault,
  ) {}

  /** True when `owner` has the value now; the same owner asking again has it still. */
  async claim(context: CommandContext, kind: ClaimKind, value: string, owner: string): Promise<boolean> {
    const stream = this.stream(context.network, kind, value);
    const attempt = (commandId: string): Promise<Change<Claim, ClaimFact>> =>
      this.streams.change({ ...context, commandId }, stream, claim, (state) => claimFor(state, owner, context.at));
    const first = await attempt(context.commandId);
    if (!first.replayed || first.state.owner !== undefined) return first.state.owner === owner;
    // This command had the value once, and it was freed since (an orphan's claim, for one): it is claimed anew.
    const again = await attempt(`${context.commandId}/after-${first.revision}`);
    return again.state.owner === owner;
  }

  /** The owner gives the value up; somebody else's is left alone. */
  async release(context: CommandContext, kind: ClaimKind, value: string, owner: string): Promise<void> {
    const { at } = context;
    await this.streams.change(context, this.stream(context.network, kind, value), claim, (state): ClaimFact[] =>
      state.owner === owner ? [{ type: 'ClaimReleased', data: { owner, at } }] : [],
    );
  }

  /** Who has the value, never stale. */
  async owner(network: string, kind: ClaimKind, value: string): Promise<string | undefined> {
    return (await this.streams.state(network, this.stream(network, kind, value), claim)).state.owner;
  }

  private stream(network: string, kind: ClaimKind, value: string): string {
    return `claim-${network}:${kind}:${this.vault.hash('claim', value)}`;
  }
}
