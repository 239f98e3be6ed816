import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { eventually, startApp, type TestApp } from '../support/app';
import { answers, ItemWebhook } from '../support/item-webhook';
import { openBrowser } from './browser';
import { found, here, password, signIn, walker, type Walker } from './company';

/** What a location sells, and its webhook: by the office and by the location's own people. */
let app: TestApp;
let browser: Browser;
let webhook: ItemWebhook;
let nadia: Walker;
let place: string;

beforeAll(async () => {
  [app, browser, webhook] = await Promise.all([startApp({ env: { OUTGOING_PRIVATE: '1' } }), openBrowser(), ItemWebhook.start()]);
  nadia = await found(browser, app);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await webhook?.stop();
  await app?.stop();
});
jest.setTimeout(240_000);

it('a manager adds items, orders them and gives one a picture', async () => {
  const { page } = nadia;
  await page.goto('/n/harbor-street/locations');
  await page.getByRole('link', { name: 'Lantern Books' }).click();
  await page.getByRole('link', { name: 'Items' }).click();
  place = /locations\/(loc_\w+)/.exec(page.url())![1]!;
  await nadia.look('items-empty');
  for (const [name, price] of [
    ['Tote bag', '$18'],
    ['Notebook', '12.50'],
    ['Old calendar', '9'],
  ] as const) {
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Price').fill(price);
    await page.getByRole('button', { name: 'Add the item' }).click();
    await page.getByRole('link', { name }).waitFor();
  }
  await page.getByRole('button', { name: 'Move Notebook up' }).click();
  await page.getByRole('button', { name: 'Stop offering Old calendar' }).click();
  await page.getByText('Not offered').waitFor();
  expect(await page.locator('tbody th a').allTextContents()).toEqual(['Notebook', 'Tote bag', 'Old calendar']);
  await page.getByRole('link', { name: 'Notebook' }).click();
  const buffer = await sharp({ create: { width: 900, height: 900, channels: 3, background: '#0f6a73' } })
    .jpeg()
    .toBuffer();
  await page.getByLabel('A file from your computer').setInputFiles({ name: 'notebook.jpg', mimeType: 'image/jpeg', buffer });
  await page.getByRole('button', { name: 'Use this picture' }).click();
  await page.getByAltText('Picture of Notebook').waitFor();
  await nadia.look('item');
  await page.getByRole('link', { name: 'Items of Lantern Books' }).click();
  await nadia.look('items');
});

it('what can’t be sold is refused at its field', async () => {
  const { page } = nadia;
  await page.getByLabel('Name').fill('Free bookmark');
  await page.getByLabel('Price').fill('0');
  await page.getByRole('button', { name: 'Add the item' }).click();
  await page.locator('[aria-invalid=true]').waitFor();
  await nadia.look('items-refused');
});

it('the location’s own person sets its webhook, tries it, and sends a notice again', async () => {
  const { page: office } = nadia;
  await office.goto('/n/harbor-street/employees/new');
  await office.getByLabel('Name').fill('Mina Park');
  await office.getByLabel('E-mail').fill('mina@lantern.example');
  await office.locator('[name=roles][value=employee]').uncheck();
  await office.locator('[name=roles][value=location-staff]').check();
  await office.locator('[name=locationId]').selectOption({ label: 'Lantern Books' });
  await office.locator('main form button').first().click();
  await office.getByText('is invited').waitFor();
  const mail = await eventually(
    async () => (await app.mails('mina@lantern.example')).find(({ kind }) => kind === 'invitation'),
    'an invitation',
  );
  const mina = await walker(browser, app, { width: 'phone' });
  const { page } = mina;
  await page.goto(here(app, /http\S+/.exec(mail.text)![0]));
  await page.getByLabel(/password/i).fill(password);
  await page.locator('main form button').first().click();
  await page.waitForLoadState();

  await page.goto(`/n/harbor-street/locations/${place}/webhook`);
  await mina.look('webhook-empty');
  await page.getByLabel('Address').fill('ftp://lantern.example');
  await page.getByRole('button', { name: 'Set the webhook' }).click();
  await page.getByText('This is no address that can be called').first().waitFor();
  await page.getByLabel('Address').fill(webhook.url);
  await page.getByRole('button', { name: 'Set the webhook' }).click();
  const secret = await page.getByLabel('Signing secret').inputValue();
  expect(secret).toMatch(/^whsec_/);
  webhook.secrets = [secret];
  await mina.look('webhook-secret');
  await page.getByRole('link', { name: 'kept' }).click();

  webhook.get = answers.items([{ id: 'bag', name: 'Tote bag', price: { amount: 18.5, currency: 'USD' } }]);
  await page.getByRole('button', { name: 'Ask now' }).click();
  await page.getByText('A price is not in whole cents.').waitFor();
  webhook.post = answers.status(500, {}, 'The till is asleep');
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('The till is asleep').waitFor();
  await mina.look('webhook-delivery-failed');
  webhook.post = answers.ok;
  await page.getByRole('button', { name: 'Send again' }).click();
  await page.getByText('HTTP 204').waitFor();
  await mina.look('webhook-delivery');
  // The schedule may have tried in between, five seconds after the first.
  expect(webhook.notices.length).toBeGreaterThanOrEqual(2);
  expect(webhook.notices.every(({ verified }) => verified)).toBe(true);
  expect(new Set(webhook.notices.map(({ headers }) => headers['webhook-id'])).size).toBe(1);

  await page.goto(`/n/harbor-street/locations/${place}/webhook`);
  await mina.look('webhook');
  await page.getByRole('link', { name: 'All deliveries' }).click();
  await page.getByRole('link', { name: 'ping' }).waitFor();
  await mina.look('webhook-deliveries');
  expect((await page.goto('/n/harbor-street/webhook'))!.status()).toBe(403);
  expect(mina.found()).toEqual([]);
});

it('the office sees it all, in French and without JavaScript too', async () => {
  const plain = await walker(browser, app, { javaScript: false, language: 'fr-CA' });
  await plain.page.goto('/sign-in');
  await signIn(await english(plain), 'nadia@harborstreet.example');
  await plain.page.goto('/n/harbor-street/webhook');
  await plain.page.goto(`/n/harbor-street/webhook-deliveries`);
  await plain.page.getByRole('link', { name: 'ping' }).click();
  await plain.page.getByText('The till is asleep').first().waitFor();
  await plain.page.goto(`/n/harbor-street/locations/${place}/items`);
  expect(plain.found()).toEqual([]);
  expect(nadia.found()).toEqual([]);
});

/** The sign-in of the company's helper reads English labels. */
async function english(walking: Walker): Promise<Walker> {
  await walking.page.goto('/sign-in?lang=en');
  return walking;
}
