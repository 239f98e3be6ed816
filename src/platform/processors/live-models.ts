import type { AnyProjection } from '../../kernel/event-sourcing';
import { Models } from '../read-store/models';
import type { CountQuery, Query, ReadStore, Table } from '../read-store/read-store';
import { pause } from './backoff';
import { typesOf } from './fold';
import { Generations, tableName, tableOf } from './generations';
import type { ProjectorNews } from './projector';

type Named = Pick<AnyProjection, 'name' | 'version'>;

interface Live {
  readonly table: Table;
  readonly logId: string;
}

const READ_POINTERS_EVERY_MS = 1_000;
/** Where the projector runs in another instance, its checkpoint is looked at this often while somebody waits. */
const ASK_EVERY_MS = 25;

/**
 * Read models as features see them: always the live generation. A model that is being rebuilt for a new version is served in its old
 * one until then; one that was never built is empty.
 */
export class LiveModels extends Models {
  private readonly generations: Generations;
  private readonly types: ReadonlyMap<string, ReadonlySet<string>>;
  private live: ReadonlyMap<string, Live> = new Map();
  /** What this process's own projector has told; by table name. */
  private readonly folded = new Map<string, number>();
  private readonly waiting = new Set<() => void>();
  private followed = false;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly store: ReadStore,
    private readonly projections: readonly AnyProjection[],
  ) {
    super();
    this.generations = new Generations(store);
    this.types = new Map(projections.map((projection) => [projection.name, new Set(typesOf(projection))]));
  }

  /** Reads the pointers, and again every second until closed. */
  async open(): Promise<void> {
    await this.generations.prepare();
    await this.refresh();
    this.timer ??= setInterval(() => void this.refresh().catch(() => undefined), READ_POINTERS_EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.timer);
    this.wakeAll();
  }

  async get<D extends object>({ name }: Named, id: string): Promise<(D & { id: string }) | undefined> {
    const live = this.live.get(name);
    return live && (await this.store.get<D & { id: string }>(live.table, id));
  }

  async find<D extends object>({ name }: Named, query: Query): Promise<readonly (D & { id: string })[]> {
    const live = this.live.get(name);
    return live ? this.store.find<D & { id: string }>(live.table, query) : [];
  }

  async count({ name }: Named, query: CountQuery = {}): Promise<number> {
    const live = this.live.get(name);
    return live ? this.store.count(live.table, query) : 0;
  }

  async settled({ name }: Named, position: number, withinMs = 250, types?: readonly string[]): Promise<boolean> {
    const folds = this.types.get(name);
    if (position <= 0 || (types && folds && !types.some((type) => folds.has(type)))) return true;
    const until = performance.now() + withinMs;
    while (!(await this.reached(name, position))) {
      const left = until - performance.now();
      if (left <= 0) return false;
      await this.news(this.followed ? left : Math.min(left, ASK_EVERY_MS));
    }
    return true;
  }

  /** True when every model has a live generation of the version that this program folds. */
  get complete(): boolean {
    return this.projections.every(({ name, version }) => this.live.get(name)?.table.version === version);
  }

  /** The table that a model is served from, for audits and comparisons. */
  tableOf(model: string): Table | undefined {
    return this.live.get(model)?.table;
  }

  /** Takes in what this process's projector tells. */
  hear(news: ProjectorNews): void {
    if (news.kind === 'serving') {
      this.folded.clear();
      for (const model of news.models) this.folded.set(tableName(model), model.position);
      this.followed = true;
      void this.refresh().then(
        () => this.wakeAll(),
        () => undefined,
      );
    }
    if (news.kind !== 'folded') return;
    for (const [table, position] of this.folded) if (position < news.position) this.folded.set(table, news.position);
    this.wakeAll();
  }

  /** The projector runs elsewhere (or is being restarted): its checkpoints in the store are asked instead. */
  projectorLeft(): void {
    this.followed = false;
    this.folded.clear();
    this.wakeAll();
  }

  async refresh(): Promise<void> {
    const pointers = await this.generations.pointers(this.projections.map(({ name }) => name));
    this.live = new Map([...pointers].map(([name, pointer]) => [name, { table: tableOf(pointer), logId: pointer.logId }]));
  }

  private async reached(name: string, position: number): Promise<boolean> {
    const live = this.live.get(name);
    if (!live) return false;
    const table = tableName(live.table);
    if (this.followed) return (this.folded.get(table) ?? 0) >= position;
    const checkpoints = await this.generations.checkpoints(live.logId, [live.table]);
    return (checkpoints.get(table) ?? 0) >= position;
  }

  private news(mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = new AbortController();
      const wake = (): void => {
        this.waiting.delete(wake);
        stop.abort();
        resolve();
      };
      this.waiting.add(wake);
      void pause(mostMs, stop.signal).then(wake);
    });
  }

  private wakeAll(): void {
    for (const wake of [...this.waiting]) wake();
  }
}
