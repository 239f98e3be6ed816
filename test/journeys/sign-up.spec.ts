import type { Browser } from 'playwright-core';
import { startApp, type TestApp } from '../support/app';
import { inspect, openBrowser, visitor } from './browser';

let app: TestApp;
let browser: Browser;

beforeAll(async () => {
  [app, browser] = await Promise.all([startApp(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});

it('somebody founds a network on the first screen and stands on its overview', async () => {
  const { page, complaints } = await visitor(browser, app.url);
  await page.goto('/');
  expect(page.url()).toBe(`${app.url}/sign-up`);
  const found = [...(await inspect(page, 'sign-up'))];

  await page.getByLabel('Your name').fill('Nadia Roy');
  await page.getByLabel('E-mail').fill('nadia@harborstreet.example');
  await page.getByLabel('Password').fill('short');
  await page.getByLabel('Network name').fill('Harbor Street');
  await page.locator('main form button').first().click();
  await page.getByRole('alert').waitFor();
  expect(await page.title()).toMatch(/^Error: /);
  expect(await page.getByLabel('Your name').inputValue()).toBe('Nadia Roy');
  found.push(...(await inspect(page, 'sign-up-refused')));

  await page.getByLabel('Password').fill('paper lantern road 42');
  await page.locator('main form button').first().click();
  await page.waitForURL(`${app.url}/n/harbor-street`);
  found.push(...(await inspect(page, 'overview-empty')));
  expect([found, complaints]).toEqual([[], []]);
});

it('the first screen speaks French to who asks for it', async () => {
  const { page } = await visitor(browser, app.url, { language: 'fr-CA', width: 'phone' });
  await page.goto('/sign-up');
  expect(await page.locator('html').getAttribute('lang')).toBe('fr');
});
