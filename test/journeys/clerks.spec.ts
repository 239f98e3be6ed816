import type { Browser } from 'playwright-core';
import { NetworkFacade } from '../../src/network';
import { worldOf, type World } from '../cards/world';
import { activationLink } from '../support/devices';
import { startApp, type TestApp } from '../support/app';
import { openBrowser, photograph } from './browser';
import { found, walker, type Walker } from './company';

/** A network that wants to know who redeems: the setting, the clerks of a location, and a PIN on a phone without scripts. */
let app: TestApp;
let browser: Browser;
let nadia: Walker;
let world: World;

beforeAll(async () => {
  [app, browser] = await Promise.all([startApp(), openBrowser()]);
  nadia = await found(browser, app);
  const { id: network, slug } = (await app.app.get(NetworkFacade).networkBySlug('harbor-street'))!;
  world = await worldOf(app, undefined, 'USD', { network, slug });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});
jest.setTimeout(240_000);

it('PINs are asked for, clerks get theirs, and a clerk redeems with it', async () => {
  const { page, look } = nadia;
  await page.goto('/n/harbor-street/settings');
  await page.getByLabel('At the counter, ask for').selectOption({ label: 'The clerk’s PIN' });
  await look('settings-clerk');
  await page.locator('form[action$="/settings/redemption"] button').click();
  await page.getByText('Saved').first().waitFor();
  await page.goto(`/n/harbor-street/locations/${world.locationId}/clerks`);
  await look('clerks-none');
  await page.getByLabel('Name').fill('June');
  await page.getByLabel('PIN').fill('1234');
  await page.getByRole('button', { name: 'Add the clerk' }).click();
  await page.getByText('This PIN is guessed first').first().waitFor();
  await look('clerks-simple-pin');
  await page.getByLabel('PIN').fill('7302');
  await page.getByRole('button', { name: 'Add the clerk' }).click();
  await page.getByRole('link', { name: 'June' }).waitFor();
  await look('clerks');
  await page.getByRole('link', { name: 'June' }).click();
  await page.getByRole('button', { name: 'Set the new PIN' }).waitFor();
  await look('clerk');

  const counter = await walker(browser, app, { width: 'phone', javaScript: false });
  await counter.page.goto(await activationLink(app, world.slug, world.locationId));
  await counter.page.locator('main form button').first().click();
  await counter.page.waitForURL('**/activate/done');
  const card = await world.card();
  await counter.page.goto(`/n/${world.slug}/redeem`);
  await counter.page.getByLabel('Card code').fill(card.code);
  await counter.page.getByRole('button', { name: 'Find the card' }).click();
  await counter.page.getByLabel('Amount in US dollars').fill('18.50');
  await counter.page.getByLabel('Your PIN').fill('7303');
  await counter.page.getByRole('button', { name: 'Redeem' }).click();
  await counter.page.getByText('This PIN isn’t right').first().waitFor();
  await photograph(counter.page, 'redeem-wrong-pin');
  await counter.page.getByLabel('Your PIN').fill('7302');
  await counter.page.getByRole('button', { name: 'Redeem' }).click();
  await counter.page.getByText('Clerk: June').waitFor();
  await photograph(counter.page, 'redeem-receipt-clerk');
  expect([...nadia.found(), ...counter.found()]).toEqual([]);
});
