import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { demoIn } from '../../src/cli/demo/seed';
import { readConfig } from '../../src/platform/config';
import { SettableClock, startApp, type TestApp } from '../support/app';
import { inspect, openBrowser, visitor } from './browser';

/** A small demo: fourteen cards with wrong codes, a reversal and codes that came too late. */
let app: TestApp;
let browser: Browser;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'largesse-journey-'));
  const folder = join(home, 'demo');
  await demoIn(readConfig({ DATA_DIR: folder, PUBLIC_URL: 'http://largesse.test' }), () => undefined, 14);
  [app, browser] = await Promise.all([startApp({ folder, clock: new SettableClock() }), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await app?.stop();
  await rm(home, { recursive: true, force: true });
});

async function signedIn(email: string): Promise<{ page: Page; complaints: string[] }> {
  const { page, complaints } = await visitor(browser, app.url);
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('paper lantern road 42');
  await page.locator('main form button').first().click();
  await page.waitForURL(/\/n\/harbor-street/);
  return { page, complaints };
}

it('an auditor finds a stream, walks through its time and verifies everything', async () => {
  const { page, complaints } = await signedIn('ines@harborstreet.example');
  await page.goto('/n/harbor-street/audit');
  const found = [...(await inspect(page, 'audit-explorer'))];

  await page.getByLabel('Stream or id').fill('card_of_nobody');
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByText('No stream has this name').first().waitFor();
  found.push(...(await inspect(page, 'audit-explorer-nothing')));

  await page.goto('/n/harbor-street/audit?kind=giftCard');
  await page.getByRole('link', { name: 'FundsDeducted' }).first().click();
  await page.getByText(/hashes hold/).waitFor();
  found.push(...(await inspect(page, 'audit-stream')));
  await page.getByLabel(/State after event/).fill('0');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByRole('heading', { name: /Event 0, CardIssued/ }).waitFor();
  found.push(...(await inspect(page, 'audit-stream-first')));

  await page.goto('/n/harbor-street/audit/verification');
  await page.getByRole('button', { name: 'Verify everything' }).click();
  await page.getByRole('heading', { name: 'Everything holds' }).waitFor({ timeout: 30_000 });
  found.push(...(await inspect(page, 'audit-verification')));
  expect([found, complaints.filter((each) => !each.includes('404'))]).toEqual([[], []]);
});

it('an employee who may not audit is told so', async () => {
  const { page } = await signedIn('jonas@harborstreet.example');
  const answer = await page.goto('/n/harbor-street/audit');
  expect(answer?.status()).toBe(403);
});
