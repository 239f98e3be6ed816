/**
 * npm run bench:deduct [-- --rounds 5 --requests 20000 --profile]
 *
 * Deductions over HTTP, authenticated, validated, idempotent, durable before the answer, against the least that NestJS on Fastify does for
 * a POST of JSON: in turn, in one run, with the same requests. Beside it: one hot card, the projection's lag under load, and, with
 * DATABASE_URL, the plain way (Express and PostgreSQL) and the same event-sourced (Express, Emmett and PostgreSQL). With --eventstoredb
 * URL it compares with that server's own client instead. Only ratios of one run mean something.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { againstEventStoreDb } from './deduct-eventstoredb';
import { lagUnderLoad } from './lag';
import { load, type Job, type Outcome } from './load';
import { machine, median, thousands } from './machine';
import { type ProcessorTime, processorTime, residentMegabytes, type Server, startLargesse, startOwn } from './processes';
import { hottest } from './profile';
import { seed, type Shop } from './seed';
import { admitted, Ledger } from './ledger';

interface Contender {
  readonly name: string;
  readonly server: Server;
  readonly job: Omit<Job, 'requests'>;
  readonly rounds: Round[];
}
interface Round extends Outcome {
  readonly cost: ProcessorTime;
}

/** Contenders that need a PostgreSQL. */
const OTHERS = [
  ['Express + PostgreSQL, row lock', 'express-postgres.ts'],
  ['Express + Emmett + PostgreSQL, decider', 'express-emmett.ts'],
] as const;
type Others = (readonly [name: string, server: Server])[];

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '20000' },
    cards: { type: 'string', default: '1000' },
    profile: { type: 'boolean', default: false },
    eventstoredb: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const requests = Number(options.requests);

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'largesse-deduct-'));
  const about = machine();
  const servers: Server[] = [];
  const started = async (server: Promise<Server>): Promise<Server> => {
    servers.push(await server);
    return server;
  };
  try {
    const shop = await seed(join(folder, 'data'), Number(options.cards) + rounds + 2);
    const profiling = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${join(folder, 'profile')}`] : [];
    const largesse = await started(startLargesse(join(folder, 'data'), { args: profiling }));
    const empty = await started(startOwn('empty-route.ts'));
    const others: Others = [];
    for (const [name, file] of process.env.DATABASE_URL ? OTHERS : [])
      others.push([name, await started(startOwn(file, { CARDS: JSON.stringify(shop.cards) }))]);
    await measure(about, shop, { largesse, empty, others });
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    if (options.profile) printProfile(join(folder, 'profile'));
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
    if (options.profile) console.log(`\nProfiles are in ${join(folder, 'profile')}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  about: string,
  shop: Shop,
  { largesse, empty, others }: { largesse: Server; empty: Server; others: Others },
): Promise<void> {
  const hot = shop.cards.slice(Number(options.cards));
  const probe = hot.pop();
  const busy = shop.cards.slice(0, Number(options.cards));
  const { key, locationId } = shop;
  const contender = (name: string, server: Server, cards: readonly string[]): Contender => ({
    name,
    server,
    job: { url: server.url, key, locationId, cards },
    rounds: [],
  });
  const yardstick = contender('empty NestJS-Fastify POST route', empty, busy);
  const many = contender(`deduct, ${thousands(busy.length)} cards`, largesse, busy);
  const one = contender('deduct, one hot card', largesse, hot);
  const against = others.map(([name, server]) => contender(name, server, busy));
  const all = [yardstick, many, one, ...against];
  const ledger = new Ledger();
  await admitted(largesse.url, key);
  for (const each of all) await turn(each, ledger, hot, 0, true);
  for (let round = 1; round <= rounds; round++) for (const each of all) await turn(each, ledger, hot, round);
  const lag = await lagUnderLoad({ ...many.job, requests }, probe!, (good) => ledger.took(busy, good));
  ledger.took([probe!], lag.deductions);
  await ledger.verify(largesse.url, shop);
  report(
    about,
    { yardstick, many, one, against },
    `${lag.p50.toFixed(0)} ms, p99 ${lag.p99.toFixed(0)} ms (${lag.deductions} probes)`,
    residentMegabytes(largesse.pid),
  );
}

async function turn(each: Contender, ledger: Ledger, hot: readonly string[], round: number, warmUp = false): Promise<void> {
  const { server, name, rounds: done } = each;
  const cards = name.includes('hot') ? [hot[round]!] : each.job.cards;
  const before = processorTime(server.pid);
  const outcome = await load({ ...each.job, cards, requests });
  const after = processorTime(server.pid);
  if (outcome.bad > 0) throw new Error(`${name}: ${outcome.bad} requests were not answered well: ${JSON.stringify(outcome.statuses)}`);
  if (name.startsWith('deduct')) ledger.took(cards, outcome.good);
  const cost = { main: (after.main - before.main) / requests, all: (after.all - before.all) / requests };
  if (!warmUp) done.push({ ...outcome, cost });
}

function report(
  about: string,
  { yardstick, many, one, against }: Record<'yardstick' | 'many' | 'one', Contender> & { against: Contender[] },
  lag: string,
  memory: number,
): void {
  const rate = ({ rounds: done }: Contender): number => median(done.map(({ perSecond }) => perSecond));
  const ratio = (each: Contender, to: Contender): string =>
    median(each.rounds.map(({ perSecond }, round) => perSecond / to.rounds[round]!.perSecond)).toFixed(2);
  const of = (each: Contender, pick: (round: Round) => number): number => median(each.rounds.map(pick));
  console.log(`\n${about}; medians of ${rounds} rounds of ${thousands(requests)} requests, 32 connections\n`);
  console.log(
    '| what | requests/s | of the empty route | p50 / p99 ms | µs of its event loop | µs of its process | µs of the generator |\n|---|---|---|---|---|---|---|',
  );
  for (const each of [yardstick, many, one, ...against]) {
    console.log(
      `| ${each.name} | ${thousands(rate(each))} | ${ratio(each, yardstick)} | ${of(each, ({ p50 }) => p50)} / ${of(each, ({ p99 }) => p99)} | ${of(each, ({ cost }) => cost.main).toFixed(1)} | ${of(each, ({ cost }) => cost.all).toFixed(1)} | ${of(each, ({ generator }) => generator).toFixed(1)} |`,
    );
  }
  console.log(`\nOne hot card reaches ${ratio(one, many)} of many cards.`);
  for (const each of against) console.log(`Deduct is ${ratio(many, each)} times ${each.name}.`);
  console.log(`From the answer of a deduction until a list shows it, under the same load: median ${lag}.`);
  console.log(`Every balance is what was issued less what was acknowledged; memory at the end ${memory} MB.`);
}

function printProfile(folder: string): void {
  const { file, functions } = hottest(folder);
  console.log(`\n${file}\n`);
  for (const { name, share } of functions) console.log(`${(share * 100).toFixed(1).padStart(5)} %  ${name}`);
}

void (options.eventstoredb ? againstEventStoreDb(options.eventstoredb, rounds, requests, Number(options.cards)) : main());
