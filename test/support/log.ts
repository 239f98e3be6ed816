/** Makes events, and walks through logs with what pages and batches promise checked on the way. */
import { randomUUID } from 'node:crypto';
import type { AllPage, EventStore, NewEvent, StoredEvent } from '../../src/platform/event-store/event-store';

export const event = (type = 'Happened', data: unknown = { amount: 1 }, metadata: unknown = { actor: 'test' }): NewEvent => ({
  id: randomUUID(),
  type,
  data: JSON.stringify(data),
  metadata: JSON.stringify(metadata),
});

export const many = (count: number, type?: string): NewEvent[] => Array.from({ length: count }, (_, i) => event(type, { i }));

/** Takes pages of a subscription until `enough` says so, then aborts it; resolves when the iterator has ended. */
export async function follow(
  store: EventStore,
  after: number,
  prefixes: readonly string[] | undefined,
  enough: (events: readonly StoredEvent[]) => boolean,
  batch?: number,
): Promise<StoredEvent[]> {
  const stop = new AbortController();
  const seen: StoredEvent[] = [];
  for await (const page of store.subscribe({ after, prefixes, signal: stop.signal, batch })) {
    if (batch) expect(page.events.length).toBeLessThanOrEqual(batch);
    seen.push(...page.events);
    if (enough(seen)) stop.abort();
  }
  return seen;
}

/** Every page from `after` to the end, with what `next` and `end` promise checked on the way. */
export async function pages(store: EventStore, after: number, prefixes?: readonly string[], limit?: number): Promise<AllPage[]> {
  const result: AllPage[] = [];
  for (let position = after; ;) {
    const page = await store.readAll({ after: position, prefixes, limit });
    const last = page.events.at(-1);
    expect(page.next).toBeGreaterThanOrEqual(last ? last.position : position);
    if (!page.end) expect(page.next).toBeGreaterThan(position);
    result.push(page);
    position = page.next;
    if (page.end) return result;
  }
}
