import { expect } from '@jest/globals';
import type { Aggregate, Fact } from '../../src/kernel/event-sourcing';
import { Rejection } from '../../src/kernel/rejection';

/** What a decision came to, and what is expected of it. */
export interface Outcome<State, F extends Fact> {
  /** Exactly these facts, in this order; none means there was nothing to do. They must also fold into the state. */
  yields(...facts: readonly F[]): void;
  /** Refused with this code, and with these details if they are given. */
  isRefused(code: string, details?: Readonly<Record<string, unknown>>): void;
  /** The state after the decision's facts. */
  leadsTo(state: State): void;
}

export interface Given<State, F extends Fact> {
  when<Command>(decide: (state: State, command: Command) => readonly F[], command: Command): Outcome<State, F>;
  /** The state that the facts fold into. */
  is(state: State): void;
}

/** `given(giftCard, issued, delivered).when(deductFunds, command).yields(deducted)`: one rule, one line, no doubles. */
export function given<State, F extends Fact>(aggregate: Aggregate<State, F>, ...history: readonly F[]): Given<State, F> {
  const fold = (state: State, facts: readonly F[]): State => facts.reduce((folded, fact) => aggregate.evolve(folded, fact), state);
  const state = fold(aggregate.initial, history);
  return {
    when(decide, command) {
      const attempt = attempted(() => decide(state, command));
      return {
        yields(...facts) {
          expect(attempt.facts()).toEqual(facts);
          fold(state, facts);
        },
        isRefused(code, details) {
          expect(attempt.refusal()).toMatchObject(details ? { code, details } : { code });
        },
        leadsTo(expected) {
          expect(fold(state, attempt.facts())).toEqual(expected);
        },
      };
    },
    is(expected) {
      expect(state).toEqual(expected);
    },
  };
}

interface Attempt<F extends Fact> {
  facts(): readonly F[];
  refusal(): { readonly code: string; readonly details: unknown };
}

/** A refusal where facts were expected fails with its code; anything else that is thrown is a bug and shows as itself. */
function attempted<F extends Fact>(decide: () => readonly F[]): Attempt<F> {
  try {
    const facts = decide();
    return {
      facts: () => facts,
      refusal: () => {
        throw new Error(`It was not refused but yielded ${JSON.stringify(facts)}`);
      },
    };
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    const { code, details } = error;
    return {
      facts: () => {
        throw new Error(`It was refused with ${code} ${JSON.stringify(details)}`);
      },
      refusal: () => ({ code, details }),
    };
  }
}
