/**
 * The words of event sourcing that every module uses. Pure types and the few functions that give them meaning.
 */

/** An instant: fixed-width ISO 8601 UTC with milliseconds, `2026-11-22T09:30:00.000Z`, so that text order is time order. */
export type Instant = string;

/** Something that happened, written once and never changed. The type name carries no version (see upcasting.ts). */
export interface Fact<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** Who did it. `id` is an employee's, device's, API key's, job's or policy's id; `system` and `public` callers have fixed ids. */
export interface Actor {
  readonly kind: 'employee' | 'device' | 'apiKey' | 'buyer' | 'public' | 'policy' | 'job' | 'operator';
  readonly id: string;
}

/** What comes with every command beside its own fields. Decisions are deterministic: time and ids come from here. */
export interface CommandContext {
  readonly network: string;
  readonly actor: Actor;
  /** Identifies this command for ever: derived from the Idempotency-Key or from the cause; a repeat has the same one. */
  readonly commandId: string;
  readonly at: Instant;
  readonly correlation: string;
  readonly causation?: string;
  readonly requestId?: string;
  /** Hash of the request's content; the same commandId with another hash is refused with `idempotency-key-reused`. */
  readonly requestHash?: string;
}

/** What is known of a stored fact beside its data. */
export interface FactMetadata {
  readonly stream: string;
  readonly revision: number;
  /** The fact's place in the whole log: a safe integer, ordered, with gaps. Never stored inside facts or cuts. */
  readonly position: number;
  readonly eventId: string;
  readonly network: string;
  readonly actor: Actor;
  readonly correlation: string;
  readonly causation?: string;
  readonly requestId?: string;
  readonly commandId: string;
  readonly requestHash?: string;
  /** The persons of whom the fact speaks; absent when it speaks of nobody. */
  readonly subjects?: readonly string[];
  /** The engine's own clock; never goes back within a stream, and drives "as of". */
  readonly recordedAt: Instant;
}

export interface RecordedFact<F extends Fact = Fact> {
  readonly fact: F;
  readonly metadata: FactMetadata;
}

/** `evolve` is a switch over every fact of the aggregate; a missing case is a compile error (end it with `unknownFact`). */
export interface Aggregate<State, F extends Fact> {
  readonly initial: State;
  evolve(state: State, fact: F): State;
  /**
   * The state holds nothing of anybody, and `evolve` looks at no personal value: its streams are read without a person's key, as if all
   * were erased. Where many streams are busy, fetching and opening what nobody looks at would be half of what reading one costs.
   * The state is plain data, equal to itself after JSON: memory holds it so while its stream is idle.
   */
  readonly impersonal?: true;
}

/** The default branch of an `evolve`: compiles only when every fact has its case. */
export function unknownFact(fact: never): never {
  throw new Error(`No case for the fact ${(fact as Fact).type}`);
}

export type DataOf<F extends Fact, T extends F['type']> = Extract<F, { type: T }>['data'];

/**
 * Folds facts into documents that people look at. Pure: no clock, no look-ups, no other document.
 * Total by type: every fact of `F` is in `begins` (it makes the document) or in `on` (it changes one that is there).
 * What begins a document is told of the one that is there, if any: sums that any of several facts may begin (a day's figures).
 * `null` from a fold removes the document. Use `unchanged` for a fact that a model is not interested in.
 */
export interface Projection<Doc extends object = object, F extends Fact = Fact, Begins extends F['type'] = F['type']> {
  /** kebab-case, unique across the product. */
  readonly name: string;
  /** Raise it when the fold changes: the model is then rebuilt beside the live one and swapped. */
  readonly version: number;
  /** The ids of the documents that a fact touches, from immutable ids in it, never by query. */
  keys(data: DataOf<F, F['type']>, metadata: FactMetadata): readonly string[];
  /** Dotted paths (`recipientEmail.value`); the last may be prefixed with `-` for descending. */
  readonly indexes: readonly (readonly string[])[];
  readonly begins: {
    readonly [T in Begins]: (data: DataOf<F, T>, metadata: FactMetadata, key: string, doc: Doc | undefined) => Doc | null;
  };
  readonly on: {
    readonly [T in Exclude<F['type'], Begins>]: (doc: Doc, data: DataOf<F, T>, metadata: FactMetadata, key: string) => Doc | null;
  };
}

export const unchanged = <Doc>(doc: Doc): Doc => doc;

/** A projection with its types forgotten, as the registry and the projector hold it. */
export interface AnyProjection {
  readonly name: string;
  readonly version: number;
  keys(data: never, metadata: FactMetadata): readonly string[];
  readonly indexes: readonly (readonly string[])[];
  readonly begins: Readonly<Record<string, (data: never, metadata: FactMetadata, key: string, doc: never) => object | null>>;
  readonly on: Readonly<Record<string, (doc: never, data: never, metadata: FactMetadata, key: string) => object | null>>;
}

/** What a policy is told of the fact it reacts to. */
export interface Cause {
  readonly metadata: FactMetadata;
  /** The context for the command of this step: its id derives from policy, event and step, so that a repeat is the same command. */
  context(step?: string): CommandContext;
}

/**
 * A reaction, named as a sentence. Pure: from a fact to commands of its own module (plain class instances, run by the command
 * bus). Waiting for more than one fact, or for a time, is done by state in the aggregate or by a wake-up.
 */
export interface Policy<F extends Fact = Fact> {
  /** kebab-case sentence: `mail-the-code-when-a-deduction-is-requested`. */
  readonly name: string;
  /** Where a policy that is new to a log begins. Default: at its head. */
  readonly startsAt?: 'head' | 'beginning';
  readonly on: { readonly [T in F['type']]: (data: DataOf<F, T>, cause: Cause) => readonly object[] };
}

export interface AnyPolicy {
  readonly name: string;
  readonly startsAt?: 'head' | 'beginning';
  readonly on: Readonly<Record<string, (data: never, cause: Cause) => readonly object[]>>;
}

/** A document of a wake-up model: what is to be told "it is now T", and when. The model removes it when nothing waits any more. */
export interface WakeUpDocument {
  readonly dueAt: Instant;
  readonly network: string;
}

/**
 * A wake-up model: a projection of what waits for a time, and the command that tells it. The command must be idempotent and
 * must take the time from its context: it may come late, twice, or from two machines.
 */
export interface WakeUp<Doc extends WakeUpDocument = WakeUpDocument> {
  readonly projection: AnyProjection;
  command(doc: Doc, key: string, context: CommandContext): object;
}
