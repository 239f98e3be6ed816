/**
 * npm run prove:redeem [-- rounds]: redemptions of a few cards from devices, by API, by the buyer's code and by payments of a till that two
 * devices select, all at once, with reversals and undos among them; the real server is killed at any moment of it and started again on the
 * same folder. Before that it is killed between each two steps (redeem-steps.ts). Then: no card is overdrawn, no
 * redemption deducted twice, no POS payment used twice, everything that was started came to an end, what was answered is there, the
 * balances are the facts', and the audit finds the log whole.
 */
import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admitted, balanceOf } from './ledger';
import { type Server, startLargesse } from './processes';
import { apiHeaders, deviceHeaders, nothingOpen, pause, post, screenOf, taken, type Call } from './redeem-calls';
import { readRedemptions, settled, type RedemptionFindings } from './redeem-log';
import { type CounterShop, mailedDigits, openShop } from './redeem-shop';
import { Steps } from './redeem-steps';

const VALUE = 20_000;
const AT_ONCE = 16;
/** Redemptions that are answered before the kill may come. */
const WARM = 15;
const PATIENCE_MS = 30_000;

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
    await nothingOpen(server, this.shop);
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
    const works = [() => this.atDevice(server), () => this.byApi(server), () => this.atTill(server), () => this.byBuyer(server)];
    await Promise.all([killed, ...Array.from({ length: AT_ONCE }, (_, index) => caller(works[index % works.length]!))]);
  }

  /** Code, amount, receipt; sometimes the undo. */
  private async atDevice(server: Server): Promise<void> {
    const cookie = pick(this.shop.devices);
    const headers = deviceHeaders(cookie);
    const screen = await screenOf(server, this.shop, cookie, pick(this.shop.cards).code);
    if (!screen) return;
    const receipt = await this.send(server, {
      path: `${screen}/redemptions`,
      headers,
      body: `amount=${(1 + Math.random() * 4).toFixed(2)}`,
    });
    if (receipt && Math.random() < 0.2) await this.send(server, { path: `${receipt}/undo`, headers, body: '' });
  }

  /** A payment that the till has taken, selected on two devices for two cards. */
  private async atTill(server: Server): Promise<void> {
    const payment = await taken(server, this.shop, 1 + Math.floor(Math.random() * 400));
    const selected = this.shop.devices.slice(0, 2).map(async (cookie) => {
      const screen = await screenOf(server, this.shop, cookie, pick(this.shop.cards).code);
      if (screen) await this.send(server, { path: `${screen}/payments/${payment}`, headers: deviceHeaders(cookie), body: '' });
    });
    await Promise.all(selected);
  }

  private async byApi(server: Server): Promise<void> {
    const headers = apiHeaders(this.shop);
    const amount = { amount: 1 + Math.floor(Math.random() * 400), currency: 'USD' };
    const body = JSON.stringify({ cardId: pick(this.shop.cards).id, locationId: this.shop.locationId, amount });
    const id = await this.send(server, { path: '/v1/redemptions', headers, body });
    if (!id || Math.random() > 0.2) return;
    await this.send(server, {
      path: `/v1/redemptions/${id}/reversals`,
      headers: apiHeaders(this.shop),
      body: '{}',
    });
  }

  /** The card's other way to be spent, at the same time: asked for, and confirmed with the digits of the mail. */
  private async byBuyer(server: Server): Promise<void> {
    const { id: cardId } = pick(this.shop.cards);
    const body = JSON.stringify({ cardId, locationId: this.shop.locationId, amount: { amount: 100, currency: 'USD' } });
    const asked = await post(server, { path: '/v1/deduction-requests', headers: apiHeaders(this.shop), body });
    if (asked.status !== 201) return pause(20);
    const { id } = (await asked.json()) as { id: string };
    const code = JSON.stringify({ code: this.digits(cardId, id) });
    await (await post(server, { path: `/v1/deduction-requests/${id}/confirm`, headers: apiHeaders(this.shop), body: code })).text();
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

/** While the server dies its callers are cut off; before that, nothing may fail. */
function ignoreBroken(error: unknown, alive: boolean): void {
  if (alive && !(error instanceof TypeError)) throw error;
}

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;

async function main(rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'largesse-redeem-'));
  try {
    const data = join(folder, 'data');
    const shop = await openShop({ folder: data, cards: 5, devices: 3, value: VALUE });
    const steps = await new Steps(shop, data).all();
    console.log(`killed after ${steps.join(', ')}: one of two devices has each payment, nothing is lost or done twice`);
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
    console.log(
      `${rounds + steps.length} kills: no card overdrawn, nothing redeemed twice, everything came to an end, the audit finds the log whole`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main(Number(process.argv[2] ?? 10)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
