/**
 * npm run bench:growth [-- --cards 1000000 --events 5000000 --busy 50000 --few 1000 --rounds 5 --requests 20000 --starts 3 --folder DIR]
 *
 * What a large network costs: deductions over HTTP on the busy cards of many, and on any of them, against a network that has few cards in
 * all; in turn, in one run, each network in a process and a data folder of its own. Beside it how long both take to their first answer, and
 * their memory. Logs are written at the store's level through the product's codec; its own first start makes the read models. With
 * `--folder` the data stays there and is used again by the next run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Grown, grown, LogAudit } from './growth-log';
import { admitted } from './ledger';
import { type Job, load, type Outcome } from './load';
import { machine, median, thousands } from './machine';
import { type ProcessorTime, processorTime, residentMegabytes, type Server, startLargesse, starts } from './processes';
import { cardId } from './rebuild-log';

interface Contender {
  readonly name: string;
  readonly server: Server;
  readonly audit: LogAudit;
  /** What one round sends. */
  readonly job: () => Job;
  readonly rounds: (Outcome & { readonly cost: ProcessorTime })[];
}

const { values: options } = parseArgs({
  options: {
    cards: { type: 'string', default: '1000000' },
    events: { type: 'string', default: '5000000' },
    busy: { type: 'string', default: '50000' },
    few: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '20000' },
    starts: { type: 'string', default: '3' },
    folder: { type: 'string' },
  },
});
const number = (name: Exclude<keyof typeof options, 'folder'>): number => Number(options[name]);
const [requests, rounds] = [number('requests'), number('rounds')];

async function main(): Promise<void> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'largesse-growth-'));
  const servers: Server[] = [];
  try {
    const deductions = Math.max(1, Math.round(number('events') / number('cards')) - 4);
    const few = await grown(join(folder, 'few'), number('few'), deductions);
    const many = await grown(join(folder, 'many'), number('cards'), deductions);
    const about = machine();
    console.log(
      `\n${about}; medians of ${number('starts')} starts\n\n| cards | events | to the first answer | memory then |\n|---|---|---|---|`,
    );
    for (const each of [few, many]) {
      const { startedIn, memory } = await starts(each.folder, each.env, number('starts'));
      console.log(`| ${thousands(each.cards)} | ${thousands(await each.head())} | ${thousands(startedIn)} ms | ${memory} MB |`);
    }
    for (const { folder: data, env } of [few, many]) servers.push(await startLargesse(data, { env }));
    await measure(about, { few, many }, servers);
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
    if (!options.folder) rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(about: string, { few, many }: { few: Grown; many: Grown }, servers: readonly Server[]): Promise<void> {
  const [small, large] = [servers[0]!, servers[1]!];
  const audits = [await LogAudit.begin(few), await LogAudit.begin(many)] as const;
  const busy = spread(number('busy'), many.cards);
  const any = (): readonly string[] => Array.from({ length: requests }, () => cardId(Math.floor(Math.random() * many.cards)));
  const all = spread(few.cards, few.cards);
  const on = ({ shop }: Grown, server: Server, cards: readonly string[], inTurn = false): Job => ({
    ...shop,
    url: server.url,
    cards,
    inTurn,
    requests,
  });
  const yardstick = (): Contender => {
    return { name: `${thousands(few.cards)} cards in all`, server: small, audit: audits[0], job: () => on(few, small, all), rounds: [] };
  };
  const onMany = (name: string, job: () => Job): Contender => ({ name, server: large, audit: audits[1], job, rounds: [] });
  // One after the other: what uses any card takes the room in memory that the busy ones have.
  const pairs = [
    [yardstick(), onMany(`${thousands(busy.length)} busy cards`, () => on(many, large, busy))],
    [yardstick(), onMany(`any of ${thousands(many.cards)}`, () => on(many, large, any(), true))],
  ] as const;
  for (const [place, { shop }] of [few, many].entries()) await admitted(servers[place]!.url, shop.key);
  // So that busy cards are what they are called: each was used a moment ago.
  await turn(pairs[0][1], { ...on(many, large, busy, true), requests: busy.length }, true);
  for (const pair of pairs) {
    for (const each of pair) await turn(each, each.job(), true);
    for (let round = 0; round < rounds; round++) for (const each of pair) await turn(each, each.job());
  }
  const memory = servers.map(({ pid }) => residentMegabytes(pid));
  for (const audit of audits) await audit.verify();
  report(about, pairs, memory);
}

/** So many cards at equal distances. */
const spread = (some: number, cards: number): readonly string[] =>
  Array.from({ length: Math.min(some, cards) }, (_, i) => cardId(Math.floor((i * cards) / Math.min(some, cards))));

async function turn({ name, server, audit, rounds: done }: Contender, job: Job, warmUp = false): Promise<void> {
  const before = processorTime(server.pid);
  const outcome = await load(job);
  const after = processorTime(server.pid);
  if (outcome.bad > 0) throw new Error(`${name}: ${outcome.bad} requests were not answered well: ${JSON.stringify(outcome.statuses)}`);
  audit.acknowledged(outcome.good);
  const cost = { main: (after.main - before.main) / outcome.good, all: (after.all - before.all) / outcome.good };
  if (!warmUp) done.push({ ...outcome, cost });
}

function report(about: string, pairs: readonly (readonly [Contender, Contender])[], memory: readonly number[]): void {
  console.log(`\n${about}; medians of ${rounds} rounds of ${thousands(requests)} requests, 32 connections\n`);
  console.log('| deductions on | requests/s | of few cards | p50 / p99 ms | p99 of few cards | µs of its event loop | µs of its process |');
  console.log('|---|---|---|---|---|---|---|');
  for (const [yardstick, each] of pairs.flatMap(([first, second]) => [[first, first] as const, [first, second] as const])) {
    const of = (pick: (round: Contender['rounds'][number]) => number): number => median(each.rounds.map(pick));
    const ratio = (pick: (round: Outcome) => number): string =>
      median(each.rounds.map((round, n) => pick(round) / pick(yardstick.rounds[n]!))).toFixed(2);
    const figures = [
      thousands(of(({ perSecond }) => perSecond)),
      ratio(({ perSecond }) => perSecond),
      `${of(({ p50 }) => p50)} / ${of(({ p99 }) => p99)}`,
      ratio(({ p99 }) => p99),
      of(({ cost }) => cost.main).toFixed(1),
      of(({ cost }) => cost.all).toFixed(1),
    ];
    console.log(`| ${[each.name, ...figures].join(' | ')} |`);
  }
  console.log(`\nMemory at the end: ${memory[0]} MB with few cards, ${memory[1]} MB with many.`);
  console.log('Every acknowledged deduction is in the log once, and every balance goes on from the one before.');
}

void main();
