import { type Aggregate, type Fact, type Instant, type Policy, unknownFact } from '../../kernel/event-sourcing';
import { FinishErasure } from './finish-erasure';

/** The erasure of a person, on the stream `person-{hash of the e-mail address}`. The facts hold no word about who it was. */
export type PersonErasureBegun = Fact<'PersonErasureBegun', { subjects: readonly string[]; at: Instant }>;
/** The keys are destroyed. Every read model takes these subjects' values out at this fact's position. */
export type PersonErased = Fact<'PersonErased', { subjects: readonly string[]; at: Instant }>;
export type PersonFact = PersonErasureBegun | PersonErased;

export interface Person {
  /** Keys that are to be destroyed and may not be yet. */
  readonly leaving: readonly string[];
  readonly gone: readonly string[];
}

export const person: Aggregate<Person, PersonFact> = {
  initial: { leaving: [], gone: [] },
  evolve(state, fact) {
    switch (fact.type) {
      case 'PersonErasureBegun':
        return { ...state, leaving: fact.data.subjects };
      case 'PersonErased':
        return { leaving: [], gone: [...state.gone, ...fact.data.subjects] };
      default:
        return unknownFact(fact);
    }
  },
};

/** Subjects that came since an earlier erasure (the person bought again) are erased like the first ones; nothing for nobody new. */
export function beginErasure({ leaving, gone }: Person, { subjects, at }: { subjects: readonly string[]; at: Instant }): PersonFact[] {
  const known = new Set(gone);
  const left = [...new Set([...leaving, ...subjects])].filter((subject) => !known.has(subject));
  return left.length === leaving.length ? [] : [{ type: 'PersonErasureBegun', data: { subjects: left, at } }];
}

export function finishErasure({ leaving }: Person, { at }: { at: Instant }): PersonFact[] {
  return leaving.length === 0 ? [] : [{ type: 'PersonErased', data: { subjects: leaving, at } }];
}

/** Whoever began an erasure finishes it at once; this finishes it where the process died in between. */
export const finishWhatWasBegun: Policy<PersonErasureBegun> = {
  name: 'finish-an-erasure-that-was-begun',
  on: { PersonErasureBegun: (_, cause) => [new FinishErasure(cause.context(), cause.metadata.stream)] },
};
