import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startApp, type TestApp } from '../support/app';
import { activationLink } from '../support/devices';
import { counterOf, type CounterWorld } from '../redemption/counter';
import { openBrowser, type Visit } from './browser';
import { walker, type Walker } from './company';
import { cameraThatSees } from './fake-camera';

/** A clerk at a counter: typed, scanned and opened cards; value, items, too little; receipt, undo, today; no line. */
let app: TestApp;
let browser: Browser;
let shop: CounterWorld;
let clerk: Walker;

beforeAll(async () => {
  [app, browser] = await Promise.all([startApp(), openBrowser()]);
  shop = await counterOf(app);
  await shop.addItem('Country loaf', 850);
  await shop.addItem('Butter croissant', 425);
  await shop.addItem('Blueberry galette', 2200);
  clerk = await atTheCounter();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});
jest.setTimeout(240_000);

const value = (amount: number) => ({
  value: { amount, currency: 'USD' },
  recipient: { email: 'dana@example.com', name: 'Dana Whitfield' },
});

/** Somebody who opened the activation link and tapped. */
async function atTheCounter(visit: Visit = { width: 'phone' }, by: Browser = browser): Promise<Walker> {
  const walking = await walker(by, app, visit);
  await walking.page.goto(await activationLink(app, shop.slug, shop.locationId));
  await walking.page.locator('main form button').first().click();
  await walking.page.waitForURL('**/activate/done');
  return walking;
}

async function show({ page }: Walker, code: string): Promise<void> {
  await page.goto(shop.base);
  await page.getByLabel('Card code').fill(code.toLowerCase().replaceAll('-', ''));
  await page.getByRole('button', { name: 'Find the card' }).click();
  await page.waitForURL('**/redeem/cards/**');
}

it('a typed code, an amount, a receipt and its undo', async () => {
  const { page, look } = clerk;
  const card = await shop.card(value(7450));
  await page.goto(shop.base);
  await look('redeem-home');
  await page.getByLabel('Card code').fill('0000 0000 0000 0000');
  await page.getByRole('button', { name: 'Find the card' }).click();
  await page.getByText('That code isn’t valid').waitFor();
  await look('redeem-wrong-code');
  await show(clerk, card.code);
  await page.getByText('Dana Whitfield').waitFor();
  await look('redeem-value');
  await page.getByLabel('Amount in US dollars').fill('92');
  await page.getByRole('button', { name: 'Redeem' }).click();
  await page.getByText('collect $17.50 another way').waitFor();
  await look('redeem-short');
  await page.getByRole('button', { name: 'Change the amount' }).click();
  await page.getByLabel('Amount in US dollars').fill('18.50');
  await page.getByRole('button', { name: 'Redeem' }).click();
  await page.waitForURL('**/receipts/**');
  await page.getByText('Redeemed. The buyer has been told by e-mail.').waitFor();
  await look('redeem-receipt');
  // The back button leads to no second redemption.
  await page.goBack();
  await page.reload();
  await page.waitForURL('**/receipts/**');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone. The card has its money back.').waitFor();
  await look('redeem-undone');
  await page.getByRole('link', { name: 'Today' }).click();
  await page.getByText('Reversed').waitFor();
  await look('redeem-today');
  expect(clerk.found()).toEqual([]);
});

it('items with quantities, counted while they are chosen', async () => {
  const { page, look } = clerk;
  const card = await shop.card(value(7450));
  await show(clerk, card.code);
  await page.getByRole('link', { name: 'Items' }).click();
  await page.getByText('Country loaf').click();
  await page.getByLabel('How many Butter croissant').fill('4');
  await page.getByText('5 items').waitFor();
  await look('redeem-items');
  await page.getByRole('button', { name: 'Redeem $25.50' }).click();
  await page.waitForURL('**/receipts/**');
  await page.getByText('Butter croissant × 4').waitFor();
  await look('redeem-items-receipt');
  expect(clerk.found()).toEqual([]);
});

it('the recipient’s link is the card on a device, and the recipient’s page elsewhere, where the redemption shows at once', async () => {
  const card = await shop.card(value(5000));
  const path = new URL(card.link).pathname;
  const { page } = clerk;
  await page.goto(path);
  await page.waitForURL('**/redeem/cards/**');
  await page.getByLabel('Amount in US dollars').fill('12');
  await page.getByRole('button', { name: 'Redeem' }).click();
  await page.waitForURL('**/receipts/**');
  const dana = await walker(browser, app, { width: 'phone' });
  await dana.page.goto(path);
  await dana.page.getByText('$38.00').first().waitFor();
  await dana.page.getByText('Blue Door Bakery').first().waitFor();
  expect(await dana.page.getByLabel('Amount in US dollars').count()).toBe(0);
  await dana.context.close();
  expect(clerk.found()).toEqual([]);
});

it('works without scripts, and says POS and items in plain pages', async () => {
  const plain = await atTheCounter({ width: 'phone', javaScript: false });
  const { page } = plain;
  const card = await shop.card(value(5000));
  await show(plain, card.code);
  await page.getByRole('link', { name: 'Items' }).click();
  await page.getByRole('checkbox', { name: 'Country loaf' }).check();
  await page.getByRole('button', { name: 'Redeem' }).click();
  await page.getByText('Country loaf × 1').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone.').waitFor();
  await plain.context.close();
});

it('says that the line is down, and does nothing twice when it is back', async () => {
  const other = await atTheCounter();
  const { page, context } = other;
  const card = await shop.card(value(5000));
  await page.goto(shop.base);
  await page.evaluate('navigator.serviceWorker.ready');
  await show(other, card.code);
  await page.getByLabel('Amount in US dollars').fill('10');
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Redeem' }).click();
  await page.getByRole('heading', { name: 'The line is down' }).waitFor();
  await context.setOffline(false);
  expect((await shop.get(`/v1/gift-cards/${card.id}`)).body.balance.amount).toBe(5000);
  await page.getByRole('link', { name: 'Try again' }).click();
  await page.getByLabel('Card code').waitFor();
  await context.close();
});

it('the camera reads the card’s QR code, with the decoder that is fetched only then', async () => {
  const card = await shop.card(value(5000));
  const folder = mkdtempSync(join(tmpdir(), 'largesse-camera-'));
  const seeing = await openBrowser(cameraThatSees(card.link, join(folder, 'camera.y4m')));
  try {
    const scanning = await atTheCounter({ width: 'phone' }, seeing);
    const { page } = scanning;
    const fetched: string[] = [];
    page.on('request', (request) => fetched.push(request.url()));
    await page.goto(shop.base);
    expect(fetched.filter((url) => url.includes('qr-decoder'))).toEqual([]);
    await page.getByRole('button', { name: 'Scan the QR code' }).click();
    await page.waitForURL('**/redeem/cards/**');
    await page.getByText('Dana Whitfield').waitFor();
    expect(fetched.filter((url) => url.includes('qr-decoder'))).toHaveLength(1);
    expect(scanning.found()).toEqual([]);
  } finally {
    await seeing.close();
    rmSync(folder, { recursive: true });
  }
});

it('a browser without a camera says what to do', async () => {
  const { page } = clerk;
  await page.goto(shop.base);
  await page.getByRole('button', { name: 'Scan the QR code' }).click();
  await page.getByText(/Type the code instead|type the code instead/).waitFor();
  expect(clerk.found()).toEqual([]);
});

it('the first screen is at most 60 kB over the wire', async () => {
  const fresh = await atTheCounter();
  const { page, context } = fresh;
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(shop.base, { waitUntil: 'networkidle' });
  console.warn(`The redemption screen: ${bytes} bytes over the wire on first load`);
  expect(bytes).toBeGreaterThan(5_000);
  expect(await page.locator('meta[name=description]').getAttribute('content')).toMatch(
    /^Gift cards of .+, taken by its local businesses\.$/,
  );
  expect(bytes).toBeLessThanOrEqual(60_000);
  await context.close();
});
