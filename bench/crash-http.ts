/**
 * The whole product: deductions over HTTP, kill -9 at any moment, a start on the same folder. What was acknowledged must be there once,
 * what was not acknowledged at most once, also when the same call is made again; balances, chains and lists must agree with it.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { deduction } from './load';
import { admitted, balanceOf } from './ledger';
import { type LogFindings, readLog } from './crash-log';
import { type Server, startLargesse } from './processes';
import { seed, type Shop } from './seed';
import { VALUE } from './value';

const CARDS = 40;
const IN_FLIGHT = 32;
/** Acknowledged calls that are made again after each crash. */
const REPEATED = 20;
const LISTS_WITHIN_MS = 20_000;

interface Call {
  readonly card: string;
  readonly amount: number;
  readonly key: string;
  /** Of the acknowledgement. */
  deductionId?: string;
}

export async function proveHttp(rounds: number, folder: string): Promise<void> {
  const data = join(folder, 'data');
  const shop = await seed(data, CARDS);
  const proof = new Proof(shop, data);
  for (let round = 1; round <= rounds; round++) {
    await proof.round(round);
    proof.compare(await readLog(data));
  }
  const server = await startLargesse(data);
  await proof.afterCrash(server);
  await server.stop();
  proof.compare(await readLog(data));
  console.log(`${rounds} kills of the server: nothing acknowledged was lost, nothing happened twice, balances, chains and lists are right`);
}

class Proof {
  private readonly acknowledged: Call[] = [];
  /** Calls that nobody answered: they may or may not have happened. */
  private unanswered: Call[] = [];
  private log: LogFindings | undefined;

  constructor(
    private readonly shop: Shop,
    private readonly folder: string,
  ) {}

  async round(round: number): Promise<void> {
    const server = await startLargesse(this.folder);
    await this.afterCrash(server);
    const before = this.acknowledged.length;
    await this.loadUntilKilled(server, 100 + Math.random() * 700);
    const started = `started in ${Math.round(server.startedIn)} ms`;
    console.log(`round ${round}: ${started}, ${this.acknowledged.length - before} acknowledged, ${this.unanswered.length} cut off`);
  }

  /** Both the read models and the answers to repeats, on what the crash has left. */
  async afterCrash(server: Server): Promise<void> {
    await admitted(server.url, this.shop.key);
    if (this.log) await this.listsAgree(server, this.log);
    const repeats = Array.from({ length: Math.min(REPEATED, this.acknowledged.length) }, () => pick(this.acknowledged));
    for (const call of repeats) {
      const again = await send(server, this.shop, call);
      if (again !== call.deductionId) throw new Error(`A repeat of ${call.deductionId} was answered with ${again}`);
    }
    const open = this.unanswered;
    this.unanswered = [];
    for (const call of open) {
      call.deductionId = await send(server, this.shop, call);
      this.acknowledged.push(call);
    }
    for (const card of this.shop.cards) {
      const [told, expected] = [await balanceOf(server.url, this.shop.key, card), this.balance(card)];
      if (told !== expected) throw new Error(`${card} has ${told}; what was acknowledged leaves ${expected}`);
    }
  }

  /** What the log holds is what was acknowledged, and at most the calls without an answer beside it; each once. */
  compare(log: LogFindings): void {
    this.log = log;
    const possible = new Set(this.unanswered.map(({ card, amount }) => `${card} ${amount}`));
    const acknowledged = new Map(this.acknowledged.map((call) => [call.deductionId, call]));
    for (const [id, call] of acknowledged) {
      const found = log.deductions.get(id!);
      if (found?.card !== call.card || found.amount !== call.amount) throw new Error(`${id} was acknowledged and is not in the log`);
    }
    let extra = 0;
    for (const [id, { card, amount }] of log.deductions) {
      if (acknowledged.has(id)) continue;
      extra += 1;
      if (!possible.has(`${card} ${amount}`)) throw new Error(`${id} is in the log and nobody asked for it`);
    }
    if (extra > this.unanswered.length)
      throw new Error(`${extra} deductions without an answer, of ${this.unanswered.length} that were sent`);
  }

  private async loadUntilKilled(server: Server, milliseconds: number): Promise<void> {
    let alive = true;
    let killing: NodeJS.Timeout | undefined;
    const killed = new Promise<void>((resolve, reject) => {
      const kill = (): void => {
        alive = false;
        server.kill().then(resolve, reject);
      };
      const caller = async (): Promise<void> => {
        while (alive) {
          const call: Call = { card: pick(this.shop.cards), amount: 1 + Math.floor(Math.random() * 3), key: randomUUID() };
          try {
            call.deductionId = await send(server, this.shop, call);
            this.acknowledged.push(call);
            killing ??= setTimeout(kill, milliseconds);
          } catch (error) {
            this.unanswered.push(call);
            if (error instanceof Refused) return reject(error);
          }
        }
      };
      for (let i = 0; i < IN_FLIGHT; i++) void caller();
    });
    await killed;
    // Answers that were on their way when the server died have come by now, or never will.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }

  private balance(card: string): number {
    return this.acknowledged.reduce((rest, call) => (call.card === card ? rest - call.amount : rest), VALUE);
  }

  /** Read models catch up by themselves with everything that the log held when the server died. */
  private async listsAgree(server: Server, log: LogFindings): Promise<void> {
    const until = performance.now() + LISTS_WITHIN_MS;
    for (;;) {
      const wrong = (await listed(server, this.shop)).find(({ id, balance }) => balance.amount !== (log.balances.get(id) ?? VALUE));
      if (!wrong) return;
      if (performance.now() > until)
        throw new Error(`The list shows ${wrong.balance.amount} on ${wrong.id}, the log ${log.balances.get(wrong.id)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

class Refused extends Error {}

/** The deduction's id. @throws Refused for an answer that is none of ours to expect; anything else when there was no answer */
async function send({ url }: Server, shop: Shop, { card, amount, key }: Call): Promise<string> {
  const { path, ...request } = deduction(shop, card, key, amount);
  const response = await fetch(url + path, request);
  const text = await response.text();
  if (response.status !== 201) throw new Refused(`${card}: ${response.status} ${text}`);
  return (JSON.parse(text) as { id: string }).id;
}

async function listed(
  { url }: Server,
  { key }: Shop,
): Promise<readonly { readonly id: string; readonly balance: { readonly amount: number } }[]> {
  const response = await fetch(`${url}/v1/gift-cards?limit=${CARDS}`, { headers: { authorization: `Bearer ${key}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(`The list answered ${response.status}: ${text}`);
  const { data } = JSON.parse(text) as { data: { id: string; balance: { amount: number } }[] };
  if (data.length !== CARDS) throw new Error(`The list shows ${data.length} of ${CARDS} cards`);
  return data;
}

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;
