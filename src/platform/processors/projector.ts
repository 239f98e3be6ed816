import { once } from 'node:events';
import type { AnyProjection } from '../../kernel/event-sourcing';
import type { AllPage, EventStore } from '../event-store/event-store';
import type { ReadStore } from '../read-store/read-store';
import { type Backoff, delay, pause } from './backoff';
import { erasedBy, type FactReader, PERSON_ERASED, segments } from './facts';
import { Generations, type Pointer, tableName, tableOf } from './generations';
import type { Log } from './log';
import { describe, type ParkedWork } from './parked-work';
import type { Progress } from './rebuild';
import { retryKey } from './retry-key';
import { isLoneEvent, ServedModel } from './served-model';

/** A model as it is served now, for those who wait on it. */
export interface Serving {
  readonly model: string;
  readonly version: number;
  readonly generation: number;
  readonly position: number;
  readonly types: readonly string[];
}

/** What a projector tells the rest of the process. */
export type ProjectorNews =
  | { readonly kind: 'serving'; readonly models: readonly Serving[] }
  /** Everything served is folded up to here; `end`: there was nothing more in the log. */
  | { readonly kind: 'folded'; readonly position: number; readonly end: boolean }
  /** These persons were erased, perhaps by another instance: cached keys must go. */
  | { readonly kind: 'erased'; readonly subjects: readonly string[] }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'trouble'; readonly sentence: string };

export interface ProjectorOptions {
  readonly events: EventStore;
  readonly store: ReadStore;
  readonly projections: readonly AnyProjection[];
  readonly facts: FactReader;
  readonly work: ParkedWork;
  readonly log: Log;
  readonly tell: (news: ProjectorNews) => void;
  /** Builds these models beside the live ones and swaps them; the projector follows the pointers. */
  readonly rebuild: (models: readonly string[], which: 'stale' | 'anew', signal: AbortSignal) => Promise<void>;
  /** Facts a batch; default 500. */
  readonly batch?: number;
  /** How often pointers and retries are looked at; default every second. */
  readonly lookEveryMs?: number;
}

const KEEP_REPLACED_MS = 10 * 60_000;
const BACKOFF: Backoff = { firstMs: 200, mostMs: 10_000 };

/**
 * Keeps all live models up to date: one subscription feeds them all in batches. Documents first, then the checkpoint; whatever goes
 * wrong on the way, it begins again from the checkpoints, and the write rule makes the repetition harmless.
 */
export class Projector {
  private readonly generations: Generations;
  private readonly building = new Set<string>();
  private signal = AbortSignal.abort();
  /** Aborted to look at the pointers at once. */
  private nudge = new AbortController();
  private position = 0;
  /** Batches and retries take turns. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ProjectorOptions) {
    this.generations = new Generations(options.store);
  }

  /** Runs until aborted; store failures are waited out. */
  async run(signal: AbortSignal): Promise<void> {
    this.signal = signal;
    for (let tries = 0; !signal.aborted;) {
      try {
        await this.serve(signal, () => (tries = 0));
      } catch (error) {
        tries += 1;
        this.options.tell({ kind: 'trouble', sentence: `The read models are not kept up to date: ${describe(error)}` });
        this.options.log.error({ error: describe(error), tries }, 'The projector begins again from its checkpoints');
        await pause(delay(BACKOFF, tries), signal);
      }
    }
    await this.turn.catch(() => undefined);
  }

  /** Follows the log with the models that are live now, until their pointers change. */
  private async serve(signal: AbortSignal, progressed: () => void): Promise<void> {
    const { projections, store, work, tell, events } = this.options;
    await Promise.all([this.generations.prepare(), work.prepare()]);
    const logId = await events.logId();
    const pointers = await this.generations.pointers(projections.map(({ name }) => name));
    const live = projections.filter((projection) => isLive(projection, pointers.get(projection.name), logId));
    const tables = live.map(({ name }) => tableOf(pointers.get(name) as Pointer));
    const checkpoints = await this.generations.checkpoints(logId, tables);
    const at = (index: number): number => checkpoints.get(tableName(tables[index]!)) ?? 0;
    const models = await Promise.all(live.map((projection, i) => new ServedModel(projection, tables[i]!, at(i), store, work).open()));
    this.position = models.length > 0 ? Math.min(...models.map(({ checkpoint }) => checkpoint)) : 0;
    this.build(projections.filter((projection) => !live.includes(projection)).map(({ name }) => name));
    tell({ kind: 'serving', models: models.map(serving) });
    const changed = new AbortController();
    const until = AbortSignal.any([signal, changed.signal]);
    const following = models.length > 0 ? this.follow(models, logId, until, progressed) : once(until, 'abort').then(() => undefined);
    // Whichever ends first, well or badly, ends the other; both must have stopped before anything begins again.
    const ended = await Promise.allSettled(
      [following, this.watch(models, pointers, until)].map((task) => task.finally(() => changed.abort())),
    );
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  }

  private async follow(models: readonly ServedModel[], logId: string, signal: AbortSignal, progressed: () => void): Promise<void> {
    const wanted = new Set([PERSON_ERASED, ...models.flatMap(({ types }) => [...types])]);
    const tables = models.map(({ table }) => table);
    for await (const page of this.options.events.subscribe({ after: this.position, signal, batch: this.options.batch ?? 500 })) {
      await this.inTurn(async () => {
        await this.fold(models, page, wanted);
        await this.generations.save(logId, tables, page.next);
        this.position = page.next;
      });
      progressed();
      this.options.tell({ kind: 'folded', position: page.next, end: page.end });
      if (signal.aborted) return;
    }
  }

  private async fold(models: readonly ServedModel[], page: AllPage, wanted: ReadonlySet<string>): Promise<void> {
    const { facts, undecodable } = await this.options.facts.read(page.events, wanted);
    if (undecodable.length > 0) for (const model of models) await model.parkUndecodable(undecodable);
    for (const { erasure, facts: some } of segments(facts)) {
      if (erasure) await this.erase(models, erasedBy(erasure.fact.data), erasure.metadata.position);
      if (some.length > 0) await Promise.all(models.map((model) => model.fold(some)));
    }
  }

  private async erase(models: readonly ServedModel[], subjects: readonly string[], position: number): Promise<void> {
    this.options.facts.forget(subjects);
    this.options.tell({ kind: 'erased', subjects });
    await Promise.all(models.map((model) => model.erase(subjects, position)));
  }

  /** Looks for swapped pointers, retries that were asked for, and generations that nobody reads any more. */
  private async watch(models: readonly ServedModel[], pointers: ReadonlyMap<string, Pointer>, signal: AbortSignal): Promise<void> {
    const names = this.options.projections.map(({ name }) => name);
    for (let looks = 0; !signal.aborted; looks++) {
      await this.retry(models, signal);
      if (looks % 30 === 0) await this.dropReplaced(names);
      this.nudge = new AbortController();
      await pause(this.options.lookEveryMs ?? 1_000, AbortSignal.any([signal, this.nudge.signal]));
      const now = signal.aborted ? pointers : await this.generations.pointers(names);
      if (names.some((name) => now.get(name)?.generation !== pointers.get(name)?.generation)) return;
    }
  }

  /** Looks at retries and pointers at once rather than within a second. */
  look(): void {
    this.nudge.abort();
  }

  private async retry(models: readonly ServedModel[], signal: AbortSignal): Promise<void> {
    const { work, log } = this.options;
    const asked = [
      ...(await work.where({ kind: 'projection', status: 'applying' })),
      ...(await work.where({ kind: 'projection', status: 'retry' })),
    ];
    for (const entry of asked) {
      const model = models.find(({ scope }) => scope === entry.scope);
      if (!model || signal.aborted) continue;
      if (isLoneEvent(entry.instance)) {
        await work.done(entry.scope, entry.instance);
        this.build([entry.name], 'anew');
        continue;
      }
      const came = await this.inTurn(() => retryKey(model, entry, this.position, this.options));
      log.info({ model: entry.name, came }, 'A parked document was tried again');
    }
  }

  private async dropReplaced(names: readonly string[]): Promise<void> {
    for (const table of await this.generations.dropReplaced(names, KEEP_REPLACED_MS, Date.now())) {
      await this.options.work.forget(tableName(table));
      this.options.log.info({ table: tableName(table) }, 'An old generation of a read model was dropped');
    }
  }

  /** Starts a rebuild of the models that nobody builds yet, and again later if it fails: a model without one would stay stale. */
  private build(names: readonly string[], which: 'stale' | 'anew' = 'stale'): void {
    const { signal } = this;
    const models = names.filter((name) => !this.building.has(name));
    if (models.length === 0 || signal.aborted) return;
    for (const name of models) this.building.add(name);
    const { rebuild, log } = this.options;
    const attempt = async (tries: number): Promise<void> => {
      try {
        await rebuild(models, which, signal);
        this.nudge.abort();
      } catch (error) {
        if (signal.aborted) return;
        log.error({ models, error: describe(error) }, 'A rebuild failed and is tried again');
        await pause(delay(BACKOFF, tries), signal);
        if (!signal.aborted) await attempt(tries + 1);
      }
    };
    void attempt(1).finally(() => models.forEach((name) => this.building.delete(name)));
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work, work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}

const isLive = (projection: AnyProjection, pointer: Pointer | undefined, logId: string): boolean =>
  pointer?.version === projection.version && pointer.logId === logId;

const serving = ({ table, checkpoint, types }: ServedModel): Serving => ({ ...table, position: checkpoint, types: [...types] });
