import { NetworkFacade } from '../../../src/network';
import { Processors } from '../../../src/platform/processors/processors';
import { signUp, textOf, type Visitor } from '../../network/visitor';
import { eventually, startApp, type TestApp } from '../../support/app';
import { worldOf, type Json, type World } from '../world';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let app: TestApp;
let owner: Visitor;
let world: World;
beforeAll(async () => {
  app = await startApp();
  app.clock.set('2026-11-22T17:00:00.000Z');
  owner = await signUp(app, 'harbor');
  const { id } = (await app.app.get(NetworkFacade).networkBySlug('harbor'))!;
  world = await worldOf(app, undefined, 'USD', { network: id, slug: 'harbor' });
});
afterAll(() => app?.stop());

const usd = (amount: number): Json => ({ amount, currency: 'USD' });
const see = async (id: string): Promise<Json> => (await world.get(`/v1/gift-cards/${id}`)).body;
const activities = async (id: string): Promise<Json[]> => (await world.get(`/v1/gift-cards/${id}/activities`)).body.data;
const later = (milliseconds: number): string => new Date(app.clock.millis() + milliseconds).toISOString();
const giftsTo = async (address: string) => (await app.mails(address)).filter(({ kind }) => kind === 'gift');
const ticks = () => app.app.get(Processors).tick();
async function restarted(): Promise<void> {
  app = await app.restart();
  world.moveTo(app);
}

/** A card to be mailed then, to an address of its own. */
async function scheduled(address: string, after: number): Promise<string> {
  const card = (await world.card({ deliver: undefined, deliverAt: later(after), recipient: { email: address } })) as Json;
  expect(card).toMatchObject({ status: 'pending', deliverAt: later(after), giftMail: { state: 'scheduled' } });
  return card.id;
}

it('a gift waits for its day: pending and unspendable before, mailed and active after', async () => {
  const id = await scheduled('day@example.com', 4 * MINUTE);
  await ticks();
  app.clock.advance(4 * MINUTE - 1);
  await ticks();
  expect(await see(id)).toMatchObject({ status: 'pending' });
  expect(await giftsTo('day@example.com')).toEqual([]);
  expect(await world.post(`/v1/gift-cards/${id}/deductions`, { amount: usd(100), locationId: world.locationId })).toMatchObject({
    status: 409,
    body: { code: 'card-not-delivered' },
  });
  app.clock.advance(1);
  const card = await eventually(async () => (await see(id)).status === 'active' && see(id), 'a delivery');
  expect(card).toMatchObject({ giftMail: { state: 'sent' } });
  expect(await giftsTo('day@example.com')).toHaveLength(1);
});

it('a code that ran out is dead, and stands in the history as Cancelled with 0.00', async () => {
  const { id: cardId } = await world.card({ buyer: { email: 'slow@example.com' } });
  const asked = await world.post('/v1/deduction-requests', { cardId, amount: usd(2000), locationId: world.locationId });
  const code = /\b\d{6}\b/.exec((await app.mail('deduction-code', 'slow@example.com')).text)![0];
  app.clock.advance(10 * MINUTE);
  await eventually(async () => (await activities(cardId))[0]!.kind === 'cancelled', 'an end by the clock');
  expect((await activities(cardId))[0]).toMatchObject({ reason: 'expired', movementId: asked.body.id, by: { kind: 'job' } });
  expect(await world.post(`/v1/deduction-requests/${asked.body.id}/confirm`, { code })).toMatchObject({
    status: 409,
    body: { code: 'deduction-closed' },
  });
  expect(await see(cardId)).toMatchObject({ status: 'active', balance: usd(5000) });
  expect(await textOf(await owner.get(`/n/harbor/gift-cards/${cardId}`))).toMatch(/Cancelled[^]{0,300}\$0\.00/);
});

it('a job that is days late, and comes twice, delivers once', async () => {
  const id = await scheduled('jump@example.com', 3 * DAY);
  // The product is stopped on the day, and starts five hours late.
  await app.app.close();
  app.clock.advance(3 * DAY + 5 * 60 * MINUTE);
  await restarted();
  await Promise.all([ticks(), ticks()]);
  await ticks();
  await eventually(async () => (await see(id)).status === 'active', 'a delivery');
  await restarted();
  await ticks();
  expect(await giftsTo('jump@example.com')).toHaveLength(1);
  expect((await activities(id)).map(({ kind }) => kind).filter((kind) => kind === 'delivered' || kind === 'giftQueued')).toEqual([
    'delivered',
    'giftQueued',
  ]);
});

it('a blocked card’s gift is not mailed on its day, but when it is unblocked', async () => {
  const id = await scheduled('blocked@example.com', 2 * MINUTE);
  await world.post(`/v1/gift-cards/${id}/blocks`, {});
  app.clock.advance(3 * MINUTE);
  await ticks();
  await ticks();
  expect(await giftsTo('blocked@example.com')).toEqual([]);
  expect((await world.call('DELETE', `/v1/gift-cards/${id}/blocks`)).status).toBe(200);
  // Time goes on: a wake-up that was refused while the block was on its way to the model is told again a little later.
  await eventually(async () => {
    app.clock.advance(MINUTE);
    return (await see(id)).status === 'active';
  }, 'a delivery');
  expect(await giftsTo('blocked@example.com')).toHaveLength(1);
});

it('ten codes may be asked for in 24 hours; the eleventh when the first is a day old', async () => {
  const { id: cardId } = await world.card();
  const ask = () => world.post('/v1/deduction-requests', { cardId, amount: usd(100), locationId: world.locationId });
  expect((await ask()).status).toBe(201);
  app.clock.advance(60 * MINUTE);
  for (let times = 1; times < 10; times += 1) expect((await ask()).status).toBe(201);
  const refused = await ask();
  expect(refused).toMatchObject({ status: 429, body: { code: 'too-many-codes' } });
  expect(refused.headers.get('retry-after')).toBe(String(23 * 60 * 60));
  app.clock.advance(DAY - 60 * MINUTE - 1);
  expect((await ask()).status).toBe(429);
  app.clock.advance(1);
  expect((await ask()).status).toBe(201);
  expect((await ask()).status).toBe(429);
});
