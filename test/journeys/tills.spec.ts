import type { Browser } from 'playwright-core';
import { TillMakers } from '../../src/redemption/features/till-makers';
import { CloverSimulator } from '../support/clover';
import { eventually, startApp, type TestApp } from '../support/app';
import { postEvent } from '../redemption/tills';
import { openBrowser } from './browser';
import { found, walker, type Walker } from './company';

/** The office connects tills, says which payments count, and sees what the last ones came to. */
let app: TestApp;
let browser: Browser;
let clover: CloverSimulator;
let nadia: Walker;
let address: string;

beforeAll(async () => {
  [app, browser, clover] = await Promise.all([startApp({ env: { OUTGOING_PRIVATE: '1' } }), openBrowser(), CloverSimulator.start()]);
  jest.spyOn(app.app.get(TillMakers), 'addressOf').mockReturnValue(clover.url);
  nadia = await found(browser, app);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
  await clover?.stop();
});
jest.setTimeout(240_000);

it('a till of one’s own software is connected; its secret is shown once', async () => {
  const { page } = nadia;
  await page.goto('/n/harbor-street/locations');
  await page.getByRole('link', { name: 'Lantern Books' }).click();
  await page.getByRole('link', { name: 'Tills' }).click();
  await page.getByText('No till is connected').waitFor();
  await nadia.look('tills-none');
  await page.getByRole('radio', { name: 'Your own software' }).check();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  const secret = await page.getByLabel('Secret').inputValue();
  address = await page.getByLabel('Address for notices').inputValue();
  await nadia.look('till-secret');
  const sale = { externalId: 'sale-1', amount: { amount: 1850, currency: 'USD' }, takenAt: app.clock.now() };
  const till = address.slice(address.lastIndexOf('/') + 1);
  for (const tender of ['Gift card', 'Chèque-cadeau']) {
    const data = { ...sale, externalId: `sale ${tender}`, tender };
    expect((await postEvent(app, till, { type: 'pos-payment.taken', data }, { secret })).status).toBe(200);
  }
  expect((await postEvent(app, till, { type: 'pos-payment.taken', data: sale }, { signature: 'v1,AAAA' })).status).toBe(401);
  await page.getByRole('link', { name: 'I have kept it' }).click();
  await page.getByText('A notice came with a wrong signature').waitFor();
  expect(await page.content()).not.toContain(secret);
});

it('the rule is tried on the payments that were seen', async () => {
  const { page } = nadia;
  const row = page.getByRole('row', { name: /Chèque-cadeau/ });
  await row.getByText('Not the gift card method').waitFor();
  await page.getByLabel('Names of the payment method').fill('Gift card\nchèque-cadeau');
  await page.getByRole('button', { name: 'Save the rule' }).click();
  await page.getByText('Below you see which of the last payments match now').waitFor();
  await row.getByText('Yes').waitFor();
  await nadia.look('tills');
});

it('Clover is connected step by step, and its tenders are listed to pick from', async () => {
  const { page } = nadia;
  await page.getByRole('radio', { name: 'Clover' }).check();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('Enter the till maker’s own id of this business').first().waitFor();
  await page.getByRole('radio', { name: 'Clover' }).check();
  await page.getByLabel('Square location id or Clover merchant id').fill('MTESTMERCHANT');
  await page.locator('form:has([name=place]) [name=token]').fill(clover.token);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByText('Register the address at the till maker').waitFor();
  await page.getByText('TNDTEST000001').waitFor();
  const hook = await page.locator('input[value*="/hooks/clover/"]').inputValue();
  clover.deliverTo = app.url + new URL(hook).pathname;
  await eventually(async () => (await clover.verify('7d0e8a3c-code')).status === 200, 'the verification');
  await page.reload();
  await page.getByText('7d0e8a3c-code').waitFor();
  await page.getByText('Enter what the till maker gave you').click();
  await page.getByLabel('Auth code of the webhook').fill(clover.authCode);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('7d0e8a3c-code').waitFor({ state: 'detached' });
  await nadia.look('tills-clover');
});

it('anybody may read how tills are set up, in both languages', async () => {
  const visitor = await walker(browser, app);
  await visitor.page.goto('/pos-partners');
  await visitor.page.getByRole('heading', { name: 'POS partners' }).waitFor();
  await visitor.look('pos-partners');
  await visitor.page.getByRole('link', { name: 'Français' }).first().click();
  await visitor.page.getByRole('heading', { name: 'Partenaires PDV' }).waitFor();
  await visitor.look('pos-partners-fr');
  expect(visitor.found()).toEqual([]);
});

it('nothing was wrong on the way', () => {
  expect(nadia.found().filter((each) => !/Failed to load resource/.test(each))).toEqual([]);
});
