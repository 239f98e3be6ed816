import type { AnyPolicy, AnyProjection, Fact, WakeUp } from './event-sourcing';
import type { Upcasts } from './upcasting';

/** A check of one stream's money over its whole life, for audits: yields a sentence for each thing that does not add up. */
export type Invariant = (facts: readonly Fact[]) => readonly string[];

/** A page in a network's navigation. `label` is a key of the message catalogues; `icon` names a symbol of the sprite. */
export interface NavigationPage {
  readonly path: string;
  readonly label: string;
  /** What somebody reads who is bound to one location; without it, the page is none of theirs to begin at. */
  readonly ownLabel?: string;
  readonly icon: string;
  readonly permission: string;
  /** Lower comes first; the first four are the bottom bar of a phone. */
  readonly order: number;
}

/** The aggregate of a stream category (`giftCard` for `giftCard-{id}`) and the names of all its facts. */
export interface AggregateEntry {
  readonly category: string;
  /** Any `Aggregate<State, F>`, its types forgotten. */
  readonly aggregate: { readonly initial: unknown; evolve(state: never, fact: never): unknown };
  readonly facts: readonly string[];
  readonly invariant?: Invariant;
}

/**
 * What a module enters in the registry (engine 9). Plain data and functions without Nest, so that worker threads load it too.
 * `personal` gives, for a fact type, the dotted paths of its `Personal` values (`buyer.name`; `people.*.name` for arrays).
 */
export interface Registration {
  readonly module: string;
  readonly aggregates: readonly AggregateEntry[];
  readonly projections: readonly AnyProjection[];
  readonly policies: readonly AnyPolicy[];
  readonly wakeUps: readonly WakeUp<never>[];
  readonly upcasts: Upcasts;
  readonly personal: Readonly<Record<string, readonly string[]>>;
  /** Names of what may be done: `cards.issue`. The roles that hold them are the network module's business. */
  readonly permissions: readonly string[];
  readonly pages: readonly NavigationPage[];
  readonly rejections: Rejections;
  readonly messages: Messages;
}

/**
 * Code → how it is answered. Sentences say what to do; `{balance}` and the like are filled from the rejection's details (a `Money`
 * is formatted for the reader).
 */
export type Rejections = Readonly<
  Record<
    string,
    { readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 429 | 503; readonly en: string; readonly fr: string }
  >
>;

/** Flat catalogues, keys begin with the module's name: `cards.window.title`. Both languages hold the same keys (a test checks). */
export interface Messages {
  readonly en: Readonly<Record<string, string>>;
  readonly fr: Readonly<Record<string, string>>;
}

/** Keeps an aggregate's fact list complete: `factNames<GiftCardFact>()({ CardIssued: true, … })` misses none and names no stranger. */
export const factNames =
  <F extends Fact>() =>
  (names: Readonly<Record<F['type'], true>>): readonly string[] =>
    Object.keys(names);
