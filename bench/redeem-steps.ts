/**
 * The server is killed between each two steps of what happens at a counter: as soon as one named fact is on the disk, before the next
 * can be. Then it is started again, and everybody does once more what they did.
 */
import { admitted } from './ledger';
import { type Server, startLargesse } from './processes';
import { ask, apiHeaders, deviceHeaders, nothingOpen, post, screenOf, taken, until, type Call } from './redeem-calls';
import { readRedemptions, settled } from './redeem-log';
import type { CounterShop } from './redeem-shop';

interface PosPayment {
  readonly status: string;
  readonly redemptionId?: string;
}

const AMOUNT = 700;

export class Steps {
  constructor(
    private readonly shop: CounterShop,
    private readonly folder: string,
  ) {}

  /** Answers after which facts the server was killed. */
  async all(): Promise<readonly string[]> {
    const killed: string[] = [];
    for (const fact of ['RedemptionStarted', 'PosPaymentAssigned', 'FundsDeducted', 'PosPaymentUsed', 'RedemptionCompleted']) {
      await this.twoSelectOnePayment(fact);
      killed.push(fact);
    }
    for (const fact of ['DeductionReversed', 'RedemptionReversed']) {
      await this.undo(fact);
      killed.push(fact);
    }
    await this.tillCancels('PosPaymentVoided');
    return [...killed, 'PosPaymentVoided'];
  }

  /** Two devices, two cards, one payment of the till: one of them has it, for exactly what was paid. */
  private async twoSelectOnePayment(fact: string): Promise<void> {
    const pair = this.shop.cards.slice(0, 2);
    const before = await this.balances();
    const calls: Call[] = [];
    let payment = '';
    await this.killedAfter(fact, async (server) => {
      payment = await taken(server, this.shop, AMOUNT);
      for (const [index, { code }] of pair.entries()) {
        const cookie = this.shop.devices[index]!;
        const screen = await screenOf(server, this.shop, cookie, code);
        calls.push({ path: `${screen}/payments/${payment}`, headers: deviceHeaders(cookie), body: '' });
      }
      await Promise.allSettled(calls.map((call) => post(server, call)));
    });
    await this.afterwards(async (server) => {
      const answers = await Promise.all(calls.map((call) => post(server, call)));
      const receipts = answers.filter(({ headers }) => headers.get('location')?.includes('/receipts/'));
      await nothingOpen(server, this.shop);
      const { status, redemptionId } = await ask<PosPayment>(server, this.shop, `/v1/pos-payments/${payment}`);
      same('the payment', status, 'used');
      same('the one who has it', receipts.length, 1);
      same('its redemption', (await ask<{ state: string }>(server, this.shop, `/v1/redemptions/${redemptionId}`)).state, 'completed');
    });
    const after = await this.balances();
    same('what both cards lost together', sum(before, pair) - sum(after, pair), AMOUNT);
  }

  /** The clerk takes the last redemption back. */
  private async undo(fact: string): Promise<void> {
    const [card] = this.shop.cards;
    const [cookie] = this.shop.devices;
    const before = await this.balances();
    let receipt = '';
    const call = (): Call => ({ path: `${receipt}/undo`, headers: deviceHeaders(cookie!), body: '' });
    await this.killedAfter(fact, async (server) => {
      const screen = await screenOf(server, this.shop, cookie!, card!.code);
      const done = await post(server, { path: `${screen}/redemptions`, headers: deviceHeaders(cookie!), body: 'amount=7.00' });
      receipt = done.headers.get('location')!;
      await post(server, call()).catch(() => undefined);
    });
    const id = /rdm_[0-9A-Z]{26}/.exec(receipt)![0];
    await this.afterwards(async (server) => {
      await post(server, call());
      await until('the redemption is reversed', async () => (await this.stateOf(server, id)) === 'reversed');
    });
    same('what the card holds again', sum(await this.balances(), [card!]), sum(before, [card!]));
  }

  /** The till cancels a payment that was used: the card has its money back, though nobody calls again. */
  private async tillCancels(fact: string): Promise<void> {
    const [card] = this.shop.cards;
    const [cookie] = this.shop.devices;
    const before = await this.balances();
    let id = '';
    await this.killedAfter(fact, async (server) => {
      const payment = await taken(server, this.shop, AMOUNT);
      const screen = await screenOf(server, this.shop, cookie!, card!.code);
      const done = await post(server, { path: `${screen}/payments/${payment}`, headers: deviceHeaders(cookie!), body: '' });
      id = /rdm_[0-9A-Z]{26}/.exec(done.headers.get('location')!)![0];
      await post(server, { path: `/v1/pos-payments/${payment}/void`, headers: apiHeaders(this.shop), body: '{}' }).catch(() => undefined);
    });
    await this.afterwards((server) => until('the redemption is reversed', async () => (await this.stateOf(server, id)) === 'reversed'));
    same('what the card holds again', sum(await this.balances(), [card!]), sum(before, [card!]));
  }

  private async stateOf(server: Server, id: string): Promise<string> {
    return (await ask<{ state: string }>(server, this.shop, `/v1/redemptions/${id}`)).state;
  }

  private async killedAfter(fact: string, work: (server: Server) => Promise<void>): Promise<void> {
    const server = await startLargesse(this.folder, { args: ['-r', './bench/kill-after.cjs'], env: { KILL_AFTER: fact } });
    await admitted(server.url, this.shop.key);
    await work(server);
    const gone = await fetch(`${server.url}/health/live`).then(
      () => false,
      () => true,
    );
    await server.kill();
    if (!gone) throw new Error(`${fact} never came, so nothing was killed`);
  }

  private async afterwards(work: (server: Server) => Promise<void>): Promise<void> {
    const server = await startLargesse(this.folder);
    try {
      await admitted(server.url, this.shop.key);
      await work(server);
    } finally {
      await server.stop();
    }
    settled(await readRedemptions(this.folder));
  }

  private async balances(): Promise<ReadonlyMap<string, number>> {
    return (await readRedemptions(this.folder)).balances;
  }
}

const sum = (balances: ReadonlyMap<string, number>, cards: readonly { readonly id: string }[]): number =>
  cards.reduce((total, { id }) => total + balances.get(id)!, 0);

function same<T>(what: string, found: T, expected: T): void {
  if (found !== expected) throw new Error(`${what} is ${String(found)}, not ${String(expected)}`);
}
