import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyChain } from '../../../src/platform/event-store/chain';
import { Engine } from '../../../src/platform/event-store/engine';
import { SqliteEventStore } from '../../../src/platform/event-store/sqlite';
import { Busy, type Change } from '../../../src/platform/event-store/streams';
import { contextOf, SettableClock } from '../../support/fakes';
import { NoPersonKeys } from '../../support/no-person-keys';
import { deposit, type Purse, purse, purseCodec, type PurseFact, withdraw } from '../../support/purse';
import { UnreliableStore } from '../../support/unreliable-store';

/** One step of a history: a command on one of two purses, sent to one of two processes, some time after the step before. */
interface Step {
  readonly engine: 0 | 1;
  readonly purse: 0 | 1;
  readonly kind: 'put' | 'take';
  readonly amount: number;
  /** Few ids, so that commands are repeated, also at the other process. */
  readonly command: number;
  readonly pause: 'none' | 'turn' | 'answered';
  readonly fault?: 'fails-before' | 'answer-is-lost';
}

const step: fc.Arbitrary<Step> = fc.record({
  engine: fc.constantFrom(0, 1),
  purse: fc.constantFrom(0, 1),
  kind: fc.constantFrom('put', 'take', 'take'),
  amount: fc.integer({ min: 0, max: 9 }),
  command: fc.nat(25),
  pause: fc.constantFrom('none', 'none', 'turn', 'answered'),
  fault: fc.option(fc.constantFrom('fails-before', 'answer-is-lost'), { nil: undefined, freq: 6 }),
});

type Answer = PromiseSettledResult<Change<Purse, PurseFact>>;

let folder: string;
let sqlite: SqliteEventStore;
let histories = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'largesse-model-'));
  sqlite = await SqliteEventStore.open({ file: join(folder, 'events.db') });
});
afterAll(async () => {
  await sqlite.close();
  await rm(folder, { recursive: true });
});

async function play(steps: readonly Step[], names: readonly string[], aggregate: typeof purse): Promise<Answer[]> {
  const stores = [0, 1].map(() => new UnreliableStore(sqlite, false));
  const engines = stores.map(
    (store) =>
      new Engine(
        { store, codec: purseCodec(), personKeys: new NoPersonKeys(), clock: new SettableClock() },
        { cacheBytes: 6_000, groupLimit: 3 },
      ),
  );
  const answers: Promise<Change<Purse, PurseFact>>[] = [];
  for (const each of steps) {
    if (each.fault) stores[each.engine]?.faults.push(each.fault);
    const decide = each.kind === 'put' ? deposit(each.amount) : withdraw(each.amount);
    const answer = (engines[each.engine] as Engine).change(contextOf(commandOf(each)), names[each.purse] as string, aggregate, decide);
    const settled = answer.catch(() => undefined);
    answers.push(answer);
    if (each.pause === 'turn') await new Promise((resolve) => setImmediate(resolve));
    if (each.pause === 'answered') await settled;
  }
  return Promise.allSettled(answers);
}

/** What a command asks is part of its id here: one id always asks the same. */
const commandOf = ({ command, kind, amount }: Step): string => `${kind}-${amount}-${command % 5}`;

describe('Whatever two processes are asked in whatever order, on a store that loses answers', () => {
  // Two kinds of memory: one that forgets what it has no room for, and one that packs it.
  it.each([
    ['is read again', purse],
    ['is packed', { ...purse, impersonal: true as const }],
  ])(
    'a simple purse that %s agrees: never overdrawn, nothing twice, nothing acknowledged is lost, chains whole',
    async (_, aggregate) => {
      const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
        const names = ['a', 'b'].map((letter) => `purse-${++histories}${letter}`);
        const results = await play(steps, names, aggregate);
        for (const [index, name] of names.entries()) {
          const events = await sqlite.readStream(name);
          expect(verifyChain(name, events).whole).toBe(true);
          agreesWithModel(
            events.map(({ type, data, metadata }) => ({ type, data: JSON.parse(data), metadata: JSON.parse(metadata) }) as StoredFact),
          );
          const mine = steps.map((each, i) => ({ each, result: results[i] as Answer })).filter(({ each }) => each.purse === index);
          for (const { each, result } of mine)
            explained(
              each,
              result,
              events.map(({ metadata }) => (JSON.parse(metadata) as { commandId: string }).commandId),
            );
        }
      });
      await fc.assert(property, { numRuns: 60 });
    },
    120_000,
  );
});

interface StoredFact {
  readonly type: string;
  readonly data: { readonly amount: number; readonly balance?: number };
  readonly metadata: { readonly commandId: string };
}

/** The model: one number, and a set of commands. */
function agreesWithModel(facts: readonly StoredFact[]): void {
  let balance = 0;
  const commands = new Set<string>();
  for (const { type, data, metadata } of facts) {
    expect(commands.has(metadata.commandId)).toBe(false);
    commands.add(metadata.commandId);
    balance += type === 'Deposited' ? data.amount : -data.amount;
    if (type === 'Withdrawn') expect(data.balance).toBe(balance);
    expect(balance).toBeGreaterThanOrEqual(0);
  }
}

/** Every answer is one that the log bears out. */
function explained(asked: Step, result: Answer, written: readonly string[]): void {
  const isWritten = written.includes(commandOf(asked));
  if (result.status === 'fulfilled') {
    const nothingToDo = asked.kind === 'take' && asked.amount === 0;
    expect(result.value.facts).toHaveLength(nothingToDo ? 0 : 1);
    expect(isWritten).toBe(!nothingToDo);
    return;
  }
  if (result.reason instanceof Busy) return;
  expect(result.reason).toMatchObject({ name: 'Rejection', code: 'insufficient-funds' });
}
