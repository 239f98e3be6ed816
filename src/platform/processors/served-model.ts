import type { AnyProjection, FactMetadata, RecordedFact } from '../../kernel/event-sourcing';
import type { StoredEvent } from '../event-store/event-store';
import type { ReadStore, Table } from '../read-store/read-store';
import type { Undecodable } from './facts';
import { keysOf, type PoisonedKey, stepsOf, typesOf, WorkingDocuments } from './fold';
import { tableName } from './generations';
import { describe, type Parked, type ParkedWork } from './parked-work';

const LOADED_AT_ONCE = 1_000;
/** Of documents kept in memory from batch to batch, about, for each model. */
const KEPT_BYTES = 8 * 2 ** 20;
/** Their weight is looked at again when so many have come. */
const WEIGHED_EVERY = 250;
/** A document that was last loaded so many loads ago, or up to twice as many, is kept this time. */
const LATELY = 2_000;

/**
 * One generation of a model as a projector keeps it up to date: load, fold, replace; the checkpoint is the projector's business.
 * Documents stay in memory for a while: what is new, or was loaded not long ago, mostly moves again soon. What is loaded once in a while
 * is let go at once: kept, it would only be copied by the collector until it has to make room. That is safe also beside another
 * projector, because every fact passes here in order, and the store keeps the document that is further.
 */
export class ServedModel {
  readonly types: ReadonlySet<string>;
  /** Keys that wait, by the position of the fact they wait at. */
  private readonly parked = new Map<string, number>();
  private readonly working: WorkingDocuments;
  private weighed = 0;
  private lately = new Set<string>();
  private earlier = new Set<string>();

  constructor(
    readonly projection: AnyProjection,
    readonly table: Table,
    /** Everything up to here was folded before; facts at or below it are nothing new. */
    readonly checkpoint: number,
    private readonly store: ReadStore,
    private readonly work: ParkedWork,
  ) {
    this.types = new Set(typesOf(projection));
    this.working = new WorkingDocuments(projection);
  }

  get scope(): string {
    return tableName(this.table);
  }

  /** Learns what an earlier run parked. */
  async open(): Promise<this> {
    for (const { instance, position } of await this.work.where({ scope: this.scope })) this.parked.set(instance, position);
    this.working.park(this.parked);
    return this;
  }

  async fold(facts: readonly RecordedFact[]): Promise<void> {
    const mine = facts.filter(({ fact, metadata }) => this.types.has(fact.type) && metadata.position > this.checkpoint);
    if (mine.length === 0) return;
    const { steps, poisoned } = stepsOf(this.projection, mine);
    if (steps.length > 0) {
      const keys = keysOf(steps);
      if (this.parked.size > 0) await this.askAgain(keys);
      const loaded = await this.learn(keys);
      poisoned.push(...this.working.apply(steps));
      await this.write();
      for (const id of loaded) if (!this.usedLately(id)) this.working.drop(id);
    }
    if (poisoned.length > 0) await this.park(poisoned);
    this.makeRoom();
  }

  /** Takes a person out of every document. Parked ones too: their retry folds from where they wait, whatever their position. */
  async erase(subjects: readonly string[], position: number): Promise<void> {
    if (position <= this.checkpoint) return;
    const ids = new Set<string>();
    for (const subject of subjects) for (const id of await this.store.idsOfSubject(this.table, subject)) ids.add(id);
    // What waits may have been put right by another instance.
    for (const id of ids) if (this.parked.has(id)) this.working.drop(id);
    await this.learn(ids);
    this.working.erase(ids, subjects, position);
    await this.write();
  }

  /** Nobody can say which documents such an event touches, so it waits alone; a retry of it rebuilds the model. */
  async parkUndecodable(undecodable: readonly Undecodable[]): Promise<void> {
    for (const { event, error } of undecodable) {
      if (this.types.has(event.type) && event.position > this.checkpoint) await this.work.putIfAbsent(parkedEvent(this, event, error));
    }
  }

  /** A key that was put right is folded again from its next fact on. */
  release(key: string): void {
    this.parked.delete(key);
    this.working.drop(key);
    this.working.release(key);
  }

  /** Answers which had to be loaded; those that are not there yet are none of them. */
  private async learn(keys: Iterable<string>): Promise<readonly string[]> {
    const { working } = this;
    const ids = working.missing(keys);
    const loaded: string[] = [];
    for (let at = 0; at < ids.length; at += LOADED_AT_ONCE) {
      const some = ids.slice(at, at + LOADED_AT_ONCE);
      const documents = await this.store.load(this.table, some);
      working.learn(some, documents);
      loaded.push(...documents.keys());
    }
    return loaded;
  }

  private usedLately(id: string): boolean {
    const known = this.lately.has(id) || this.earlier.has(id);
    if (this.lately.size >= LATELY) [this.earlier, this.lately] = [this.lately, new Set()];
    this.lately.add(id);
    return known;
  }

  private async write(): Promise<void> {
    const documents = this.working.take();
    if (documents.length > 0) await this.store.replace(this.table, documents);
  }

  /** What was not touched for longest goes first; the last weighing stands until many documents have come. */
  private makeRoom(): void {
    const { working } = this;
    if (working.size < this.weighed + WEIGHED_EVERY) return;
    if (working.bytes > KEPT_BYTES) working.forget();
    this.weighed = working.size;
  }

  /** Another instance may have put a key right in the meantime; the store knows. */
  private async askAgain(keys: readonly string[]): Promise<void> {
    for (const key of new Set(keys)) if (this.parked.has(key) && !(await this.work.has(this.scope, key))) this.release(key);
  }

  private async park(poisoned: readonly PoisonedKey[]): Promise<void> {
    for (const each of poisoned) {
      const entry = parkedKey(this, each);
      await this.work.putIfAbsent(entry);
      if (each.key !== undefined) this.parked.set(each.key, entry.position);
    }
  }
}

type Scoped = Pick<ServedModel, 'projection' | 'scope'>;

/** The entry of a fact that could not be folded; without a key it stands for the fact alone. */
export function parkedKey(model: Scoped, { key, recorded, error }: PoisonedKey): Parked {
  return entry(model, key ?? loneEvent(recorded.metadata.eventId), recorded.fact.type, recorded.metadata, error);
}

export function parkedEvent(model: Scoped, event: StoredEvent, error: unknown): Parked {
  const { network } = JSON.parse(event.metadata) as { network: string };
  return entry(model, loneEvent(event.id), event.type, { ...event, eventId: event.id, network }, error);
}

const loneEvent = (eventId: string): string => `event ${eventId}`;
export const isLoneEvent = (instance: string): boolean => instance.startsWith('event ');

type Where = Pick<FactMetadata, 'network' | 'stream' | 'revision' | 'position' | 'eventId'>;

function entry(
  { projection, scope }: Scoped,
  instance: string,
  type: string,
  { network, stream, revision, position, eventId }: Where,
  error: unknown,
): Parked {
  return {
    kind: 'projection',
    name: projection.name,
    scope,
    instance,
    network,
    stream,
    revision,
    position,
    eventId,
    type,
    error: describe(error),
    tries: 1,
    parkedAt: new Date().toISOString(),
    status: 'parked',
  };
}
