import type { Instant } from '../kernel/event-sourcing';
import type { AllPage, EventStore, StoredEvent } from '../platform/event-store/event-store';
import type { Registry } from '../platform/registry';

/** Events that one request looks through at most, found or not: the answer says where to go on. */
const MOST_SEARCHED = 20_000;

export interface Feed {
  readonly events: readonly StoredEvent[];
  /** Position to go on after. */
  readonly next: number;
  /** True when there was nothing more in the log. */
  readonly end: boolean;
}

/** The log as one network may see it: other networks' streams are not there. Without a network: everything, for operators. */
export class NetworkLog {
  constructor(
    private readonly store: EventStore,
    private readonly registry: Registry,
  ) {}

  logId(): Promise<string> {
    return this.store.logId();
  }

  /** A stream's network is that of its first event; another network's stream reads as empty. */
  async stream(network: string | undefined, stream: string, from = 0, limit = 1000): Promise<readonly StoredEvent[]> {
    const first = await this.store.readStream(stream, { from: 0, limit: from === 0 ? limit : 1 });
    if (first[0] === undefined || !belongs(first[0], network)) return [];
    return from === 0 ? first : this.store.readStream(stream, { from, limit });
  }

  /** Revision of the last event of a stream; -1 for one that is not there. */
  async lastRevision(network: string | undefined, stream: string): Promise<number> {
    const [last] = await this.store.readStream(stream, { direction: 'backwards', limit: 1 });
    return last && belongs(last, network) ? last.revision : -1;
  }

  /** The streams that an id (`card_01…`) or a whole name means. */
  async streamsNamed(network: string | undefined, text: string): Promise<readonly string[]> {
    const candidates = [text, ...[...this.registry.aggregates.keys()].map((category) => `${category}-${text}`)];
    const found = await Promise.all(candidates.map((stream) => this.lastRevision(network, stream)));
    return candidates.filter((_, index) => found[index]! >= 0);
  }

  /** Facts in log order, after a position: what a puller sees. Events of streams that no module registered are the engine's own. */
  async feed(network: string | undefined, options: { after: number; limit: number; category?: string; since?: Instant }): Promise<Feed> {
    const prefixes = (options.category ? [options.category] : [...this.registry.aggregates.keys()]).map((category) => `${category}-`);
    const events: StoredEvent[] = [];
    let { after } = options;
    for (let searched = 0; searched < MOST_SEARCHED;) {
      const page: AllPage = await this.store.readAll({ after, prefixes, limit: 1000 });
      for (const event of page.events) {
        if (!belongs(event, network) || (options.since && recordedAt(event) < options.since)) continue;
        events.push(event);
        if (events.length === options.limit) return { events, next: event.position, end: page.end && event === page.events.at(-1) };
      }
      searched += Math.max(page.events.length, 1);
      after = page.next;
      if (page.end) return { events, next: after, end: true };
    }
    return { events, next: after, end: false };
  }

  /** The newest facts first. The log is read forwards only, so the window before its head grows until it holds enough. */
  async latest(network: string, count: number, category?: string): Promise<readonly StoredEvent[]> {
    const head = await this.store.head();
    for (let span = 512; ; span *= 8) {
      const after = Math.max(0, head - span);
      const found: StoredEvent[] = [];
      let searched = after;
      for (let end = false; !end;) {
        const page = await this.feed(network, { after: searched, limit: MOST_SEARCHED, category });
        found.push(...page.events);
        ({ end, next: searched } = page);
      }
      if (found.length >= count || after === 0 || span > MOST_SEARCHED * 50) return found.slice(-count).reverse();
    }
  }

  /** Everything, in pages, in log order. */
  async *all(): AsyncGenerator<AllPage> {
    for (let after = 0, end = false; !end;) {
      const page: AllPage = await this.store.readAll({ after, limit: 5000 });
      yield page;
      ({ next: after, end } = page);
    }
  }

  head(): Promise<number> {
    return this.store.head();
  }
}

export const recordedAt = (event: StoredEvent): Instant => (JSON.parse(event.metadata) as { recordedAt: Instant }).recordedAt;

export const networkOf = (event: StoredEvent): string => (JSON.parse(event.metadata) as { network: string }).network;

/** Most events of other networks are told apart by their text alone. */
export function belongs(event: StoredEvent, network: string | undefined): boolean {
  if (network === undefined) return true;
  return event.metadata.includes(`"network":${JSON.stringify(network)}`) && networkOf(event) === network;
}
