import { NetworkFacade } from '../../../src/network';
import { changeRedemptionSettings } from '../../../src/network/domain/redemption-settings';
import { network } from '../../../src/network/domain/network';
import { personal } from '../../../src/kernel/personal';
import { worldOf } from '../../cards/world';
import { join, signUp, type Visitor } from '../../network/visitor';
import { eventually, startApp, type TestApp } from '../../support/app';
import { activateDevice } from '../../support/devices';
import { counterAt, scopes, textOf, type CounterWorld } from '../counter';

let app: TestApp;
let nadia: Visitor;
let shop: CounterWorld;
let told: jest.SpyInstance;
beforeAll(async () => {
  app = await startApp();
  nadia = await signUp(app, 'harbor');
  const facade = app.app.get(NetworkFacade);
  const { id } = (await facade.networkBySlug('harbor'))!;
  const world = await worldOf(app, scopes, 'USD', { network: id, slug: 'harbor' });
  shop = counterAt(app, world, await activateDevice(app, { slug: 'harbor', locationId: world.locationId, name: 'Front till' }));
  told = jest.spyOn(facade, 'notify');
});
afterAll(() => app?.stop());

async function redeem(amount: string): Promise<{ id: string; cardId: string; lastFour: string }> {
  const card = await shop.card();
  const response = await shop.open(`${await shop.show(card.code)}/redemptions`, { form: { amount, clerk: 'June' } });
  return { id: /rdm_\w+/.exec(response.headers.get('location')!)![0], cardId: card.id, lastFour: card.code.slice(-4) };
}
const listed = (query: string, what: RegExp) =>
  eventually(async () => {
    const text = await textOf(await nadia.get(`/n/harbor/redemptions${query}`));
    return what.test(text) && text;
  }, `a list with ${what}`);

it('lists, finds and exports redemptions', async () => {
  expect(await textOf(await nadia.get('/n/harbor/redemptions'))).toContain('No redemption yet');
  const one = await redeem('7.25');
  const receipt = `R-${one.id.slice(-6, -2)}-${one.id.slice(-2)}`;
  const text = await listed('', new RegExp(receipt));
  for (const part of ['Blue Door Bakery', 'Front till', '$7.25', 'Completed']) expect(text).toContain(part);
  await listed(`?q=${receipt.toLowerCase()}`, new RegExp(receipt));
  await listed(`?q=${one.lastFour}&state=completed&from=2000-01-01&to=2100-01-01`, new RegExp(receipt));
  expect(await textOf(await nadia.get('/n/harbor/redemptions?state=reversed'))).toContain('No redemption is like that');
  expect(await textOf(await nadia.get('/n/harbor/redemptions?to=2000-01-01'))).toContain('No redemption is like that');
  const csv = await nadia.get('/n/harbor/redemptions/export.csv');
  expect([csv.headers.get('content-type'), await csv.text()]).toEqual([
    'text/csv; charset=utf-8',
    expect.stringMatching(new RegExp(`${one.id},${receipt},Completed,.*Blue Door Bakery,.*Front till.*7\\.25`)),
  ]);
});

it('shows one with its history, and reverses it with a reason', async () => {
  const { id, cardId } = await redeem('12.00');
  const page = await (await nadia.get(`/n/harbor/redemptions/${id}`)).text();
  expect(page).toContain(`/n/harbor/gift-cards/${cardId}`);
  expect(await (await nadia.get(`/n/harbor/gift-cards/${cardId}`)).text()).toContain(`/n/harbor/redemptions/${id}`);
  const once = /name="once" value="(rev_\w+)"/.exec(page)![1]!;
  const send = () => nadia.post(`/n/harbor/redemptions/${id}/reversals`, { once, reason: 'Wrong customer' });
  expect((await send()).status).toBe(303);
  expect((await send()).status).toBe(303);
  const text = await textOf(await nadia.get(`/n/harbor/redemptions/${id}`));
  for (const part of ['Reversed', 'Wrong customer', '+$12.00']) expect(text).toContain(part);
  expect((await shop.get(`/v1/gift-cards/${cardId}`)).body.balance.amount).toBe(5000);
  const again = await nadia.post(`/n/harbor/redemptions/${id}/reversals`, { once: app.ids.next('rev') });
  expect([again.status, await textOf(again)]).toEqual([409, expect.stringContaining('reversed')]);
  await eventually(
    async () => told.mock.calls.some(([, { type, key }]) => type === 'redemption.reversed' && key === id),
    'a notice of the reversal',
  );
});

it('mails the items to the network’s addresses and tells the webhook, once each', async () => {
  const context = shop.context();
  await app.streams.change(context, `network-${shop.network}`, network, (state) =>
    changeRedemptionSettings(state, { noticeEmails: [personal('notices-1', 'kitchen@harbor.example')], clerk: 'name', at: context.at }),
  );
  app.app.get(NetworkFacade).changed(shop.network);
  const loaf = await shop.addItem('Country loaf', 850);
  const screen = await shop.show((await shop.card()).code);
  const html = await (await shop.open(`${screen}?by=items`)).text();
  const form = { list: /name="list" value="([^"]+)"/.exec(html)![1]!, [`quantity.${loaf}`]: '2' };
  const nameless = await shop.open(`${screen}/items`, { form });
  expect([nameless.status, await textOf(nameless)]).toEqual([422, expect.stringContaining('Enter your name')]);
  const done = await shop.open(`${screen}/items`, { form: { ...form, clerk: '  June   Hill ' } });
  expect(await shop.read(done.headers.get('location')!)).toContain('Clerk: June Hill');
  const mail = await app.mail('items-redeemed', 'kitchen@harbor.example');
  for (const part of ['2 × Country loaf, $17.00', 'Blue Door Bakery', 'June Hill']) expect(mail.text).toContain(part);
  const id = /rdm_\w+/.exec(done.headers.get('location')!)![0];
  const notice = await eventually(async () => told.mock.calls.find(([, { key }]) => key === id)?.[1], 'a notice');
  expect(notice).toMatchObject({
    type: 'redemption.completed',
    locationId: shop.locationId,
    data: { redemptionId: id, kind: 'items', items: [{ name: 'Country loaf', quantity: 2 }], amount: { amount: 1700 } },
  });
  expect(JSON.stringify(notice)).not.toContain('June');
  await listed('?q=june+h', /June Hill/);
  expect(await textOf(await nadia.get('/n/harbor/redemptions?q=hill'))).toContain('No redemption is like that');
  expect(await app.mails('kitchen@harbor.example')).toHaveLength(1);
});

it('shows location staff what happened at their own location, and lets them reverse nothing', async () => {
  const { id } = await redeem('3.00');
  const elsewhere = await worldOf(app, scopes, 'USD', { network: shop.network, slug: 'harbor' });
  const own = await join(app, nadia, 'harbor', 'own@example.com', ['location-staff'], shop.locationId);
  const other = await join(app, nadia, 'harbor', 'other@example.com', ['location-staff'], elsewhere.locationId);
  await listed('', /\$3\.00/);
  expect(await textOf(await own.get('/n/harbor/redemptions'))).toContain('$3.00');
  expect(await textOf(await other.get('/n/harbor/redemptions'))).toContain('No redemption');
  expect(await textOf(await other.get(`/n/harbor/redemptions?location=${shop.locationId}`))).not.toContain('$3.00');
  expect(await (await other.get('/n/harbor/redemptions/export.csv')).text()).not.toContain('rdm_');
  const page = await own.get(`/n/harbor/redemptions/${id}`);
  expect([page.status, await textOf(page)]).toEqual([200, expect.not.stringContaining('Reverse this redemption')]);
  expect((await other.get(`/n/harbor/redemptions/${id}`)).status).toBe(404);
  expect((await own.post(`/n/harbor/redemptions/${id}/reversals`, { once: app.ids.next('rev') })).status).toBe(403);
});

it('is not for visitors', async () => {
  expect((await app.request('/n/harbor/redemptions')).status).toBe(303);
  expect((await shop.open('/n/harbor/redemptions')).status).toBe(303);
});
