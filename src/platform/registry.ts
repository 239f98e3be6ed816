import type { AggregateEntry, Messages, NavigationPage, Registration, Rejections } from '../kernel/registration';
import type { AnyPolicy, AnyProjection, WakeUp } from '../kernel/event-sourcing';
import type { Upcasts } from '../kernel/upcasting';

/** Everything that the modules entered, checked for names used twice. Built once a thread from plain registrations. */
export class Registry {
  readonly aggregates = new Map<string, AggregateEntry>();
  readonly factOwner = new Map<string, string>();
  readonly projections: readonly AnyProjection[];
  readonly policies: readonly AnyPolicy[];
  readonly wakeUps: readonly WakeUp<never>[];
  readonly pages: readonly NavigationPage[];
  readonly permissions: readonly string[];
  readonly upcasts: Upcasts;
  readonly personal: Readonly<Record<string, readonly string[]>>;
  readonly rejections: Rejections;
  readonly messages: Messages;

  constructor(readonly registrations: readonly Registration[]) {
    for (const entry of registrations.flatMap((each) => each.aggregates)) this.enter(entry);
    this.wakeUps = registrations.flatMap((each) => each.wakeUps);
    this.projections = unique(
      [...registrations.flatMap((each) => each.projections), ...this.wakeUps.map((each) => each.projection)],
      'projection',
    );
    this.policies = unique(
      registrations.flatMap((each) => each.policies),
      'policy',
    );
    this.pages = registrations.flatMap((each) => each.pages).sort((a, b) => a.order - b.order);
    this.permissions = registrations.flatMap((each) => each.permissions);
    this.upcasts = Object.assign({}, ...registrations.map((each) => each.upcasts)) as Upcasts;
    this.personal = Object.assign({}, ...registrations.map((each) => each.personal)) as Registry['personal'];
    this.rejections = Object.assign({}, ...registrations.map((each) => each.rejections)) as Rejections;
    this.messages = {
      en: Object.assign({}, ...registrations.map((each) => each.messages.en)) as Messages['en'],
      fr: Object.assign({}, ...registrations.map((each) => each.messages.fr)) as Messages['fr'],
    };
  }

  /** The aggregate of a stream name, by the part before the first dash. */
  aggregateOf(stream: string): AggregateEntry | undefined {
    return this.aggregates.get(stream.slice(0, stream.indexOf('-')));
  }

  private enter(entry: AggregateEntry): void {
    if (this.aggregates.has(entry.category)) throw new Error(`Two aggregates are called ${entry.category}`);
    this.aggregates.set(entry.category, entry);
    for (const fact of entry.facts) {
      if (this.factOwner.has(fact)) throw new Error(`The fact ${fact} belongs to both ${this.factOwner.get(fact)} and ${entry.category}`);
      this.factOwner.set(fact, entry.category);
    }
  }
}

function unique<T extends { readonly name: string }>(entries: readonly T[], kind: string): readonly T[] {
  const seen = new Set<string>();
  for (const { name } of entries) {
    if (seen.has(name)) throw new Error(`Two entries of kind ${kind} are called ${name}`);
    seen.add(name);
  }
  return entries;
}
