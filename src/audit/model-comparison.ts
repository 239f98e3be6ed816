import type { AnyProjection, RecordedFact } from '../kernel/event-sourcing';
import type { Codec } from '../platform/event-store/codec';
import { stepsOf, WorkingDocuments } from '../platform/processors/fold';
import { Generations, tableOf } from '../platform/processors/generations';
import type { Models } from '../platform/read-store/models';
import type { ModelDocument, ReadStore, Table } from '../platform/read-store/read-store';
import type { Registry } from '../platform/registry';
import type { PersonKeys } from '../platform/security/vault';
import { belongs, type NetworkLog } from './network-log';

export interface ModelReport {
  readonly model: string;
  readonly documents: number;
  /** Ids of documents that are not what the events make them; at most a hundred. */
  readonly differing: readonly string[];
  /** Documents that changed while they were being compared, and are left for the next run. */
  readonly changedMeanwhile: number;
  /** True when the model had not folded everything that the comparison began with. */
  readonly behind: boolean;
}

/** Documents that are folded again in one go; more are taken in several passes over the log, so that memory stays flat. */
const AT_ONCE = 300_000;
const MOST_DIFFERING = 100;
const PATIENCE_MS = 10_000;

interface Tally {
  documents: number;
  changedMeanwhile: number;
  readonly differing: string[];
  behind: boolean;
}

/** Folds every read model again, from the events, and compares it with the live one document by document. */
export class ModelComparison {
  private readonly generations: Generations;

  constructor(
    private readonly log: NetworkLog,
    private readonly registry: Registry,
    private readonly codec: Codec,
    private readonly keys: PersonKeys,
    private readonly models: Models,
    private readonly store: ReadStore,
  ) {
    this.generations = new Generations(store);
  }

  async run(network: string | undefined, events: number, tell: (done: number, of: number) => void): Promise<readonly ModelReport[]> {
    const { projections } = this.registry;
    const head = await this.log.head();
    const counts = await Promise.all(projections.map((projection) => this.models.count(projection)));
    const passes = Math.max(1, Math.ceil(counts.reduce((sum, count) => sum + count, 0) / AT_ONCE));
    const tallies = new Map(
      projections.map(({ name }) => [name, { documents: 0, changedMeanwhile: 0, differing: [], behind: false } as Tally]),
    );
    const tables = await this.liveTables();
    for (let pass = 0; pass < passes; pass += 1) {
      const mine = (key: string) => passes === 1 || shareOf(key, passes) === pass;
      const working = await this.fold(network, head, mine, (done) => tell(pass * events + done, passes * events));
      for (const projection of projections) {
        const tally = tallies.get(projection.name)!;
        const table = tables.get(projection.name);
        tally.behind ||= !table || !(await this.models.settled(projection, head, PATIENCE_MS));
        if (table) await this.compare(table, working.get(projection.name)!.take(), head, tally);
        if (table && network === undefined) await this.strangers(table, working.get(projection.name)!, mine, head, tally);
      }
    }
    return [...tallies].map(([model, tally]) => ({ model, ...tally }));
  }

  private async liveTables(): Promise<ReadonlyMap<string, Table>> {
    const pointers = await this.generations.pointers(this.registry.projections.map(({ name }) => name));
    return new Map([...pointers].map(([model, pointer]) => [model, tableOf(pointer)]));
  }

  private async fold(network: string | undefined, head: number, mine: (key: string) => boolean, tell: (done: number) => void) {
    const working = new Map(this.registry.projections.map((projection) => [projection.name, new WorkingDocuments(projection)]));
    let done = 0;
    for await (const page of this.log.all()) {
      const events = page.events.filter((event) => event.position <= head && belongs(event, network));
      const facts = await this.codec.decodeAll(events, this.keys);
      for (const projection of this.registry.projections) applyTo(working.get(projection.name)!, projection, facts, mine);
      done += events.length;
      tell(done);
      if (page.next >= head) break;
    }
    return working;
  }

  private async compare(table: Table, rebuilt: readonly ModelDocument[], head: number, tally: Tally): Promise<void> {
    for (let at = 0; at < rebuilt.length; at += 1000) {
      const batch = rebuilt.slice(at, at + 1000);
      const live = await this.store.load(
        table,
        batch.map(({ id }) => id),
      );
      for (const { id, doc } of batch) {
        const found = live.get(id);
        tally.documents += doc ? 1 : 0;
        if (found && found.position > head) tally.changedMeanwhile += 1;
        else if (canonical(found?.doc ?? null) !== canonical(doc)) differs(tally, id);
      }
    }
  }

  /** Live documents that no event accounts for. */
  private async strangers(
    table: Table,
    working: WorkingDocuments,
    mine: (key: string) => boolean,
    head: number,
    tally: Tally,
  ): Promise<void> {
    for (let after: string | undefined; ;) {
      const page = await this.store.scan(table, after, 1000);
      for (const { id, doc, position } of page) {
        if (doc && mine(id) && position <= head && !knows(working, id)) differs(tally, id);
      }
      if (page.length < 1000) return;
      after = page.at(-1)?.id;
    }
  }
}

function applyTo(
  working: WorkingDocuments,
  projection: AnyProjection,
  facts: readonly RecordedFact[],
  mine: (key: string) => boolean,
): void {
  const steps = stepsOf(projection, facts).steps.filter(({ key }) => mine(key));
  working.learn(working.missing(steps.map(({ key }) => key)), new Map());
  working.apply(steps);
}

const knows = (working: WorkingDocuments, id: string): boolean => working.missing([id]).length === 0;

function differs(tally: Tally, id: string): void {
  if (tally.differing.length < MOST_DIFFERING) tally.differing.push(id);
}

/** Stores may order fields differently; their values may not differ. */
export function canonical(node: unknown): string {
  return JSON.stringify(node, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** Which of so many shares a key falls into. */
function shareOf(key: string, shares: number): number {
  let sum = 2_166_136_261;
  for (let index = 0; index < key.length; index += 1) sum = Math.imul(sum ^ key.charCodeAt(index), 16_777_619);
  return (sum >>> 0) % shares;
}
