import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyPolicy, AnyProjection, CommandContext, Fact } from '../../src/kernel/event-sourcing';
import { Codec } from '../../src/platform/event-store/codec';
import { Engine } from '../../src/platform/event-store/engine';
import { renewLogId } from '../../src/platform/event-store/sqlite-schema';
import { SqliteEventStore } from '../../src/platform/event-store/sqlite';
import { FactReader } from '../../src/platform/processors/facts';
import { OnlyInstance } from '../../src/platform/processors/leases';
import type { Log } from '../../src/platform/processors/log';
import { liveModels } from '../../src/platform/processors/processors';
import { ParkedWork } from '../../src/platform/processors/parked-work';
import { Projector, type ProjectorNews } from '../../src/platform/processors/projector';
import { rebuild, type RebuildOptions } from '../../src/platform/processors/rebuild';
import { modelsOf } from '../../src/platform/processors/stores';
import type { ReadStore } from '../../src/platform/read-store/read-store';
import { SqliteReadStore } from '../../src/platform/read-store/sqlite';
import type { Registry } from '../../src/platform/registry';
import { StoredPersonKeys } from '../../src/platform/security/person-keys';
import { VaultKeys } from '../../src/platform/security/vault-keys';
import { PATIENCE_MS } from './app';
import { contextOf, SettableClock } from './fakes';

export type Command = { readonly context: CommandContext; readonly id: string; readonly by: number };

interface Counters {
  readonly registry: Registry;
  readonly counter: never;
  readonly counterList: AnyProjection;
  readonly sums: AnyProjection;
  readonly due: AnyProjection;
  readonly poison: { armed: boolean };
  readonly greetWhenRaised: AnyPolicy;
  readonly newcomer: AnyPolicy;
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- the fixture is plain JavaScript, loaded by worker threads as well
export const counters = require('./counters.registry.js') as Counters;
export const registryFile = join(__dirname, 'counters.registry.js');

export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface Running {
  readonly news: ProjectorNews[];
  stop(): Promise<void>;
}

/** Real stores in a folder of their own, and what is needed to fold, rebuild and compare. */
export class Processing {
  readonly facts: FactReader;
  readonly work: ParkedWork;
  readonly engine: Engine;
  private commands = 0;

  private constructor(
    readonly folder: string,
    readonly clock: SettableClock,
    readonly masterKey: Buffer<ArrayBuffer>,
    readonly events: SqliteEventStore,
    readonly store: ReadStore,
    readonly keys: StoredPersonKeys,
  ) {
    const codec = new Codec(counters.registry);
    this.facts = new FactReader(codec, keys);
    this.work = new ParkedWork(store);
    this.engine = new Engine({ store: events, codec, personKeys: keys, clock });
  }

  static async open(folder?: string, masterKey = randomBytes(32), clock = new SettableClock()): Promise<Processing> {
    const home = folder ?? (await mkdtemp(join(tmpdir(), 'largesse-processing-')));
    const events = await SqliteEventStore.open({ file: join(home, 'events.db') });
    const store = await SqliteReadStore.open({ folder: home, role: 'main', now: () => clock.millis() });
    const keys = new StoredPersonKeys(store, new VaultKeys(masterKey));
    await keys.prepare();
    return new Processing(home, clock, masterKey, events, store, keys);
  }

  /** One command with these facts on a counter's stream; answers their last position. */
  async write(id: string, ...facts: Fact[]): Promise<number> {
    const context = contextOf(`command-${this.folder}-${++this.commands}-${Math.random()}`);
    return (await this.engine.change(context, `counter-${id}`, counters.counter, () => facts as never)).position;
  }

  openCounter(id: string, owner = 'Sam'): Promise<number> {
    return this.write(id, { type: 'CounterOpened', data: { id, owner: { subject: `owner-${id}`, value: owner } } });
  }

  raise(id: string, by: number): Promise<number> {
    return this.write(id, { type: 'CounterRaised', data: { id, by } });
  }

  /** `store`: another one to write to, such as one that fails. */
  project(store: ReadStore = this.store, projections = modelsOf(counters.registry)): Running {
    const stop = new AbortController();
    const news: ProjectorNews[] = [];
    const work = new ParkedWork(store);
    const projector = new Projector({
      ...this,
      store,
      work,
      projections,
      log: silent,
      lookEveryMs: 20,
      batch: 7,
      tell: (each) => news.push(each),
      rebuild: async (models, which, signal) =>
        void (await this.rebuild({ store, work, which, signal, projections: projections.filter(({ name }) => models.includes(name)) })),
    });
    const running = projector.run(stop.signal);
    return { news, stop: () => (stop.abort(), running) };
  }

  rebuild(options: Partial<RebuildOptions> = {}): Promise<readonly string[]> {
    return rebuild({
      ...this,
      projections: modelsOf(counters.registry),
      leases: new OnlyInstance(),
      log: silent,
      which: 'anew',
      ...options,
    });
  }

  /** Every document of a live model, by id, once it is folded up to here. */
  async documents(model: AnyProjection, position: number): Promise<Record<string, object | null>> {
    const models = liveModels(this.store, counters.registry);
    await models.open();
    try {
      if (!(await models.settled(model, position, PATIENCE_MS))) throw new Error(`${model.name} was not folded up to ${position} in time`);
      const table = models.tableOf(model.name);
      return table ? Object.fromEntries((await this.store.scan(table, undefined, 1_000)).map(({ id, doc }) => [id, doc])) : {};
    } finally {
      models.close();
    }
  }

  /** The same folder, as a new process finds it; with another log id, as after a restore, if asked. */
  async reopen({ restored = false } = {}): Promise<Processing> {
    await this.close();
    if (restored) renewLogId(join(this.folder, 'events.db'));
    return Processing.open(this.folder, this.masterKey, this.clock);
  }

  async close(): Promise<void> {
    await this.events.close();
    await this.store.close();
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Asks until it is so, at most a minute. */
export async function until(what: string, ask: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
    if (await ask()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`It never came to this: ${what}`);
}
