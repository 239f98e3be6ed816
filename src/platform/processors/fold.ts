import type { AnyProjection, RecordedFact } from '../../kernel/event-sourcing';
import type { ModelDocument } from '../read-store/read-store';

/** A fact that a model could not fold: its key waits (later facts of it too), everything else goes on. */
export interface PoisonedKey {
  /** The document's id; undefined when the model could not even say which documents the fact touches. */
  readonly key: string | undefined;
  readonly recorded: RecordedFact;
  readonly error: unknown;
}

/** One fact on its way to one document. */
export interface Step {
  readonly key: string;
  readonly recorded: RecordedFact;
}

export interface Folded {
  /** What is to be replaced, with the positions and subjects that the read store keeps beside it. */
  readonly documents: readonly ModelDocument[];
  readonly poisoned: readonly PoisonedKey[];
}

interface Entry {
  readonly id: string;
  /** `null` for removed, `undefined` for never there. */
  doc: object | null | undefined;
  position: number;
  /** Differs from what is stored. */
  changed: boolean;
}

const SAMPLE = 50;
/** What a document weighs in memory, measured with those of cards: so much, and for each character of its text so much more. */
const [ENTRY_BYTES, BYTES_A_CHARACTER] = [350, 1.2];

type Fold = (...of: never[]) => object | null;

/** The types that a model folds; facts of other types are not even decoded for it. */
export const typesOf = (projection: AnyProjection): readonly string[] => [...Object.keys(projection.begins), ...Object.keys(projection.on)];

/** Which documents the facts touch, in log order; facts that the model does not fold are left out. */
export function stepsOf(projection: AnyProjection, facts: readonly RecordedFact[]): { steps: Step[]; poisoned: PoisonedKey[] } {
  const steps: Step[] = [];
  const poisoned: PoisonedKey[] = [];
  const { begins, on } = projection;
  for (const recorded of facts) {
    const { type, data } = recorded.fact;
    if (begins[type] === undefined && on[type] === undefined) continue;
    try {
      for (const key of projection.keys(data as never, recorded.metadata)) steps.push({ key, recorded });
    } catch (error) {
      poisoned.push({ key: undefined, recorded, error });
    }
  }
  return { steps, poisoned };
}

export const keysOf = (steps: readonly Step[]): string[] => steps.map(({ key }) => key);

/**
 * The documents of one model while facts are folded into them. A live projector makes one a batch; a rebuild keeps one over many
 * batches, so that a document that many facts touch is written once.
 */
export class WorkingDocuments {
  /** Touched since documents were last let go; the others are in `older`, and go next. */
  private entries = new Map<string, Entry>();
  private older = new Map<string, Entry>();
  private changed: Entry[] = [];
  private readonly stuck = new Map<string, number>();
  private average = 0;
  private sampledAt = 0;

  /** `complete`: what is not held here is not in the store either, so that nothing need be learned before it begins. */
  constructor(
    private readonly projection: AnyProjection,
    private readonly complete = false,
  ) {}

  /** Documents held in memory. */
  get size(): number {
    return this.entries.size + this.older.size;
  }

  /** What they weigh in memory, from a sample. */
  get bytes(): number {
    if (Math.abs(this.size - this.sampledAt) > this.sampledAt / 4) this.sample();
    return this.size * this.average;
  }

  /** Documents that differ from what is stored. */
  get dirty(): number {
    return this.changed.length;
  }

  /** The ids that must be loaded first, each once. */
  missing(ids: Iterable<string>): string[] {
    const absent = new Set<string>();
    for (const id of ids) if (!this.entry(id)) absent.add(id);
    return [...absent];
  }

  /** Takes in what was loaded; an id that was asked for and not found is remembered as absent. */
  learn(ids: readonly string[], loaded: ReadonlyMap<string, ModelDocument>): void {
    for (const id of ids) {
      const found = loaded.get(id);
      this.entries.set(id, { id, doc: found?.doc, position: found?.position ?? -1, changed: false });
    }
  }

  /** Keys that wait already, and the position of the fact that they wait at: what came before it is still folded. */
  park(keys: ReadonlyMap<string, number>): void {
    for (const [key, position] of keys) this.stuck.set(key, position);
  }

  /** Somebody else may have written this document: it is learned again before it is folded again. */
  drop(id: string): void {
    this.entries.delete(id);
    this.older.delete(id);
  }

  /** The key waits no longer. */
  release(key: string): void {
    this.stuck.delete(key);
  }

  /** Folds in order; answers the keys that could not be folded, which stay as they were before the fact. */
  apply(steps: readonly Step[]): PoisonedKey[] {
    const poisoned: PoisonedKey[] = [];
    for (const step of steps) {
      if (this.stuck.size > 0 && step.recorded.metadata.position >= (this.stuck.get(step.key) ?? Infinity)) continue;
      try {
        this.fold(step);
      } catch (error) {
        this.stuck.set(step.key, step.recorded.metadata.position);
        poisoned.push({ ...step, error });
      }
    }
    return poisoned;
  }

  /** Takes these persons' values out of the documents named, which must have been learned; their position becomes the erasure's. */
  erase(ids: Iterable<string>, subjects: readonly string[], position: number): void {
    for (const id of ids) {
      const entry = this.entry(id);
      if (!entry?.doc || entry.position >= position) continue;
      const doc = subjects.reduce(withoutPerson, entry.doc);
      if (doc !== entry.doc) this.change(entry, doc, position);
    }
  }

  /** What changed since the last call, ready to be written. */
  take(): ModelDocument[] {
    const documents: ModelDocument[] = [];
    for (const entry of this.changed) {
      const { id, doc, position } = entry;
      documents.push({ id, position, doc: doc ?? null, subjects: doc ? subjectsOf(doc) : NOBODY });
      entry.changed = false;
    }
    this.changed = [];
    return documents;
  }

  /** Lets go of what was not touched since the last call, and answers its ids; what is dirty must be taken first. */
  forget(): readonly string[] {
    if (this.changed.length > 0) throw new Error('Documents that are not written yet cannot be forgotten');
    const ids = [...this.older.keys()];
    this.older = this.entries;
    this.entries = new Map();
    return ids;
  }

  private entry(id: string): Entry | undefined {
    const known = this.entries.get(id);
    if (known || this.older.size === 0) return known;
    const old = this.older.get(id);
    if (old) {
      this.older.delete(id);
      this.entries.set(id, old);
    }
    return old;
  }

  private fold({ key, recorded: { fact, metadata } }: Step): void {
    const entry = this.entry(key);
    if (!entry && !this.complete) throw new Error(`The document ${key} of ${this.projection.name} was not loaded`);
    if (entry && metadata.position <= entry.position) return;
    const doc = entry?.doc;
    const begin = this.projection.begins[fact.type] as Fold | undefined;
    // A fact about a document that is not there (or no longer) has nothing to change.
    if (!begin && !doc) return;
    const next = begin
      ? begin(fact.data as never, metadata as never, key as never, (doc ?? undefined) as never)
      : (this.projection.on[fact.type] as Fold)(doc as never, fact.data as never, metadata as never, key as never);
    if (next === doc || (next === null && doc === undefined)) return;
    this.change(entry ?? this.made(key), next, metadata.position);
  }

  private sample(): void {
    let [sampled, bytes] = [0, 0];
    for (const { doc } of this.entries.values()) {
      bytes += ENTRY_BYTES + (doc ? BYTES_A_CHARACTER * JSON.stringify(doc).length : 0);
      if (++sampled === SAMPLE) break;
    }
    if (sampled > 0) this.average = bytes / sampled;
    this.sampledAt = this.size;
  }

  private made(id: string): Entry {
    const entry: Entry = { id, doc: undefined, position: -1, changed: false };
    this.entries.set(id, entry);
    return entry;
  }

  private change(entry: Entry, doc: object | null, position: number): void {
    entry.doc = doc;
    entry.position = position;
    if (entry.changed) return;
    entry.changed = true;
    this.changed.push(entry);
  }
}

/** The write rule as one pure function: facts and the loaded documents in, the documents to replace out. */
export function foldBatch(
  projection: AnyProjection,
  facts: readonly RecordedFact[],
  loaded: ReadonlyMap<string, ModelDocument>,
  parked: ReadonlyMap<string, number> = new Map(),
): Folded {
  const { steps, poisoned } = stepsOf(projection, facts);
  const working = new WorkingDocuments(projection);
  working.park(parked);
  working.learn(working.missing(keysOf(steps)), loaded);
  const stuck = working.apply(steps);
  return { documents: working.take(), poisoned: [...poisoned, ...stuck] };
}

/** The persons whose values stand in a document, found by walking it. Erased values count no more. */
export function subjectsOf(doc: object): readonly string[] {
  const found = new Set<string>();
  collect(doc, found);
  return found.size === 0 ? NOBODY : [...found];
}

const NOBODY: readonly string[] = [];

function collect(node: object, found: Set<string>): void {
  if (isPersonalValue(node)) {
    found.add(node.subject);
    return;
  }
  for (const key in node) {
    const value = (node as Record<string, unknown>)[key];
    if (typeof value === 'object' && value !== null) collect(value, found);
  }
}

/** The document without this person's values; the same object when there were none. */
export function withoutPerson<T>(node: T, subject: string): T {
  if (typeof node !== 'object' || node === null) return node;
  if (isPersonalValue(node)) return node.subject === subject ? ({ subject, erased: true } as T) : node;
  if (Array.isArray(node)) {
    const items = node.map((item) => withoutPerson<unknown>(item, subject));
    return items.some((item, index) => item !== node[index]) ? (items as T) : node;
  }
  const entries = Object.entries(node).map(([key, value]) => [key, withoutPerson<unknown>(value, subject)] as const);
  return entries.some(([key, value]) => value !== (node as Record<string, unknown>)[key]) ? (Object.fromEntries(entries) as T) : node;
}

/** The shape of kernel/personal.ts as it stands in documents: exactly a subject and a value. */
function isPersonalValue(node: object): node is { subject: string; value: unknown } {
  if (!('subject' in node) || !('value' in node) || typeof node.subject !== 'string') return false;
  return Object.keys(node).length === 2;
}
