/**
 * What one `Streams.change` costs on cached streams: 32 commands in flight, against a store that only says yes (the engine alone) and
 * against the embedded store (durable).
 * `node scripts/build.mjs && node -r ./scripts/typescript.cjs bench/change.ts [commands] [nothing|sqlite]`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Aggregate, CommandContext, Fact } from '../src/kernel/event-sourcing';
import { SystemClock } from '../src/platform/clock';
import { Codec } from '../src/platform/event-store/codec';
import { Engine } from '../src/platform/event-store/engine';
import type { Appended, EventStore, NewEvent } from '../src/platform/event-store/event-store';
import { SqliteEventStore } from '../src/platform/event-store/sqlite';
import { NoPersonKeys } from '../test/support/no-person-keys';

const IN_FLIGHT = 32;
const [commands = 200_000, only] = [Number(process.argv[2] ?? 200_000), process.argv[3]];

type Amount = { amount: number; currency: string };
type FundsDeducted = Fact<
  'FundsDeducted',
  { cardId: string; amount: Amount; balance: Amount; deductionId: string; by: unknown; locationId: string; at: string }
>;
interface Card {
  readonly balance: Amount;
  readonly status: string;
}
const card: Aggregate<Card, FundsDeducted> = {
  initial: { balance: { amount: 1e12, currency: 'USD' }, status: 'active' },
  evolve: (state, { data }) => ({ ...state, balance: data.balance, status: 'used' }),
};

const actor = { kind: 'apiKey', id: 'key_01JDABCDEFGHJKMNPQRSTVWXYZ' } as const;
const at = '2026-11-22T09:00:00.000Z';
const amount = { amount: 100, currency: 'USD' };

function deduct(engine: Engine, index: number, stream: number): Promise<unknown> {
  const id = `01JDABCDEFGHJKM${String(index).padStart(11, '0')}`;
  const cardId = `card_01JDABCDEFGHJKM${String(stream).padStart(11, '0')}`;
  const context: CommandContext = {
    network: 'net_01JDABCDEFGHJKMNPQRSTVWXYZ',
    actor,
    commandId: `cmd_${id}`,
    at,
    correlation: id,
    requestId: id,
    requestHash: id,
  };
  return engine.change(context, `giftCard-${cardId}`, card, ({ balance }) => [
    {
      type: 'FundsDeducted' as const,
      data: {
        cardId,
        amount,
        balance: { amount: balance.amount - 100, currency: 'USD' },
        deductionId: `ded_${id}`,
        by: actor,
        locationId: 'loc_1',
        at,
      },
    },
  ]);
}

class YesStore {
  readonly exclusive = true;
  private position = 0;
  append(_stream: string, expected: number, events: readonly NewEvent[]): Promise<Appended> {
    this.position += events.length;
    const appended = { revision: expected + events.length, position: this.position };
    return new Promise((resolve) => setImmediate(resolve, appended));
  }
  readStream(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }
}

async function run(engine: Engine, from: number, count: number, streams: number): Promise<number> {
  let next = from;
  const start = performance.now();
  const before = performance.eventLoopUtilization();
  const one = async (): Promise<void> => {
    while (next < from + count) await deduct(engine, next, next++ % streams);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  const micros = ((performance.now() - start) * 1000) / count;
  console.log(
    `  ${micros.toFixed(2)} µs a command, event loop busy ${(performance.eventLoopUtilization(before).utilization * micros).toFixed(2)} µs`,
  );
  return micros;
}

async function scenario(name: string, store: EventStore, streams: number, count: number): Promise<void> {
  const engine = new Engine({
    store,
    codec: new Codec({ upcasts: {}, personal: { CardIssued: ['buyer.name'] } }),
    personKeys: new NoPersonKeys(),
    clock: new SystemClock(),
  });
  console.log(`${name}, ${streams} streams`);
  await run(engine, 0, Math.min(20_000, count), streams);
  for (let round = 1; round <= 3; round++) await run(engine, round * 1e7, count, streams);
}

async function main(): Promise<void> {
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`);
  if (only !== 'sqlite') await scenario('Engine alone', new YesStore() as unknown as EventStore, 1000, commands);
  if (only === 'nothing') return;
  const folder = await mkdtemp(join(tmpdir(), 'largesse-change-'));
  const store = await SqliteEventStore.open({ file: join(folder, 'events.db') });
  for (const streams of [1000, 1]) await scenario('Embedded store', store, streams, commands / 4);
  await store.close();
  await rm(folder, { recursive: true });
}

void main();
