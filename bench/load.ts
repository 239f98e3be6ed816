/** The load: autocannon in a process of its own. Every request is made before the clock starts, so that the generator is as light as it can be. */
import autocannon from 'autocannon';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';

export const CONNECTIONS = 32;

export interface Job {
  readonly url: string;
  readonly key: string;
  readonly locationId: string;
  /** Each request takes one at random, or one after the other. */
  readonly cards: readonly string[];
  readonly inTurn?: boolean;
  readonly requests: number;
}

export interface Outcome {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answered with 2xx. */
  readonly good: number;
  /** Everything else: other answers, broken connections, time-outs. */
  readonly bad: number;
  /** How many answers each status had. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Of the generator, microseconds a request. */
  readonly generator: number;
}

/** Sends so many deductions of one cent, 32 at a time, each with a key of its own. */
export function load(job: Job): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.once('message', (outcome) => resolve(outcome as Outcome));
    child.once('exit', (code) => reject(new Error(`The load ended with ${code}`)));
    child.send(job);
  });
}

/** One request: a deduction of one cent, unless told otherwise. */
export const deduction = (job: Pick<Job, 'key' | 'locationId'>, card: string, idempotencyKey: string, amount = 1) => ({
  method: 'POST' as const,
  path: `/v1/gift-cards/${card}/deductions`,
  headers: { authorization: `Bearer ${job.key}`, 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
  body: JSON.stringify({ amount: { amount, currency: 'USD' }, locationId: job.locationId }),
});

async function fire(job: Job): Promise<Outcome> {
  const { url, cards, requests } = job;
  const each = Math.ceil(requests / CONNECTIONS);
  let turn = 0;
  const next = (): string => cards[job.inTurn ? turn++ % cards.length : Math.floor(Math.random() * cards.length)]!;
  const prepared = Array.from({ length: CONNECTIONS }, () => Array.from({ length: each }, () => deduction(job, next(), randomUUID())));
  let began = 0;
  let ended = 0;
  let processor = process.cpuUsage();
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const setupClient = (client: autocannon.Client): void => {
      client.setRequests(prepared.pop()!);
      if (prepared.length > 0) return;
      processor = process.cpuUsage();
      began = performance.now();
    };
    const instance = autocannon(
      { url, connections: CONNECTIONS, amount: each * CONNECTIONS, setupClient },
      (error: Error | null, told: autocannon.Result) => (error ? reject(error) : resolve(told)),
    );
    // It looks at its clock once a second; the last answer ends the run.
    instance.on('response', () => (ended = performance.now()));
  });
  const seconds = (ended - began) / 1000;
  const { user, system } = process.cpuUsage(processor);
  const good = result['2xx'];
  return {
    perSecond: good / seconds,
    p50: result.latency.p50,
    p99: result.latency.p99,
    good,
    bad: result.non2xx + result.errors + result.timeouts,
    statuses: Object.fromEntries(Object.entries(result.statusCodeStats ?? {}).map(([status, { count }]) => [status, Number(count)])),
    generator: (user + system) / requests,
  };
}

if (require.main === module) {
  process.once('message', (job: Job) => {
    void fire(job).then((outcome) => process.send!(outcome, () => process.exit(0)));
  });
}
