import { cards } from '../../../src/cards/cards.registration';
import { redemption } from '../../../src/redemption/redemption.registration';
import { worldOf, type Json, type World } from '../../cards/world';
import { startApp, type TestApp } from '../../support/app';

let app: TestApp;
let world: World;
beforeAll(async () => {
  app = await startApp();
  world = await worldOf(app, [...cards.permissions, ...redemption.permissions]);
});
afterAll(() => app?.stop());

const usd = (amount: number): Json => ({ amount, currency: 'USD' });
const verb = (name: string, body: object) => world.post(`/v1/pos/${name}`, body);
const sale = (code: string, transactionId: string, more: object = {}) =>
  verb('redeem', { code, amount: usd(1850), locationId: world.locationId, transactionId, ...more });
const back = (transactionId: string) => verb('reverse', { locationId: world.locationId, transactionId });
const balanceOf = async (id: string): Promise<number> => (await world.get(`/v1/gift-cards/${id}`)).body.balance.amount as number;

it('tells the balance to whoever has the code', async () => {
  const card = await world.card();
  expect(await verb('balance', { code: card.code.toLowerCase().replaceAll('-', ' ') })).toMatchObject({
    status: 200,
    body: { status: 'active', blocked: false, balance: usd(5000), lastFour: card.code.slice(-4) },
  });
});

it('redeems once for a transaction, and answers a repeat as the first time', async () => {
  const card = await world.card();
  const [first, again] = [await sale(card.code, 't-1'), await sale(card.code.toLowerCase(), 't-1')];
  expect(first).toMatchObject({
    status: 201,
    body: { state: 'completed', amount: usd(1850), balance: usd(3150), via: 'pos', reference: 't-1' },
  });
  expect(again).toMatchObject({ status: 201, body: first.body });
  expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([null, 'true']);
  expect(await sale(card.code, 't-1', { amount: usd(1) })).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  expect(await balanceOf(card.id)).toBe(3150);
});

it('takes ten calls of one sale at once for one', async () => {
  const card = await world.card();
  const answers = await Promise.all(Array.from({ length: 10 }, () => sale(card.code, 't-2')));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  expect(await balanceOf(card.id)).toBe(3150);
});

it('does not remember a refusal', async () => {
  const [poor, rich] = [await world.card(), await world.card()];
  expect(await sale(poor.code, 't-3', { amount: usd(9000) })).toMatchObject({ status: 409, body: { code: 'insufficient-funds' } });
  expect(await sale(rich.code, 't-3', { amount: usd(4000) })).toMatchObject({ status: 201, body: { balance: usd(1000) } });
});

it('gives back by the transaction, once, and a repeat says the same', async () => {
  const card = await world.card();
  await sale(card.code, 't-4');
  const [first, again] = [await back('t-4'), await back('t-4')];
  expect(first).toMatchObject({ status: 200, body: { state: 'reversed' } });
  expect(again).toMatchObject({ status: 200, body: first.body });
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(await balanceOf(card.id)).toBe(5000);
  expect(await back('t-unheard-of')).toMatchObject({ status: 404, body: { code: 'redemption-unknown' } });
});

it('answers every wrong code alike, and not for ever', async () => {
  const wrong = { code: '7QK2-M9XD-04TV-HZ3C' };
  expect(await verb('balance', wrong)).toMatchObject({ status: 404, body: { code: 'code-not-valid' } });
  expect(await sale(wrong.code, 't-5')).toMatchObject({ status: 404, body: { code: 'code-not-valid' } });
  let last = 404;
  for (let tries = 0; tries < 200 && last === 404; tries += 1) last = (await verb('balance', wrong)).status;
  expect(last).toBe(429);
});
