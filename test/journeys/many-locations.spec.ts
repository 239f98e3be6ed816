import { CommandBus } from '@nestjs/cqrs';
import type { Browser } from 'playwright-core';
import { CreateLocation } from '../../src/network/features/location-commands';
import { NetworkFacade } from '../../src/network/network.facade';
import { startApp, type TestApp } from '../support/app';
import { openBrowser } from './browser';
import { buy, found, newMail, shopKey, type Walker } from './company';

/** More than any list to choose from should hold. */
const MANY = 240;

let app: TestApp;
let browser: Browser;
let nadia: Walker;

beforeAll(async () => {
  [app, browser] = await Promise.all([startApp(), openBrowser()]);
  nadia = await found(browser, app);
  const network = (await app.app.get(NetworkFacade).networkBySlug('harbor-street'))!.id;
  const commands = app.app.get(CommandBus);
  for (let n = 0; n < MANY; n += 1) {
    const context = { network, actor: { kind: 'operator', id: 'test' }, commandId: app.ids.next('cmd'), at: app.clock.now() } as const;
    const details = {
      name: n < 3 ? `Maple ${['Bakery', 'Books', 'Bikes'][n]}` : `Stall ${n}`,
      reference: `HS-${n}`,
      email: `s${n}@example.com`,
    };
    await commands.execute(new CreateLocation({ ...context, correlation: 'test' }, app.ids.next('loc'), details));
  }
  await app.caughtUp();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});
jest.setTimeout(240_000);

it('of hundreds of locations the one that is meant is typed, offered and found', async () => {
  const { page } = nadia;
  const { id } = await buy(app, await shopKey(nadia), { deliver: 'none' });
  await page.goto(`/n/harbor-street/gift-cards/${id}`);
  await page.getByLabel('Amount').fill('20');
  const where = page.getByLabel('Where');
  await where.pressSequentially('map');
  const offered = page.locator('datalist option');
  await offered.nth(2).waitFor({ state: 'attached' });
  expect(await offered.evaluateAll((options) => options.map((option) => option.getAttribute('value')))).toEqual([
    'Maple Bakery · HS-0',
    'Maple Bikes · HS-2',
    'Maple Books · HS-1',
  ]);
  await page.getByRole('button', { name: 'Deduct Funds' }).click();
  await page.getByText('“map” fits several locations: Maple Bakery · HS-0, Maple Bikes · HS-2, Maple Books · HS-1').first().waitFor();
  await nadia.look('location-several');
  await where.fill('Maple Books · HS-1');
  await page.getByRole('button', { name: 'Deduct Funds' }).click();
  await page.getByText('Maple Books').first().waitFor();
  expect((await newMail(app, 'deduction-code', 'marcus@example.com')).text).toContain('Maple Books');
  expect(nadia.found()).toEqual([]);
});

it('an employee’s own location is shown by its name, and lists are searched by one', async () => {
  const { page } = nadia;
  await page.goto('/n/harbor-street/account');
  await page.getByLabel('Your location').fill('hs-2');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.goto('/n/harbor-street/gift-cards/new');
  expect(await page.getByLabel('Sold at').inputValue()).toBe('Maple Bikes · HS-2');
  await nadia.look('location-typed');
  for (const path of ['redemptions?location=maple+books', 'webhook-deliveries?location=map', 'employees/new']) {
    await page.goto(`/n/harbor-street/${path}`);
    await nadia.look(`location-${path.split('?')[0]!.replace('/', '-')}`);
  }
  expect(nadia.found()).toEqual([]);
});
