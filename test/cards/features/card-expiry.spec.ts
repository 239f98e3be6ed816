import { changeCardRules, network as networkAggregate, standardCardRules } from '../../../src/network/domain/network';
import { NetworkFacade } from '../../../src/network';
import { signUp, textOf } from '../../network/visitor';
import { eventually, startApp, type TestApp } from '../../support/app';
import { worldOf, type Json, type World } from '../world';

const NOON = '2026-11-22T17:00:00.000Z';
const DAY = 86_400_000;
/** The end of the day in New York, five years on. */
const END = '2031-11-23T04:59:59.999Z';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
  app.clock.set(NOON);
});
afterEach(() => app?.stop());

async function mortalWorld(expiryYears = 5): Promise<World> {
  const world = await worldOf(app);
  await rules(world, expiryYears);
  return world;
}
async function rules(world: World, expiryYears?: number): Promise<void> {
  const cardRules = { ...standardCardRules('USD'), expiryYears };
  await app.streams.change(world.context(), `network-${world.network}`, networkAggregate, (state) =>
    changeCardRules(state, { cardRules, at: app.clock.now() }),
  );
  app.app.get(NetworkFacade).changed(world.network);
  await eventually(
    async () => (await app.app.get(NetworkFacade).network(world.network))?.cardRules.expiryYears === expiryYears,
    'the new rules',
  );
}
const usd = (amount: number): Json => ({ amount, currency: 'USD' });
const see = async (world: World, id: string): Promise<Json> => (await world.get(`/v1/gift-cards/${id}`)).body;
/** The wall clock is set ahead; wake-ups trust it again after a restart. */
async function yearsLater(world: World, at: string): Promise<void> {
  app.clock.set(at);
  app = await app.restart();
  world.moveTo(app);
}

it('is set on the settings page, never under five years', async () => {
  const owner = await signUp(app, 'harbor');
  const save = (expiryYears: string) =>
    owner.post('/n/harbor/settings/card-rules', { smallestValue: '5.00', largestValue: '2000.00', codeValidityMinutes: '10', expiryYears });
  expect(await textOf(await owner.get('/n/harbor/settings'))).toContain('Years until a card expires');
  for (const years of ['4', '51', '5.5', '-5', 'soon']) expect([years, (await save(years)).status]).toEqual([years, 422]);
  expect((await save('7')).status).toBe(303);
  expect(await (await owner.get('/n/harbor/settings')).text()).toMatch(/name="expiryYears"[^>]*value="7"/);
  expect((await save('')).status).toBe(303);
  expect(await (await owner.get('/n/harbor/settings')).text()).not.toMatch(/name="expiryYears"[^>]*value="/);
});

it('is none unless the network sets one', async () => {
  const world = await worldOf(app);
  const card = await world.card({ deliver: 'now' });
  expect(card).not.toHaveProperty('expiresAt');
  expect((await app.mail('gift', 'bo@example.com')).text).not.toContain('Good until');
});

it('is told on the card, in the mails and on the recipient’s page, in their language', async () => {
  const world = await mortalWorld();
  const card = (await world.card({ deliver: 'now' })) as Json;
  expect(card.expiresAt).toBe(END);
  const gift = await app.mail('gift', 'bo@example.com');
  const receipt = await app.mail('receipt', 'amelie@example.com');
  for (const part of [gift.text, gift.html, receipt.text, receipt.html]) expect(part).toContain('Good until Nov 22, 2031.');
  await world.card({ deliver: 'now', language: 'fr', recipient: { email: 'luc@example.com' } });
  expect((await app.mail('gift', 'luc@example.com')).text).toContain('Valable jusqu’au 22 nov. 2031.');
  const page = await textOf(await app.request(new URL(card.link).pathname));
  expect(page).toContain('Good until Nov 22, 2031.');
});

it('comes on its day: the rest is taken off, and nothing is taken or put on any more', async () => {
  const world = await mortalWorld();
  const card = await world.card();
  const deduct = () => world.post(`/v1/gift-cards/${card.id}/deductions`, { amount: usd(100), locationId: world.locationId });
  app.clock.set(END.replace('999Z', '000Z'));
  expect(await deduct()).toMatchObject({ status: 201, body: { balance: usd(4900) } });
  await yearsLater(world, '2031-11-23T05:00:00.000Z');
  expect(await deduct()).toMatchObject({ status: 409, body: { code: 'card-expired' } });
  expect(await eventually(async () => (await see(world, card.id)).status === 'expired' && see(world, card.id), 'an expiry')).toMatchObject({
    balance: usd(0),
    expiresAt: END,
  });
  const { data: activities } = (await world.get(`/v1/gift-cards/${card.id}/activities`)).body;
  expect(activities).toContainEqual(expect.objectContaining({ kind: 'expired', amount: usd(4900), direction: 'out', balance: usd(0) }));
  expect(await world.post(`/v1/gift-cards/${card.id}/top-ups`, { amount: usd(100) })).toMatchObject({
    status: 409,
    body: { code: 'card-expired' },
  });
  expect(await textOf(await app.request(new URL(card.link).pathname))).toContain('This card has expired.');
});

it('is moved by a top-up, never forward, and never given to a card that was sold without', async () => {
  const world = await worldOf(app);
  const eternal = await world.card();
  await rules(world, 5);
  const mortal = await world.card();
  app.clock.advance(30 * DAY);
  const topUp = (id: string) => world.post(`/v1/gift-cards/${id}/top-ups`, { amount: usd(100) });
  expect((await topUp(eternal.id)).status).toBe(201);
  expect((await topUp(mortal.id)).status).toBe(201);
  expect(await see(world, eternal.id)).not.toHaveProperty('expiresAt');
  expect(await see(world, mortal.id)).toMatchObject({ expiresAt: '2031-12-23T04:59:59.999Z' });
  await yearsLater(world, '2031-11-23T05:00:00.000Z');
  expect(await see(world, mortal.id)).toMatchObject({ status: 'active', balance: usd(5100) });
  await yearsLater(world, '2031-12-23T05:00:00.000Z');
  await eventually(async () => (await see(world, mortal.id)).status === 'expired', 'an expiry');
  expect(await see(world, eternal.id)).toMatchObject({ status: 'active', balance: usd(5100) });
});
