import type { EventStore } from '../event-store/event-store';
import type { ReadStore } from '../read-store/read-store';
import { erasedBy, type FactReader, PERSON_ERASED } from './facts';
import { stepsOf, WorkingDocuments } from './fold';
import { describe, type ParkedEntry, type ParkedWork } from './parked-work';
import type { ServedModel } from './served-model';

/** What came of trying again: put right, failed again (and parked anew), or not possible before the log has moved on. */
export type Retried = 'done' | 'failed' | 'later';

export interface RetryTools {
  readonly events: EventStore;
  readonly store: ReadStore;
  readonly facts: FactReader;
  readonly work: ParkedWork;
}

/**
 * Folds a parked key again, from the fact that it waits at up to the projector's checkpoint. The caller makes sure that the projector
 * folds nothing meanwhile. The document gets the checkpoint as its position; `applying` is entered before it is written, so that a
 * crash in between is noticed and nothing is folded twice.
 */
export async function retryKey(model: ServedModel, entry: ParkedEntry, upTo: number, tools: RetryTools): Promise<Retried> {
  const { store, work } = tools;
  const { id: _, ...parked } = entry;
  const key = entry.instance;
  const stored = (await store.load(model.table, [key])).get(key);
  const position = stored?.position ?? -1;
  const written = entry.status === 'applying' && position >= (entry.upTo ?? 0);
  if (!written) {
    if (position >= upTo) return 'later';
    const working = new WorkingDocuments(model.projection);
    const doc = stored ? { ...stored, position: Math.min(position, entry.position - 1) } : undefined;
    working.learn([key], new Map(doc ? [[key, doc]] : []));
    const failure = await foldKey(model, working, entry, upTo, tools);
    if (failure) {
      await work.put({ ...parked, error: describe(failure.error), tries: entry.tries + 1, status: 'parked', upTo: undefined });
      return 'failed';
    }
    await work.put({ ...parked, status: 'applying', upTo });
    await store.replace(
      model.table,
      working.take().map((document) => ({ ...document, position: upTo })),
    );
  }
  await work.done(entry.scope, key);
  model.release(key);
  return 'done';
}

type Failure = { readonly error: unknown };

async function foldKey(
  model: ServedModel,
  working: WorkingDocuments,
  entry: ParkedEntry,
  upTo: number,
  tools: RetryTools,
): Promise<Failure | undefined> {
  const wanted = new Set([...model.types, PERSON_ERASED]);
  for (let after = entry.position - 1; after < upTo;) {
    const page = await tools.events.readAll({ after, limit: 5_000 });
    const { facts, undecodable } = await tools.facts.read(
      page.events.filter(({ position }) => position <= upTo),
      wanted,
    );
    if (undecodable[0]) return undecodable[0];
    for (const recorded of facts) {
      if (recorded.fact.type === PERSON_ERASED) working.erase([entry.instance], erasedBy(recorded.fact.data), recorded.metadata.position);
      const failed = working.apply(stepsOf(model.projection, [recorded]).steps.filter((step) => step.key === entry.instance))[0];
      if (failed) return failed;
    }
    after = page.next;
    if (page.end) return undefined;
  }
  return undefined;
}
