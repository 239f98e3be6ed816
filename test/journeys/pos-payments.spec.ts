import type { Browser } from 'playwright-core';
import { activateDevice } from '../support/devices';
import { eventually, startApp, type TestApp } from '../support/app';
import { counterOf, type CounterWorld } from '../redemption/counter';
import { openBrowser } from './browser';
import { walker, type Walker } from './company';

/** A till takes payments; two devices at its counter see them at once, and each is selected once. */
let app: TestApp;
let browser: Browser;
let counter: CounterWorld;
let maple: Walker;
let birch: Walker;
let card: { id: string; code: string };
let sales = 0;

beforeAll(async () => {
  [app, browser] = await Promise.all([startApp(), openBrowser()]);
  counter = await counterOf(app);
  maple = await at(counter.device.cookie, { width: 'phone' });
  birch = await at((await activateDevice(app, { slug: counter.slug, locationId: counter.locationId, name: 'Back till' })).cookie);
  card = await counter.card({ value: usd(7450) });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});
jest.setTimeout(240_000);

const usd = (amount: number) => ({ amount, currency: 'USD' });

/** A browser on which the location's device was activated. */
async function at(cookie: string, visit: Parameters<typeof walker>[2] = {}): Promise<Walker> {
  const device = await walker(browser, app, visit);
  const [name, value] = cookie.split(/=(.*)/s) as [string, string];
  await device.context.addCookies([{ name, value, url: app.url }]);
  return device;
}

async function sell(amount: number, till = 'Till 2'): Promise<string> {
  const takenAt = app.clock.now();
  const items = [
    { name: 'Country loaf', quantity: 2 },
    { name: 'Latte', quantity: 1 },
  ];
  const sale = { locationId: counter.locationId, externalId: `sale-${(sales += 1)}`, amount: usd(amount), till, items, takenAt };
  return (await counter.post('/v1/pos-payments', sale)).body.id as string;
}
const balance = async (id: string): Promise<number> => (await counter.get(`/v1/gift-cards/${id}`)).body.balance.amount as number;

async function show({ page }: Walker, code: string): Promise<void> {
  await page.goto(`${counter.base}`);
  await page.locator('.code-field').fill(code);
  await page.locator('form:has(.code-field) button').first().click();
  await page.getByRole('link', { name: 'POS payments' }).click();
  await page.getByText('Gift card payments from the till appear here').waitFor();
}

it('an empty list says what to do at the till', async () => {
  await show(maple, card.code);
  await maple.page.getByText('No payment from the till yet').waitFor();
  await maple.page.locator('[data-state="live"]').waitFor();
  await maple.look('pos-payments-none');
});

it('a payment appears by itself on both devices; one that is too large says what to do', async () => {
  const other = await counter.card({ value: usd(5000) });
  await show(birch, other.code);
  await sell(1850);
  await sell(9620, 'Till 1');
  for (const { page } of [maple, birch]) {
    await page.getByRole('button', { name: 'Select $18.50 from Till 2' }).waitFor();
    await page.getByText('$96.20').waitFor();
    expect(await page.getByText('2 × Country loaf, Latte').count()).toBe(2);
  }
  await maple.page.getByText('The card has $74.50. Change it in the till.').waitFor();
  expect(await maple.page.getByRole('button', { name: 'Select $96.20 from Till 1' }).count()).toBe(0);
  await maple.look('pos-payments');
});

it('Select takes exactly that, and the other device sees it go', async () => {
  await maple.page.getByRole('button', { name: 'Select $18.50 from Till 2' }).click();
  await maple.page.waitForURL('**/receipts/**');
  await maple.look('pos-payment-receipt');
  expect(await balance(card.id)).toBe(5600);
  await birch.page.getByRole('button', { name: 'Select $18.50 from Till 2' }).waitFor({ state: 'detached' });
});

it('whoever comes second is told who was first', async () => {
  await sell(1200);
  await show(maple, card.code);
  for (const { page } of [maple, birch]) await page.getByRole('button', { name: 'Select $12.00 from Till 2' }).waitFor();
  // The second device’s line is slow: it still shows what is gone.
  await birch.page.route('**/cards/*?by=pos', (route) => route.abort());
  await maple.page.getByRole('button', { name: 'Select $12.00 from Till 2' }).click();
  await maple.page.waitForURL('**/receipts/**');
  await birch.page.getByRole('button', { name: 'Select $12.00 from Till 2' }).click();
  await birch.page.getByText(`This payment was selected first by ${counter.device.code}`).waitFor();
  await birch.page.unroute('**/cards/*?by=pos');
  await birch.look('pos-payment-taken');
});

it('a payment that the till cancels disappears; after use it gives the card its money back', async () => {
  const [gone, used] = [await sell(300, 'Till 3'), await sell(400, 'Till 4')];
  await show(maple, card.code);
  await maple.page.getByRole('button', { name: 'Select $3.00 from Till 3' }).waitFor();
  await counter.post(`/v1/pos-payments/${gone}/void`, {});
  await maple.page.getByRole('button', { name: 'Select $3.00 from Till 3' }).waitFor({ state: 'detached' });
  const before = await balance(card.id);
  await maple.page.getByRole('button', { name: 'Select $4.00 from Till 4' }).click();
  await maple.page.waitForURL('**/receipts/**');
  expect(await balance(card.id)).toBe(before - 400);
  await counter.post(`/v1/pos-payments/${used}/void`, {});
  await eventually(async () => (await balance(card.id)) === before, 'the money back');
});

it('works by reload where nothing runs', async () => {
  const plain = await at(counter.device.cookie, { javaScript: false });
  await plain.page.goto(await counter.show(card.code).then((path) => `${path}?by=pos`));
  await sell(250, 'Till 5');
  await eventually(async () => {
    await plain.page.getByRole('link', { name: 'Look again' }).click();
    return (await plain.page.getByRole('button', { name: 'Select $2.50 from Till 5' }).count()) === 1;
  }, 'the payment');
  await plain.page.getByRole('button', { name: 'Select $2.50 from Till 5' }).click();
  await plain.page.waitForURL('**/receipts/**');
  expect(plain.found()).toEqual([]);
});

it('nothing was wrong on the way', () => {
  expect(maple.found()).toEqual([]);
  // The line that was cut and the refusal are on the console of the second device, and meant.
  expect(birch.found().filter((each) => !/Failed to load resource|ERR_FAILED/.test(each))).toEqual([]);
});
