import { unknownFact, type Actor, type Aggregate, type CommandContext, type Fact, type Instant } from '../../kernel/event-sourcing';

export type ActivationRoundStarted = Fact<'ActivationRoundStarted', { roundId: string; by: Actor; at: Instant }>;
export type ActivationRoundAdvanced = Fact<
  'ActivationRoundAdvanced',
  {
    roundId: string;
    /** The last location that was looked at, in the order of their creation. */
    after: { createdAt: Instant; locationId: string };
    /** Links that were sent in this step, and locations that were passed over: they have a device, an open link or no address. */
    sent: number;
    passed: number;
    at: Instant;
  }
>;
export type ActivationRoundCompleted = Fact<'ActivationRoundCompleted', { roundId: string; at: Instant }>;

export type ActivationRoundFact = ActivationRoundStarted | ActivationRoundAdvanced | ActivationRoundCompleted;

/** One button, a link for every location that has no device: step by step through all locations, taken up after a crash. */
export interface ActivationRound {
  readonly status: 'unknown' | 'running' | 'completed';
  readonly step: number;
  readonly after?: { readonly createdAt: Instant; readonly locationId: string };
  readonly sent: number;
  readonly passed: number;
}

export const activationRound: Aggregate<ActivationRound, ActivationRoundFact> = {
  initial: { status: 'unknown', step: 0, sent: 0, passed: 0 },
  evolve(state, fact) {
    switch (fact.type) {
      case 'ActivationRoundStarted':
        return { ...state, status: 'running' };
      case 'ActivationRoundAdvanced': {
        const { after, sent, passed } = fact.data;
        return { ...state, step: state.step + 1, after, sent: state.sent + sent, passed: state.passed + passed };
      }
      case 'ActivationRoundCompleted':
        return { ...state, status: 'completed' };
      default:
        return unknownFact(fact);
    }
  },
};

/** What the policy asks for: the next step, if the round has come so far and no further. */
export class SendNextActivationLinks {
  constructor(
    readonly context: CommandContext,
    readonly roundId: string,
  ) {}
}

export const startRound = (
  state: ActivationRound,
  { roundId, by, at }: { roundId: string; by: Actor; at: Instant },
): ActivationRoundFact[] => (state.status === 'unknown' ? [{ type: 'ActivationRoundStarted', data: { roundId, by, at } }] : []);

/** A step that another process has done meanwhile changes nothing. */
export function advanceRound(state: ActivationRound, step: number, done: ActivationRoundAdvanced['data']): ActivationRoundFact[] {
  if (state.status !== 'running' || state.step !== step) return [];
  const { roundId, after, sent, passed, at } = done;
  return [{ type: 'ActivationRoundAdvanced', data: { roundId, after, sent, passed, at } }];
}

export const completeRound = (state: ActivationRound, { roundId, at }: { roundId: string; at: Instant }): ActivationRoundFact[] =>
  state.status === 'running' ? [{ type: 'ActivationRoundCompleted', data: { roundId, at } }] : [];
