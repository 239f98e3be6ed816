import type { Browser } from 'playwright-core';
import { inflateSync } from 'node:zlib';
import { startApp, type TestApp } from '../support/app';
import { openBrowser } from './browser';
import { found, here, walker, type Walker } from './company';

let app: TestApp;
let browser: Browser;
let nadia: Walker;

beforeAll(async () => {
  [app, browser] = await Promise.all([startApp(), openBrowser()]);
  nadia = await found(browser, app);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});
jest.setTimeout(240_000);

it('a card is sold at the counter: its errors first, then its code once, and on paper', async () => {
  const { page } = nadia;
  await page.goto('/n/harbor-street/gift-cards/new');
  await nadia.look('sell');
  await page.getByLabel('Another amount').fill('1');
  await page.locator('[name="buyer.email"]').fill('no address');
  await page.getByRole('button', { name: 'Sell card' }).click();
  await page.getByRole('alert').waitFor();
  await nadia.look('sell-refused');
  await page.locator('[name="buyer.email"]').fill('zoë@exämple.com');
  await page.getByRole('button', { name: 'Sell card' }).click();
  await page
    .getByText(/A card is worth/)
    .first()
    .waitFor();
  await page.getByLabel('Another amount').fill('80.25');
  await page.locator('[name="buyer.name"]').fill('Zoë Łukasiewicz');
  await page.locator('[name="recipient.name"]').fill('Chloé Nguyễn 🎁');
  await page.getByRole('button', { name: 'Sell card' }).click();
  await page.getByText('Fill this in.').first().waitFor();
  await page.locator('[name="recipient.email"]').fill('chloe@example.com');
  await page.getByLabel('Message').fill('Bonne fête! 🎂 Œuvre à ton goût.');
  await page.getByLabel('Print it and hand it over').check();
  await page.getByLabel('How it was paid').selectOption('card');
  await page.getByRole('button', { name: 'Sell card' }).click();
  await page.getByRole('heading', { name: 'Card sold' }).waitFor();
  await nadia.look('sold');
  const link = await page.locator('.link-text').innerText();

  const ticket = await page.locator('[name=ticket]').inputValue();
  const printing = await page.locator('form[target]').getAttribute('action');
  const print = (value: string) => page.request.post(printing!, { form: { ticket: value }, headers: { 'sec-fetch-site': 'same-origin' } });
  const pdf = await print(ticket);
  expect([pdf.status(), pdf.headers()['content-type']]).toEqual([200, 'application/pdf']);
  const bytes = await pdf.body();
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
  expect(unpacked(bytes).match(/^BT\n1 0 0 1 [\d.]+ [\d.]+ Tm$/m)).not.toBeNull();
  expect((await print('made up')).status()).toBe(403);
  expect((await page.request.get(here(app, link))).status()).toBe(200);
  expect(nadia.found()).toEqual([]);
});

/** What is packed in it, one after the other: the page's drawing instructions and its pictures. */
function unpacked(pdf: Buffer): string {
  const parts = pdf.toString('latin1').matchAll(/FlateDecode(?:(?!endobj)[^])*?stream\n([^]*?)\nendstream/g);
  return [...parts].map(([, packed]) => inflateSync(Buffer.from(packed!, 'latin1')).toString('latin1')).join('\n');
}

const file = (text: string) => ({ name: 'cards.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });

it('a file with errors is shown row by row; its valid rows become cards', async () => {
  const { page } = nadia;
  await page.goto('/n/harbor-street/gift-card-imports');
  await nadia.look('imports-empty');
  await page.getByRole('button', { name: 'Look at the file' }).click();
  await page.locator('.err').first().waitFor();
  await page.getByLabel('CSV or XLSX file').setInputFiles(file('who;what\n1;2\n'));
  await page.getByRole('button', { name: 'Look at the file' }).click();
  await page.getByText(/The column “who” means nothing here/).waitFor();
  await nadia.look('imports-refused');

  const rows = Array.from({ length: 40 }, (_, index) => `ana@example.com;guest${index}@example.com;25,00;Enjoy;now`);
  rows.splice(5, 0, 'nobody;bo@example.com;25.00;;now', 'ana@example.com;bo@example.com;-3;;yesterday');
  await page
    .getByLabel('CSV or XLSX file')
    .setInputFiles(file(`\uFEFFbuyer;recipient;amount;message;deliver-on\r\n${rows.join('\r\n')}\r\n`));
  await page.getByRole('button', { name: 'Look at the file' }).click();
  await page.getByText('40 of 42 rows can be issued').waitFor();
  await page.getByText('The buyer is no e-mail address').waitFor();
  await nadia.look('import-preview');
  await page.getByRole('button', { name: 'Issue the 40 valid rows only' }).click();
  await page.getByRole('heading', { name: '40 cards issued' }).waitFor({ timeout: 60_000 });
  await nadia.look('import-done');
  await page.goto('/n/harbor-street/gift-card-imports');
  await nadia.look('imports');

  await page.goto('/n/harbor-street/gift-cards');
  await page.getByText('41 cards, newest first').waitFor();
  await page.getByRole('link', { name: 'Older cards' }).click();
  await page.getByText('Chloé Nguyễn').waitFor();
  const csv = await page.request.get('/n/harbor-street/gift-cards/export.csv');
  expect((await csv.text()).trim().split('\r\n')).toHaveLength(42);
  expect(nadia.found()).toEqual([]);
});

it('whoever has the code may ask for the balance, and learns no name', async () => {
  const somebody = await walker(browser, app, { width: 'phone', dark: true, language: 'fr-CA' });
  const { page } = somebody;
  await page.goto('/n/harbor-street/balance');
  await page.locator('[name=code]').fill('0000-0000-0000-0000');
  await page.locator('main form button').click();
  await page.getByText('Aucune carte de ce réseau n’a ce code').waitFor();
  await somebody.look('balance-refused');
  const link = (await app.mail('gift', 'guest3@example.com')).text;
  await page.locator('[name=code]').fill(/\b[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\b/.exec(link)![0]);
  await page.locator('main form button').click();
  await page.locator('.hero').waitFor();
  expect(await page.content()).not.toContain('guest3');
  await somebody.look('balance');
  expect(somebody.found()).toEqual([]);
});
