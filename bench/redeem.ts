/**
 * npm run prove:redeem [-- rounds]: redemptions of a few cards from devices, by API and by the buyer's code, all at once, with reversals and
 * undos among them; the real server is killed at any moment of it and started again on the same folder. Then: no card is overdrawn, no
 * redemption deducted twice, no POS payment used twice, everything that was started came to an end, what was answered is there, the
 * balances are the facts', and the audit finds the log whole.
 */
import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admitted, balanceOf } from './ledger';
import { type Server, startLargesse } from './processes';
import { readRedemptions, settled, type RedemptionFindings } from './redeem-log';
import { type CounterShop, mailedDigits, openShop } from './redeem-shop';

const VALUE = 20_000;
const AT_ONCE = 16;
/** Redemptions that are answered before the kill may come. */
const WARM = 15;
const PATIENCE_MS = 30_000;

interface Call {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

class Proof {
  /** Redemptions that were answered as done. */
  private readonly acknowledged = new Set<string>();
  /** Calls that nobody answered: made again after the start, as people do. */
  private cutOff: Call[] = [];
  interrupted = 0;
  private readonly digits: (cardId: string, deductionId: string) => string;

  constructor(
    private readonly shop: CounterShop,
    private readonly folder: string,
  ) {
    this.digits = mailedDigits(folder);
  }

  async round(): Promise<RedemptionFindings> {
    const server = await startLargesse(this.folder);
    await admitted(server.url, this.shop.key);
    for (const call of this.cutOff.splice(0)) await this.send(server, call);
    await this.underLoad(server);
    const crashed = await readRedemptions(this.folder);
    this.interrupted += [...crashed.redemptions.values()].filter(({ state }) => state === 'started').length;
    await this.afterCrash();
    const found = await readRedemptions(this.folder);
    settled(found);
    for (const id of this.acknowledged)
      if (!['completed', 'reversed'].includes(found.redemptions.get(id)?.state ?? ''))
        throw new Error(`${id} was answered as done and is not`);
    return found;
  }

  /** Everything that was open ends by itself; the server says what the log says. */
  private async afterCrash(): Promise<void> {
    const server = await startLargesse(this.folder);
    await admitted(server.url, this.shop.key);
    const headers = { authorization: `Bearer ${this.shop.key}` };
    for (const until = performance.now() + PATIENCE_MS; ;) {
      const answer = await fetch(`${server.url}/v1/redemptions?state=started&limit=100`, { headers });
      if (((await answer.json()) as { data: unknown[] }).data.length === 0) break;
      if (performance.now() > until) throw new Error('Redemptions stay open');
      await pause(50);
    }
    const told = await Promise.all(this.shop.cards.map(async ({ id }) => [id, await balanceOf(server.url, this.shop.key, id)] as const));
    await pause(300); // policies write what follows a reversal
    await server.stop();
    const { balances } = await readRedemptions(this.folder);
    for (const [id, balance] of told)
      if (balances.get(id) !== balance) throw new Error(`${id} is said to hold ${balance}, not ${balances.get(id)}`);
  }

  private async underLoad(server: Server): Promise<void> {
    let alive = true;
    const killed = (async () => {
      const enough = this.acknowledged.size + WARM;
      for (const until = performance.now() + PATIENCE_MS; this.acknowledged.size < enough && performance.now() < until;) await pause(5);
      await pause(Math.random() * 300);
      alive = false;
      await server.kill();
    })();
    const caller = async (work: () => Promise<void>): Promise<void> => {
      while (alive) await work().catch((error: unknown) => ignoreBroken(error, alive));
    };
    const works = [() => this.atDevice(server), () => this.byApi(server), () => this.byBuyer(server)];
    await Promise.all([killed, ...Array.from({ length: AT_ONCE }, (_, index) => caller(works[index % works.length]!))]);
  }

  /** Code, amount, receipt; sometimes the undo. */
  private async atDevice(server: Server): Promise<void> {
    const base = `/n/${this.shop.slug}/redeem`;
    const headers = {
      cookie: pick(this.shop.devices),
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    };
    const shown = await post(server, { path: `${base}/cards`, headers, body: `code=${pick(this.shop.cards).code}` });
    const screen = shown.headers.get('location');
    if (!screen) return;
    const receipt = await this.send(server, {
      path: `${screen}/redemptions`,
      headers,
      body: `amount=${(1 + Math.random() * 4).toFixed(2)}`,
    });
    if (receipt && Math.random() < 0.2) await this.send(server, { path: `${receipt}/undo`, headers, body: '' });
  }

  private async byApi(server: Server): Promise<void> {
    const headers = { authorization: `Bearer ${this.shop.key}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const amount = { amount: 1 + Math.floor(Math.random() * 400), currency: 'USD' };
    const body = JSON.stringify({ cardId: pick(this.shop.cards).id, locationId: this.shop.locationId, amount });
    const id = await this.send(server, { path: '/v1/redemptions', headers, body });
    if (!id || Math.random() > 0.2) return;
    await this.send(server, {
      path: `/v1/redemptions/${id}/reversals`,
      headers: { ...headers, 'idempotency-key': randomUUID() },
      body: '{}',
    });
  }

  /** The card's other way to be spent, at the same time: asked for, and confirmed with the digits of the mail. */
  private async byBuyer(server: Server): Promise<void> {
    const { id: cardId } = pick(this.shop.cards);
    const headers = () => ({
      authorization: `Bearer ${this.shop.key}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    });
    const body = JSON.stringify({ cardId, locationId: this.shop.locationId, amount: { amount: 100, currency: 'USD' } });
    const asked = await post(server, { path: '/v1/deduction-requests', headers: headers(), body });
    if (asked.status !== 201) return pause(20);
    const { id } = (await asked.json()) as { id: string };
    const code = JSON.stringify({ code: this.digits(cardId, id) });
    await (await post(server, { path: `/v1/deduction-requests/${id}/confirm`, headers: headers(), body: code })).text();
  }

  /** The redemption's id or its receipt's address; nothing where it was refused. What is not answered is kept for after the start. */
  private async send(server: Server, call: Call): Promise<string | undefined> {
    const answer = await post(server, call).catch(() => undefined);
    const text = await answer?.text().catch(() => undefined);
    if (!answer || text === undefined) return void this.cutOff.push(call);
    const location = answer.headers.get('location') ?? '';
    const id = /rdm_[0-9A-Z]{26}/.exec(location)?.[0] ?? (answer.status === 201 ? (JSON.parse(text) as { id: string }).id : undefined);
    if (answer.status >= 500) throw new Error(`${call.path} answered ${answer.status} ${text.slice(0, 200)}`);
    if (id && (answer.status === 303 || answer.status === 201)) this.acknowledged.add(id);
    return call.path.startsWith('/v1/') ? id : id && location;
  }
}

const post = ({ url }: Server, { path, headers, body }: Call): Promise<Response> =>
  fetch(url + path, { method: 'POST', headers, body, redirect: 'manual' });

/** While the server dies its callers are cut off; before that, nothing may fail. */
function ignoreBroken(error: unknown, alive: boolean): void {
  if (alive && !(error instanceof TypeError)) throw error;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;

async function main(rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'largesse-redeem-'));
  try {
    const data = join(folder, 'data');
    const shop = await openShop({ folder: data, cards: 5, devices: 3, value: VALUE });
    const proof = new Proof(shop, data);
    for (let round = 1; round <= rounds; round++) {
      const { redemptions, balances } = await proof.round();
      const states = [...redemptions.values()].map(({ state }) => state);
      const count = (state: string): number => states.filter((each) => each === state).length;
      const left = shop.cards.map(({ id }) => balances.get(id));
      console.log(
        `round ${round}: ${count('completed')} completed, ${count('reversed')} reversed, ${count('refused')} refused, ` +
          `${proof.interrupted} taken up after a kill; ${left.join(', ')} cents left`,
      );
    }
    const env = { ...process.env, DATA_DIR: data, LOG_LEVEL: 'error' };
    execFileSync(process.execPath, ['dist/cli/main.js', 'audit', 'verify', '--json'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    console.log(`${rounds} kills: no card overdrawn, nothing redeemed twice, everything came to an end, the audit finds the log whole`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main(Number(process.argv[2] ?? 10)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
