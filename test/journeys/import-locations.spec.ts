import type { Browser } from 'playwright-core';
import { startApp, type TestApp } from '../support/app';
import { openBrowser } from './browser';
import { found, walker, type Walker } from './company';

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
jest.setTimeout(600_000);

/** As Excel saves it in Québec: semicolons, Windows-1252, its own names of columns. */
const file = (rows: readonly string[]) => ({
  name: 'membres.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(
    ['Code;Raison sociale;Courriel;Tél.;Site Web;Secteur;Adresse;Ville;Province;Code postal;Remarques', ...rows].join('\r\n'),
    'latin1',
  ),
});
const bakery = (phone: string) =>
  `M-1;Boulangerie de la Côte;cote@example.com;${phone};boulangerie.example;Boulangerie;12 rue du Port;Lévis;QC;G6V 3X2;`;
const first = [
  bakery('418 555-0101'),
  'M-2;Café Zoé;zoe@example.com;;;Café;;Québec;QC;;à rappeler',
  'M-3;=HYPERLINK("http://evil.example");evil@example.com;;;;;;;;',
  'M-1;Deux fois;deux@example.com;;;;;;;;',
  'M-4;Sans courriel;;;;;;;;;',
  ...Array.from({ length: 60 }, (_, n) => `N-${n};Salon ${n};salon${n}@example.com;;;Coiffure;;Québec;QC;;`),
];

async function upload(rows: readonly string[]): Promise<void> {
  const { page } = nadia;
  await page.goto('/n/harbor-street/location-imports');
  await page.getByLabel('CSV or XLSX file').setInputFiles(file(rows));
  await page.getByRole('button', { name: 'Upload the file' }).click();
  await page.getByRole('heading', { name: 'Match the columns' }).waitFor();
}

it('the list that Excel made is matched, looked at, and brought in', async () => {
  const { page } = nadia;
  await page.goto('/n/harbor-street/location-imports');
  await nadia.look('location-imports-empty');
  await page.getByRole('button', { name: 'Upload the file' }).click();
  await page.locator('.err').first().waitFor();
  await upload(first);
  await nadia.look('location-import-columns');
  expect(await page.getByLabel('Raison sociale').inputValue()).toBe('name');
  await page.getByLabel('Courriel').selectOption('');
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await page.getByRole('alert').getByText('No column is matched as “email”').waitFor();
  await page.getByLabel('Courriel').selectOption('email');
  await page.getByLabel('Tél.').selectOption('phone');
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await page.getByRole('heading', { name: 'What would happen' }).waitFor();
  await page.getByText('=HYPERLINK("http://evil.example")').waitFor();
  await nadia.look('location-import-preview');
  await page.getByRole('link', { name: 'Refused 2' }).click();
  await page.getByText('Line 2 has the same reference.').waitFor();
  await nadia.look('location-import-refused');
  await page.getByRole('button', { name: 'Import the 63 valid rows only' }).click();
  await page.getByRole('heading', { name: 'The list is in' }).waitFor({ timeout: 60_000 });
  await nadia.look('location-import-done');
  expect(nadia.found()).toEqual([]);
});

it('the same list again changes what changed and makes no second of anything', async () => {
  const { page } = nadia;
  await upload([bakery('418 555-0199'), ...first.slice(1, 3)]);
  expect(await page.getByLabel('Tél.').inputValue()).toBe('phone');
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await page.getByText('Phone: 418 555-0101 → 418 555-0199').waitFor();
  await nadia.look('location-import-again');
  await page.getByRole('button', { name: 'Import 3 rows' }).click();
  await page.getByRole('heading', { name: 'The list is in' }).waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Send activation mails' }).click();
  await page.getByText('3 activation mails were sent.').waitFor({ timeout: 60_000 });
  await app.mail('activation-link', 'cote@example.com');

  await page.goto('/n/harbor-street/locations');
  await page.getByText('64 in all').waitFor();
  await nadia.look('locations');
  await page.getByLabel('Find a location').fill('cote');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('link', { name: 'Boulangerie de la Côte' }).click();
  await nadia.look('location-details');
  expect(await page.getByLabel('Phone').inputValue()).toBe('418 555-0199');
  const csv = await (await page.request.get('/n/harbor-street/locations/export.csv')).text();
  expect(csv).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
  expect(nadia.found()).toEqual([]);
});

it('anybody finds on a phone where cards can be spent', async () => {
  const marcus = await walker(browser, app, { width: 'phone' });
  const { page } = marcus;
  await page.goto('/n/harbor-street/directory');
  await page.getByText('64 businesses').waitFor();
  await marcus.look('directory');
  await page.getByRole('link', { name: 'More businesses' }).click();
  await page.getByRole('link', { name: 'Back to the first' }).waitFor();
  await marcus.look('directory-more');
  await page.getByRole('combobox', { name: 'Category' }).selectOption({ label: 'Boulangerie' });
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('1 business', { exact: true }).waitFor();
  expect(await page.getByRole('link', { name: '418 555-0199' }).getAttribute('href')).toBe('tel:4185550199');
  await marcus.look('directory-category');
  await page.getByRole('link', { name: /all/i }).first().click();
  await page.getByLabel('Name, category or city').fill('nowhere at all');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('No business found.').waitFor();
  await marcus.look('directory-nothing');
  expect(marcus.found()).toEqual([]);
  await marcus.context.close();
});
