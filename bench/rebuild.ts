/**
 * How fast all read models are made again from the log, against reading and parsing the same log and doing nothing; both in a worker
 * thread, as in the product, in turn in one run. `npm run bench:rebuild [-- events [rounds [mix]]]`
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { OnlyInstance } from '../src/platform/processors/leases';
import { LIMITS } from '../src/platform/processors/projector-thread';
import { rebuild } from '../src/platform/processors/rebuild';
import { type Connections, type Folding, modelsOf, openFolding } from '../src/platform/processors/stores';
import { registry } from '../src/registry';
import { machine, median, thousands } from './machine';
import { eventsACard, fill, type Mix, mixes } from './rebuild-log';

interface Run {
  readonly perSecond: number;
  /** Of all threads of the process: what a busy machine does not distort as it does the time on the clock. */
  readonly cpuMicros: number;
}
interface Round {
  readonly parsed: Run;
  readonly rebuilt: Run;
  readonly documents: number;
}

async function measure(work: () => Promise<number>): Promise<Run> {
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  const events = await work();
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: events / seconds, cpuMicros: (user + system) / events };
}

async function parse({ events }: Folding): Promise<number> {
  let [checksum, count] = [0, 0];
  for (let after = 0, end = false; !end;) {
    const page = await events.readAll({ after, limit: 5_000 });
    for (const { data, metadata } of page.events)
      checksum += Object.keys(JSON.parse(data) as object).length + Object.keys(JSON.parse(metadata) as object).length;
    count += page.events.length;
    ({ next: after, end } = page);
  }
  if (checksum === 0) throw new Error('The log is empty');
  return count;
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function round(connections: Connections): Promise<Round> {
  const folding = await openFolding(connections, registry);
  let count = 0;
  const parsed = await measure(async () => (count = await parse(folding)));
  const rebuilt = await measure(async () => {
    await rebuild({ ...folding, projections: modelsOf(registry), leases: new OnlyInstance(), log: silent, which: 'anew', fresh: true });
    return count;
  });
  const tables = await folding.store.tables();
  let documents = 0;
  for (const table of tables) documents += await folding.store.count(table, {});
  for (const table of tables) await folding.store.dropTable(table);
  await folding.close();
  return { parsed, rebuilt, documents };
}

const inThread = (connections: Connections): Promise<Round> =>
  new Promise((resolve, reject) =>
    new Worker(__filename, { workerData: connections, resourceLimits: LIMITS }).once('message', resolve).once('error', reject),
  );

async function benchmark(mix: Mix, events: number, rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'largesse-bench-'));
  try {
    const masterKey = randomBytes(32);
    const cards = Math.ceil(events / eventsACard(mix));
    await fill({ folder, masterKey, mix, cards });
    const results: Round[] = [];
    for (let n = 0; n < rounds; n++) results.push(await inThread({ dataFolder: folder, masterKeys: [masterKey] }));
    const of = (pick: (round: Round) => number): number => median(results.map(pick));
    const total = thousands(cards * eventsACard(mix));
    console.log(`\nMix “${mix.name}”: ${mix.says}.`);
    console.log(`${total} events on ${thousands(cards)} cards, ${thousands(results[0]?.documents ?? 0)} documents in the end.\n`);
    console.log('| what | events/s | CPU µs an event | of reading and parsing | the same in CPU | aim |\n|---|---|---|---|---|---|');
    const row = (what: string, pick: (round: Round) => Run, aim: string): void => {
      const [wall, cpu] = [
        of((each) => pick(each).perSecond / each.parsed.perSecond),
        of((each) => each.parsed.cpuMicros / pick(each).cpuMicros),
      ];
      const figures = [
        thousands(of((each) => pick(each).perSecond)),
        of((each) => pick(each).cpuMicros).toFixed(1),
        wall.toFixed(2),
        cpu.toFixed(2),
      ];
      console.log(`| ${[what, ...figures, aim].join(' | ')} |`);
    };
    row('read the log, parse it, do nothing', ({ parsed }) => parsed, '');
    row('rebuild all read models', ({ rebuilt }) => rebuilt, '≥ 50,000/s and ≥ 0.4');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const [events = 200_000, rounds = 3] = process.argv.slice(2, 4).map(Number);
  const only = process.argv[4];
  console.log(`Rebuild of all ${modelsOf(registry).length} read models, medians of ${rounds} rounds\n${machine()}`);
  for (const mix of mixes) if (only === undefined || mix.name === only) await benchmark(mix, events, rounds);
}

if (isMainThread) void main();
else void round(workerData as Connections).then((result) => parentPort?.postMessage(result));
