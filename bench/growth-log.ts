/** Data folders of bench:growth: a network with so many cards, and what its log says of the deductions of a run. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredEvent } from '../src/platform/event-store/event-store';
import { SqliteEventStore } from '../src/platform/event-store/sqlite';
import { thousands } from './machine';
import { processorTime, type Server, settled, startLargesse } from './processes';
import { eventsACard, fill, growing } from './rebuild-log';
import { seed, type Shop } from './seed';

interface Kept {
  readonly shop: Shop;
  readonly masterKey: string;
  readonly cards: number;
  /** Of each card, in the log as it was filled. */
  readonly deductions: number;
}
export interface Grown extends Kept {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Position of the log's last event. */
  head(): Promise<number>;
}

const PAGE = 5_000;
const TOLD_EVERY = 500_000;
const IDLE_MICROS_A_SECOND = 100_000;

/** The folder with its read models up to date; made, unless an earlier run left one of the same size there. */
export async function grown(folder: string, cards: number, deductions: number): Promise<Grown> {
  const note = join(folder, 'bench.json');
  if (!existsSync(note)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(note, JSON.stringify(await make(folder, cards, deductions)));
  }
  const kept = JSON.parse(readFileSync(note, 'utf8')) as Kept;
  if (kept.cards !== cards || kept.deductions !== deductions)
    throw new Error(`${folder} holds ${kept.cards} cards with ${kept.deductions} deductions each: name another folder, or remove it`);
  return { ...kept, folder, env: { MASTER_KEY: kept.masterKey }, head: () => reading(folder, (events) => events.head()) };
}

async function make(folder: string, cards: number, deductions: number): Promise<Kept> {
  const masterKey = randomBytes(32);
  const env = { MASTER_KEY: masterKey.toString('base64') };
  const shop = await seed(folder, 0, env);
  const mix = growing(deductions);
  const began = performance.now();
  const minutes = (): string => `${((performance.now() - began) / 60_000).toFixed(1)} minutes`;
  const onProgress = (events: number): void => {
    if (events % TOLD_EVERY === 0) console.error(`${thousands(events)} events written, ${minutes()}`);
  };
  await fill({ folder, masterKey, mix, cards, network: shop.network, onProgress });
  console.error(`${thousands(cards * eventsACard(mix))} events on ${thousands(cards)} cards written in ${minutes()}`);
  const first = await startLargesse(folder, { env });
  await settled(first);
  await idle(first);
  await first.stop();
  console.error(`Read models up to date after ${minutes()}`);
  return { shop, masterKey: env.MASTER_KEY, cards, deductions };
}

/** Policies have gone through the log too, and nothing is left to do: the process uses next to nothing. */
async function idle({ pid }: Server): Promise<void> {
  for (let used = Infinity, before = processorTime(pid).all; used > IDLE_MICROS_A_SECOND;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const now = processorTime(pid).all;
    [used, before] = [now - before, now];
  }
}

async function reading<T>(folder: string, work: (events: SqliteEventStore) => Promise<T>): Promise<T> {
  const events = SqliteEventStore.openReader({ file: join(folder, 'events.db') });
  try {
    return await work(events);
  } finally {
    await events.close();
  }
}

/** Compares what was acknowledged with what the log holds since the audit began. */
export class LogAudit {
  private good = 0;

  private constructor(
    private readonly folder: string,
    private readonly after: number,
  ) {}

  static async begin({ folder, head }: Grown): Promise<LogAudit> {
    return new LogAudit(folder, await head());
  }

  acknowledged(deductions: number): void {
    this.good += deductions;
  }

  /** @throws Error when a deduction is missing, one was not acknowledged, or a balance does not go on from the one before */
  verify(): Promise<void> {
    return reading(this.folder, async (events) => {
      const balances = new Map<string, number>();
      let deductions = 0;
      for (let { after } = this, end = false; !end;) {
        const page = await events.readAll({ after, prefixes: ['giftCard-'], limit: PAGE });
        for (const event of page.events) {
          if (event.type !== 'FundsDeducted') continue;
          const { amount, balance } = JSON.parse(event.data) as Deducted;
          const before = balances.get(event.stream) ?? (await balanceBefore(events, event));
          if (balance.amount !== before - amount.amount || balance.amount < 0)
            throw new Error(`${event.stream} had ${before}, ${amount.amount} were taken, and it says ${balance.amount}`);
          balances.set(event.stream, balance.amount);
          deductions += 1;
        }
        ({ next: after, end } = page);
      }
      if (deductions !== this.good) throw new Error(`${this.good} deductions were acknowledged and ${deductions} are in the log`);
    });
  }
}

interface Deducted {
  readonly amount: { readonly amount: number };
  readonly balance: { readonly amount: number };
}

/** Every card had a deduction before the audit began, and nothing after it that changes its balance. */
async function balanceBefore(events: SqliteEventStore, { stream, revision }: StoredEvent): Promise<number> {
  const [before] = await events.readStream(stream, { from: revision - 1, direction: 'backwards', limit: 1 });
  if (before?.type !== 'FundsDeducted') throw new Error(`${stream} has no deduction before revision ${revision}`);
  return (JSON.parse(before.data) as Deducted).balance.amount;
}
