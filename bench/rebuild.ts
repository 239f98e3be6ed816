/**
 * How fast all read models are made again from the log, against reading and parsing the same log and doing nothing; both in a worker
 * thread, as in the product, in turn in one run. `npm run bench:rebuild [-- events [rounds]]`
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { CommandContext, Fact } from '../src/kernel/event-sourcing';
import { Codec } from '../src/platform/event-store/codec';
import { NO_STREAM } from '../src/platform/event-store/event-store';
import { SqliteEventStore } from '../src/platform/event-store/sqlite';
import { OnlyInstance } from '../src/platform/processors/leases';
import { LIMITS } from '../src/platform/processors/projector-thread';
import { rebuild } from '../src/platform/processors/rebuild';
import { type Connections, modelsOf, openFolding } from '../src/platform/processors/stores';
import { SqliteReadStore } from '../src/platform/read-store/sqlite';
import { StoredPersonKeys } from '../src/platform/security/person-keys';
import { VaultKeys } from '../src/platform/security/vault-keys';
import { registry } from '../src/registry';
import * as samples from '../test/cards/facts';

const AT = '2026-11-22T12:00:00.000Z';
/** A card's life: issued with buyer, recipient and message; delivered by mail; then deducted from. */
const DEDUCTIONS = 17;
const EVENTS_A_CARD = DEDUCTIONS + 3;

interface Round {
  readonly parsed: number;
  readonly rebuilt: number;
  readonly documents: number;
}

const id = (prefix: string, n: number): string =>
  `${prefix}_01JD${String(n).padStart(8, '0')}${String((n * 7919) % 1e14).padStart(14, '0')}`;

const context = (cardId: string, n: number): CommandContext => ({
  network: samples.network,
  actor: { kind: 'apiKey', id: 'key_01JD8Z4M2Q7RXK3V5T9WBN6CHG' },
  commandId: id('cmd', n),
  at: AT,
  correlation: id('req', n),
  requestId: id('req', n),
  requestHash: cardId,
});

function firstFacts(cardId: string, n: number): Fact[] {
  const people = JSON.parse(JSON.stringify(samples.issued.data).replaceAll(samples.cardId, cardId)) as object;
  return [
    { type: 'CardIssued', data: { ...people, ...samples.secrets(n), at: AT } },
    { type: 'GiftMailRequested', data: { ...samples.mailRequested.data, cardId } },
    { type: 'CardDelivered', data: { ...samples.delivered.data, cardId } },
  ];
}

const deduction = (cardId: string, n: number, turn: number): Fact => ({
  type: 'FundsDeducted',
  data: {
    ...samples.deducted.data,
    cardId,
    deductionId: id('ded', (n * 2_654_435_761 + turn) % 1e9),
    amount: samples.usd(10),
    balance: samples.usd(5000 - 10 * (turn + 1)),
  },
});

/** All cards first, then deductions in turn over all of them: each page of the log touches many cards. */
async function fill(folder: string, masterKey: Buffer, cards: number): Promise<void> {
  const events = await SqliteEventStore.open({ file: join(folder, 'events.db') });
  const store = await SqliteReadStore.open({ folder, role: 'main' });
  const keys = new StoredPersonKeys(store, new VaultKeys(masterKey));
  await keys.prepare();
  const codec = new Codec(registry);
  const ends = Array.from({ length: cards }, () => ({ revision: NO_STREAM, hash: '' }));
  const append = async (n: number, turn: number): Promise<void> => {
    const cardId = id('card', n);
    const facts = turn < 0 ? firstFacts(cardId, n) : [deduction(cardId, n, turn)];
    const people = new Map(facts.flatMap((fact) => [...(codec.subjectsIn(fact) ?? [])]));
    const end = ends[n] as { revision: number; hash: string };
    const expected = end.revision;
    const encoded = codec.encode(
      `giftCard-${cardId}`,
      context(cardId, n * EVENTS_A_CARD + turn + 1),
      facts,
      AT,
      end,
      people.size > 0 ? await keys.ensure(samples.network, people) : undefined,
    );
    await events.append(`giftCard-${cardId}`, expected, encoded);
  };
  for (let turn = -1; turn < DEDUCTIONS; turn++) {
    for (let from = 0; from < cards; from += 1_000)
      await Promise.all(Array.from({ length: Math.min(1_000, cards - from) }, (_, i) => append(from + i, turn)));
  }
  await events.close();
  await store.close();
}

async function round(connections: Connections): Promise<Round> {
  const folding = await openFolding(connections, registry);
  let checksum = 0;
  let count = 0;
  let started = performance.now();
  for (let after = 0, end = false; !end;) {
    const page = await folding.events.readAll({ after, limit: 5_000 });
    for (const { data, metadata } of page.events)
      checksum += Object.keys(JSON.parse(data) as object).length + Object.keys(JSON.parse(metadata) as object).length;
    count += page.events.length;
    ({ next: after, end } = page);
  }
  if (checksum === 0) throw new Error('The log is empty');
  const parsed = (count * 1_000) / (performance.now() - started);
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  started = performance.now();
  await rebuild({ ...folding, projections: modelsOf(registry), leases: new OnlyInstance(), log: silent, which: 'anew', fresh: true });
  const rebuilt = (count * 1_000) / (performance.now() - started);
  const tables = await folding.store.tables();
  let documents = 0;
  for (const table of tables) documents += await folding.store.count(table, {});
  for (const table of tables) if (!table.model.startsWith('model-')) await folding.store.dropTable(table);
  await folding.close();
  return { parsed, rebuilt, documents };
}

const inThread = (connections: Connections): Promise<Round> =>
  new Promise((resolve, reject) =>
    new Worker(__filename, { workerData: connections, resourceLimits: LIMITS }).once('message', resolve).once('error', reject),
  );

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
const thousands = (value: number): string => Math.round(value).toLocaleString('en');

async function main(): Promise<void> {
  const [events = 200_000, rounds = 3] = process.argv.slice(2).map(Number);
  const folder = await mkdtemp(join(tmpdir(), 'largesse-bench-'));
  try {
    const masterKey = randomBytes(32);
    const cards = Math.ceil(events / EVENTS_A_CARD);
    await fill(folder, masterKey, cards);
    const results: Round[] = [];
    for (let n = 0; n < rounds; n++) results.push(await inThread({ dataFolder: folder, masterKeys: [masterKey] }));
    const parsed = median(results.map((each) => each.parsed));
    const rebuilt = median(results.map((each) => each.rebuilt));
    const ratio = median(results.map((each) => each.rebuilt / each.parsed));
    const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
    console.log(
      `\nRebuild of all ${registry.projections.length} read models, ${thousands(cards * EVENTS_A_CARD)} events on ${thousands(cards)} cards, ${thousands(results[0]?.documents ?? 0)} documents`,
    );
    console.log(
      `${cpus()[0]?.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, commit ${commit}, medians of ${rounds}\n`,
    );
    console.log('| what | events/s | of reading and parsing | aim |\n|---|---|---|---|');
    console.log(`| read the log, parse it, do nothing | ${thousands(parsed)} | 1 | |`);
    console.log(`| rebuild all read models | ${thousands(rebuilt)} | ${ratio.toFixed(2)} | ≥ 50,000 and ≥ 0.4 |`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (isMainThread) void main();
else void round(workerData as Connections).then((result) => parentPort?.postMessage(result));
