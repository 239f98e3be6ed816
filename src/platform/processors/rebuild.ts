import { setImmediate as breathe } from 'node:timers/promises';
import type { AnyProjection, RecordedFact } from '../../kernel/event-sourcing';
import type { EventStore } from '../event-store/event-store';
import type { ReadStore, Table } from '../read-store/read-store';
import { pause } from './backoff';
import { BuildingModel } from './building-model';
import { erasedBy, type FactReader, PERSON_ERASED, segments } from './facts';
import type { LogReader, ReadyPage } from './log-reader';
import { Generations, tableName, tableOf } from './generations';
import type { Lease, Leases } from './leases';
import type { Log } from './log';
import type { ParkedWork } from './parked-work';

/** How far a rebuild is. Positions have gaps, so shares are of positions and rates of events. */
export interface Progress {
  readonly models: readonly string[];
  readonly phase: 'folding' | 'indexing' | 'swapped';
  /** Events read so far in this run. */
  readonly events: number;
  readonly position: number;
  readonly head: number;
  readonly eventsPerSecond: number;
  /** Until the head is reached at this rate; undefined before anything is known. */
  readonly etaSeconds: number | undefined;
}

export interface RebuildOptions {
  readonly events: EventStore;
  readonly store: ReadStore;
  readonly projections: readonly AnyProjection[];
  readonly facts: FactReader;
  readonly work: ParkedWork;
  readonly leases: Leases;
  readonly log: Log;
  /** `stale`: only models that have no live generation of this version and log; `anew`: all that are given. */
  readonly which: 'stale' | 'anew';
  /** Begins from nothing even where an earlier run left something to continue. */
  readonly fresh?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Opens a thread that reads ahead, where there can be one; it is worth its start for long logs only. */
  readonly readAhead?: (wanted: ReadonlySet<string>) => LogReader;
  /** How many positions a log must have to be read ahead; default 20,000. */
  readonly longLog?: number;
  /** Events a page; default 1,000: documents stay over many pages, and what a page leaves behind fits into the processor's cache. */
  readonly page?: number;
  /** Bytes of documents kept in memory, of all models together, about; default 192 MB. */
  readonly keepBytes?: number;
}

/** Another instance rebuilds one of these models just now. */
export class AlreadyRebuilding extends Error {
  constructor(readonly model: string) {
    super(`The model ${model} is being rebuilt already`);
    this.name = 'AlreadyRebuilding';
  }
}

/**
 * Folds the log into new generations beside the live ones, all models in one reading, and swaps each when it has reached what people
 * see now. An interrupted run is continued by the next.
 * @returns the models that were swapped
 * @throws AlreadyRebuilding
 */
export async function rebuild(options: RebuildOptions): Promise<readonly string[]> {
  await Promise.all([new Generations(options.store).prepare(), options.work.prepare()]);
  const leases: Lease[] = [];
  try {
    for (const { name } of options.projections) {
      const lease = await options.leases.tryHold(`rebuild-${name}`);
      if (!lease) throw new AlreadyRebuilding(name);
      leases.push(lease);
    }
    const signal = AbortSignal.any([...leases.map(({ lost }) => lost), ...(options.signal ? [options.signal] : [])]);
    return await new Rebuild(options, signal).run();
  } finally {
    await Promise.all(leases.map((lease) => lease.release()));
  }
}

/** What an interrupted rebuild has to do again at most. Seldom: a document that is written again and again is what it shall spare. */
const SAVE_EVERY_MS = 60_000;
const TELL_EVERY_MS = 250;

class Rebuild {
  private readonly generations: Generations;
  private models: BuildingModel[] = [];
  private wanted: ReadonlySet<string> = new Set();
  private readonly interested = new Map<string, BuildingModel[]>();
  private logId = '';
  private position = 0;
  private started = 0;
  private from = 0;
  private events = 0;
  private head = 0;
  private told = 0;
  private saved = 0;
  private saving: Promise<void> = Promise.resolve();
  private reader?: LogReader;

  constructor(
    private readonly options: RebuildOptions,
    private readonly signal: AbortSignal,
  ) {
    this.generations = new Generations(options.store);
  }

  async run(): Promise<readonly string[]> {
    await this.begin();
    if (this.models.length === 0) return [];
    try {
      await this.catchUp();
      this.tell('indexing');
      for (const model of this.models) await model.buildIndexes();
      do await this.catchUp();
      while (!(await this.reachedLive()));
    } finally {
      await this.reader?.close();
    }
    await this.swap();
    return this.models.map(({ projection }) => projection.name);
  }

  private async begin(): Promise<void> {
    const { events, store, work, fresh = false, which } = this.options;
    this.logId = await events.logId();
    const pointers = await this.generations.pointers(this.options.projections.map(({ name }) => name));
    const projections = this.options.projections.filter(({ name, version }) => {
      const live = pointers.get(name);
      return which === 'anew' || live?.version !== version || live.logId !== this.logId;
    });
    const tables: Table[] = [];
    for (const projection of projections) tables.push(await this.generations.build(projection, this.logId, fresh));
    const checkpoints = await this.generations.checkpoints(this.logId, tables);
    this.models = await Promise.all(
      projections.map((projection, i) =>
        new BuildingModel(projection, tables[i]!, checkpoints.get(tableName(tables[i]!)), store, work).open(),
      ),
    );
    for (const model of this.models)
      for (const type of model.types) this.interested.set(type, [...(this.interested.get(type) ?? []), model]);
    this.wanted = new Set([PERSON_ERASED, ...this.models.flatMap(({ types }) => [...types])]);
    this.position = this.models.length > 0 ? Math.min(...this.models.map(({ checkpoint }) => checkpoint)) : 0;
    this.from = this.position;
    this.started = this.saved = performance.now();
    this.head = await events.head();
    if (this.head - this.position >= (this.options.longLog ?? 20_000)) this.reader = this.options.readAhead?.(this.wanted);
  }

  /** Reads to the end of the log and writes everything. The next page is read while this one is folded. */
  private async catchUp(): Promise<void> {
    const { page: limit = 1_000, keepBytes = 192 * 2 ** 20 } = this.options;
    const read = (): Promise<ReadyPage> => this.read(this.position, limit);
    for (let next = read(); ;) {
      const page = await next;
      this.signal.throwIfAborted();
      this.position = page.next;
      if (!page.end) (next = read()).catch(() => undefined);
      await this.fold(page);
      await breathe();
      this.events += page.count;
      if (page.end) break;
      if (this.held > keepBytes) await this.makeRoom(keepBytes / 2);
      else if (performance.now() - this.saved > SAVE_EVERY_MS) await this.saveBeside();
      if (performance.now() - this.told > TELL_EVERY_MS) this.tell('folding');
    }
    await this.save();
    this.tell('folding');
  }

  private async read(after: number, limit: number): Promise<ReadyPage> {
    if (this.reader) return this.reader.read({ after, limit });
    const page = await this.options.events.readAll({ after, limit });
    return { ...page, count: page.events.length };
  }

  private async fold(page: ReadyPage): Promise<void> {
    const { facts: reading } = this.options;
    const { facts, undecodable } = await (page.keys ? reading.readWith(page.events, page.keys) : reading.read(page.events, this.wanted));
    if (undecodable.length > 0) for (const model of this.models) await model.parkUndecodable(undecodable);
    for (const { erasure, facts: some } of segments(facts)) {
      if (erasure) await this.erase(erasure);
      for (const [model, mine] of this.sorted(some)) await model.fold(mine);
    }
  }

  /** Each model's facts: most models fold few of the types. */
  private sorted(facts: readonly RecordedFact[]): ReadonlyMap<BuildingModel, readonly RecordedFact[]> {
    const byModel = new Map<BuildingModel, RecordedFact[]>();
    for (const recorded of facts) {
      for (const model of this.interested.get(recorded.fact.type) ?? []) {
        const mine = byModel.get(model);
        if (mine) mine.push(recorded);
        else byModel.set(model, [recorded]);
      }
    }
    return byModel;
  }

  private async erase({ fact, metadata }: RecordedFact): Promise<void> {
    const subjects = erasedBy(fact.data);
    this.options.facts.forget(subjects);
    // What comes before it in the page is folded, the erasure itself and what follows is not.
    await this.save(metadata.position - 1);
    for (const model of this.models) await model.erase(subjects, metadata.position);
  }

  /** Writes while the next pages are folded; the checkpoint is the position up to which everything was handed over. */
  private async saveBeside(position = this.position): Promise<void> {
    await this.saving;
    this.saved = performance.now();
    const writes = this.models.map((model) => model.write());
    this.saving = Promise.all(writes).then(() =>
      this.generations.save(
        this.logId,
        this.models.map(({ table }) => table),
        position,
      ),
    );
    this.saving.catch(() => undefined);
  }

  private async save(position = this.position): Promise<void> {
    await this.saveBeside(position);
    await this.saving;
  }

  private get held(): number {
    return this.models.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Lets go of what was not touched for longest; of everything, if that is not enough. */
  private async makeRoom(most: number): Promise<void> {
    await this.save();
    for (let times = 0; times < 2 && this.held > most; times++) for (const model of this.models) model.forget();
  }

  /** What is swapped in must not be behind what people see. */
  private async reachedLive(): Promise<boolean> {
    const pointers = await this.generations.pointers(this.models.map(({ projection }) => projection.name));
    const live = [...pointers.values()].filter(({ logId }) => logId === this.logId).map(tableOf);
    const checkpoints = await this.generations.checkpoints(this.logId, live);
    if ([...checkpoints.values()].every((position) => position <= this.position)) return true;
    await pause(20, this.signal);
    return false;
  }

  private async swap(): Promise<void> {
    for (const { table, projection } of this.models) {
      this.signal.throwIfAborted();
      const { model, version, generation } = table;
      await this.generations.swap({ model, version, generation, logId: this.logId, since: Date.now() });
      this.options.log.info({ model: projection.name, version, generation, events: this.events }, 'A rebuilt read model is live');
    }
    this.tell('swapped');
  }

  private tell(phase: Progress['phase']): void {
    this.told = performance.now();
    const seconds = (this.told - this.started) / 1_000;
    const done = this.position - this.from;
    this.head = Math.max(this.head, this.position);
    this.options.onProgress?.({
      models: this.models.map(({ projection }) => projection.name),
      phase,
      events: this.events,
      position: this.position,
      head: this.head,
      eventsPerSecond: seconds > 0 ? Math.round(this.events / seconds) : 0,
      etaSeconds: done > 0 ? Math.ceil(((this.head - this.position) * seconds) / done) : undefined,
    });
  }
}
