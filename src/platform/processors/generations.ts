import type { AnyProjection } from '../../kernel/event-sourcing';
import type { ModelDocument, ReadStore, Table } from '../read-store/read-store';

/** Which generation of a model is served. Raised by a rebuild, never lowered. */
export interface Pointer {
  readonly model: string;
  readonly version: number;
  readonly generation: number;
  /** The log that the generation was folded from; another log's documents are worthless. */
  readonly logId: string;
  /** Milliseconds since the epoch of the swap: what came before is dropped ten minutes later. */
  readonly since: number;
}

const bookkeeping = (model: string): Table => ({ model, version: 1, generation: 1 });

/**
 * Checkpoints, pointers and unfinished builds are kept as documents of models, not as plain documents: the embedded store loses the
 * newest models after a power cut (synchronous NORMAL), and a checkpoint that outlived its documents would skip facts for ever.
 * In the same file they are lost together. The write rule (only a higher position replaces) keeps each from going back.
 */
const CHECKPOINTS = bookkeeping('model-checkpoints');
const POINTERS = bookkeeping('model-pointers');
const BUILDS = bookkeeping('model-builds');

export const BOOKKEEPING: readonly Table[] = [CHECKPOINTS, POINTERS, BUILDS];

export const tableName = ({ model, version, generation }: Table): string => `${model}.v${version}.g${generation}`;

export const tableOf = ({ model, version, generation }: Pointer): Table => ({ model, version, generation });

/** How far each generation is folded, and which of them people see. */
export class Generations {
  constructor(private readonly store: ReadStore) {}

  async prepare(): Promise<void> {
    await Promise.all(BOOKKEEPING.map((table) => this.store.ensureTable(table, [])));
  }

  /** Positions by table name; a table that was never folded from this log is absent. */
  async checkpoints(logId: string, tables: readonly Table[]): Promise<ReadonlyMap<string, number>> {
    const found = await this.store.load(
      CHECKPOINTS,
      tables.map((table) => `${logId}/${tableName(table)}`),
    );
    return new Map([...found.values()].map(({ id, position }) => [id.slice(logId.length + 1), position]));
  }

  async save(logId: string, tables: readonly Table[], position: number): Promise<void> {
    if (tables.length === 0) return;
    await this.store.replace(
      CHECKPOINTS,
      tables.map((table) => entry(`${logId}/${tableName(table)}`, position, { at: Date.now() })),
    );
  }

  async pointers(models: readonly string[]): Promise<ReadonlyMap<string, Pointer>> {
    const found = await this.store.load(POINTERS, models);
    return new Map([...found].map(([model, { doc }]) => [model, doc as Pointer]));
  }

  /** False when another instance has swapped to this generation or a later one already. */
  async swap(pointer: Pointer): Promise<boolean> {
    return (await this.store.replace(POINTERS, [entry(pointer.model, pointer.generation, pointer)])) === 1;
  }

  /**
   * The table that a rebuild fills: the one that an earlier run left unfinished, else a new generation.
   * @param fresh begins anew even where something unfinished could be continued
   */
  async build(projection: AnyProjection, logId: string, fresh: boolean): Promise<Table> {
    const { name, version } = projection;
    const [pointer, begun] = await Promise.all([
      this.pointers([name]).then((all) => all.get(name)),
      this.store.load(BUILDS, [name]).then((all) => all.get(name)?.doc as Pointer | undefined),
    ]);
    const served = pointer?.generation ?? 0;
    if (!fresh && begun && begun.generation > served && begun.version === version && begun.logId === logId) return tableOf(begun);
    const used = (await this.store.tables()).filter((table) => table.model === name).map((table) => table.generation);
    const generation = Math.max(served, begun?.generation ?? 0, ...used) + 1;
    const build: Pointer = { model: name, version, generation, logId, since: Date.now() };
    await this.store.replace(BUILDS, [entry(name, generation, build)]);
    return tableOf(build);
  }

  /** Drops what was replaced at least `afterMs` ago (instances may still be reading the old one until then). */
  async dropReplaced(models: readonly string[], afterMs: number, now: number): Promise<readonly Table[]> {
    const pointers = await this.pointers(models);
    const old = (await this.store.tables()).filter(({ model, generation }) => {
      const pointer = pointers.get(model);
      return pointer !== undefined && generation < pointer.generation && now - pointer.since >= afterMs;
    });
    for (const table of old) await this.store.dropTable(table);
    return old;
  }
}

const entry = (id: string, position: number, doc: object): ModelDocument => ({ id, position, doc, subjects: [] });
