import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { KeptMail } from '../../src/platform/mail/mailbox';
import { eventually, type TestApp } from '../support/app';
import { inspect, visitor, type Visit } from './browser';

export const password = 'paper lantern road 42';
export const owner = 'nadia@harborstreet.example';

/** Somebody at a browser, and everything that was wrong with the pages they saw. */
export interface Walker {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Looks at the page as it stands: axe, widths, pictures. */
  look(name: string): Promise<void>;
  /** What was found on the way; empty when all is well. */
  found(): readonly string[];
}

export async function walker(browser: Browser, app: TestApp, visit: Visit = {}): Promise<Walker> {
  const { page, context, complaints } = await visitor(browser, app.url, visit);
  context.setDefaultTimeout(20_000);
  const found: string[] = [];
  return {
    page,
    context,
    look: async (name) => void found.push(...(await inspect(page, name))),
    found: () => [...found, ...complaints],
  };
}

/** Links in mails lead to the public address; here it is this machine's. */
export const here = (app: TestApp, link: string): string => app.url + new URL(link).pathname;

/** A network with a location, founded on its own pages. */
export async function found(browser: Browser, app: TestApp): Promise<Walker> {
  const nadia = await walker(browser, app);
  const { page } = nadia;
  await page.goto('/sign-up');
  await page.locator('[name=ownerName]').fill('Nadia Roy');
  await page.getByLabel('E-mail').fill(owner);
  await page.getByLabel('Password').fill(password);
  await page.locator('[name=networkName]').fill('Harbor Street');
  await page.locator('main form button').first().click();
  await page.waitForURL('**/n/harbor-street');
  await page.goto('/n/harbor-street/locations/new');
  await page.getByLabel('Business').fill('Lantern Books');
  await page.getByLabel('E-mail').fill('hello@lantern.example');
  await page.locator('main form button').first().click();
  await page.waitForURL('**/locations');
  return nadia;
}

export async function signIn({ page }: Walker, email: string): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.locator('main form button').first().click();
  await page.waitForURL('**/n/harbor-street');
}

/** A partner's key with every scope, made on its page. */
export async function shopKey({ page }: Walker): Promise<string> {
  await page.goto('/n/harbor-street/api-keys/new');
  await page.getByLabel('Name').fill('Web shop');
  for (const scope of await page.locator('[name=scopes]').all()) await scope.check();
  await page.locator('main form button').first().click();
  return page.locator('#key').inputValue();
}

export interface Issued {
  readonly id: string;
  readonly code: string;
  readonly link: string;
}

/** What a partner's shop does. */
export async function buy(app: TestApp, key: string, more: object = {}): Promise<Issued> {
  const card = {
    value: { amount: 12500, currency: 'USD' },
    buyer: { email: 'marcus@example.com', name: 'Marcus Whitfield' },
    recipient: { email: 'dana.w@example.com', name: 'Dana Whitfield' },
    message: 'Congratulations on the new job! Coffee, books, a haircut: your pick.',
    ...more,
  };
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': app.ids.uuid() };
  const answer = await fetch(`${app.url}/v1/gift-cards`, { method: 'POST', headers, body: JSON.stringify(card) });
  if (answer.status !== 201) throw new Error(`No card: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Issued;
}

/** The newest mail of a kind that was not there before. */
export async function newMail(app: TestApp, kind: string, to: string, seen: ReadonlySet<string> = new Set()): Promise<KeptMail> {
  return eventually(
    async () => (await app.mails(to)).find((mail) => mail.kind === kind && !seen.has(mail.text)),
    `a new mail "${kind}" to ${to}`,
  );
}

export const codeIn = ({ text }: KeptMail): string => /\b\d{6}\b/.exec(text)![0];
export const linkIn = ({ text }: KeptMail, path: string): string => new RegExp(`http\\S+/${path}/\\S+`).exec(text)![0];

/** Another six digits. */
export const wrong = (code: string): string => (code === '111111' ? '222222' : '111111');
