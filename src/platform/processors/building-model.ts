import type { AnyProjection, RecordedFact } from '../../kernel/event-sourcing';
import type { ReadStore, Table } from '../read-store/read-store';
import type { Undecodable } from './facts';
import { keysOf, type PoisonedKey, stepsOf, typesOf, WorkingDocuments } from './fold';
import { tableName } from './generations';
import { SeenIds } from './seen-ids';
import type { ParkedWork } from './parked-work';
import { parkedEvent, parkedKey } from './served-model';

const LOADED_AT_ONCE = 2_000;
/** In one commit: each commit writes every page of the table that it touched. */
const WRITTEN_AT_ONCE = 10_000;

/**
 * A generation while a rebuild fills it: documents stay in memory over many batches and are written once for many facts. In a run
 * that began with nothing, only what was written and let go is ever loaded.
 */
export class BuildingModel {
  readonly types: ReadonlySet<string>;
  readonly checkpoint: number;
  private readonly working: WorkingDocuments;
  /** What this run let go; undefined when an earlier run wrote to the table, so that anything may be in it. */
  private gone?: SeenIds;
  private findsSubjects = false;

  constructor(
    readonly projection: AnyProjection,
    readonly table: Table,
    checkpoint: number | undefined,
    private readonly store: ReadStore,
    private readonly work: ParkedWork,
  ) {
    this.types = new Set(typesOf(projection));
    this.checkpoint = checkpoint ?? 0;
    if (checkpoint === undefined) this.gone = new SeenIds();
    this.working = new WorkingDocuments(projection, true);
  }

  get scope(): string {
    return tableName(this.table);
  }

  /** Of the documents in memory, about. */
  get bytes(): number {
    return this.working.bytes;
  }

  async open(): Promise<this> {
    await this.store.ensureTable(this.table, this.projection.indexes, { deferIndexes: true });
    // A crash between the first documents and the first checkpoint leaves documents without one.
    if (this.gone && (await this.store.scan(this.table, undefined, 1)).length > 0) this.gone = undefined;
    this.working.park(new Map((await this.work.where({ scope: this.scope })).map(({ instance, position }) => [instance, position])));
    return this;
  }

  async fold(facts: readonly RecordedFact[]): Promise<void> {
    const fresh = this.checkpoint === 0 ? facts : facts.filter(({ metadata }) => metadata.position > this.checkpoint);
    const { steps, poisoned } = stepsOf(this.projection, fresh);
    if (steps.length > 0) {
      await this.learn(keysOf(steps));
      poisoned.push(...this.working.apply(steps));
    }
    if (poisoned.length > 0) await this.park(poisoned);
  }

  async erase(subjects: readonly string[], position: number): Promise<void> {
    if (position <= this.checkpoint) return;
    // Finding a person in a table without indexes reads all of it; the first erasure pays for those that follow.
    if (!this.findsSubjects) await this.store.buildIndexes(this.table, []);
    this.findsSubjects = true;
    const ids = new Set<string>();
    for (const subject of subjects) for (const id of await this.store.idsOfSubject(this.table, subject)) ids.add(id);
    await this.learn([...ids]);
    this.working.erase(ids, subjects, position);
  }

  async parkUndecodable(undecodable: readonly Undecodable[]): Promise<void> {
    for (const { event, error } of undecodable) {
      if (this.types.has(event.type) && event.position > this.checkpoint) await this.work.putIfAbsent(parkedEvent(this, event, error));
    }
  }

  /** Writes what changed; what is taken at once is what was folded when it was called. */
  async write(): Promise<void> {
    // In the order of the table's key, so that each of its pages is written to once.
    const documents = this.working.take().sort((a, b) => (a.id < b.id ? -1 : 1));
    for (let at = 0; at < documents.length; at += WRITTEN_AT_ONCE)
      await this.store.replace(this.table, documents.slice(at, at + WRITTEN_AT_ONCE));
  }

  /** Lets go of what was not touched since the last call. */
  forget(): void {
    for (const id of this.working.forget()) this.gone?.add(id);
  }

  buildIndexes(): Promise<void> {
    return this.store.buildIndexes(this.table, this.projection.indexes);
  }

  /** Loads what may be in the table and is not in memory; everything else is not there. */
  private async learn(keys: readonly string[]): Promise<void> {
    const { gone } = this;
    if (gone?.isEmpty) return;
    const missing = this.working.missing(keys);
    const ids = gone ? missing.filter((id) => gone.mayHave(id)) : missing;
    for (let at = 0; at < ids.length; at += LOADED_AT_ONCE) {
      const some = ids.slice(at, at + LOADED_AT_ONCE);
      this.working.learn(some, await this.store.load(this.table, some));
    }
  }

  private async park(poisoned: readonly PoisonedKey[]): Promise<void> {
    for (const each of poisoned) await this.work.putIfAbsent(parkedKey(this, each));
  }
}
