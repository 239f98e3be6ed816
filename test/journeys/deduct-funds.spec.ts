import type { Browser } from 'playwright-core';
import { eventually, startApp, type TestApp } from '../support/app';
import { openBrowser } from './browser';
import { buy, codeIn, found, here, linkIn, newMail, password, shopKey, signIn, walker, wrong, type Issued, type Walker } from './company';

/** One network, one card: sold by a shop, spent with the buyer's code, stopped, lost and replaced. */
let app: TestApp;
let browser: Browser;
let nadia: Walker;
let jonas: Walker;
let key: string;
let card: Issued;
const codes = new Set<string>();

beforeAll(async () => {
  [app, browser] = await Promise.all([startApp(), openBrowser()]);
  nadia = await found(browser, app);
  key = await shopKey(nadia);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});
jest.setTimeout(240_000);

/** The code of the newest request, from the buyer's mailbox. */
async function buyersCode(): Promise<string> {
  const mail = await newMail(app, 'deduction-code', 'marcus@example.com', codes);
  codes.add(mail.text);
  return codeIn(mail);
}

async function ask({ page }: Walker, amount: string): Promise<void> {
  await page.getByLabel('Amount').fill(amount);
  await page.getByLabel('Where').selectOption({ label: 'Lantern Books' });
  await page.getByRole('button', { name: 'Deduct Funds' }).click();
}

async function enter({ page }: Walker, code: string): Promise<void> {
  await page.getByLabel('Code from the buyer').fill(code);
  await page.getByRole('button', { name: /^Deduct \$/ }).click();
}

it('an invited employee accepts by mail and signs in', async () => {
  const { page } = nadia;
  await page.goto('/n/harbor-street/employees/new');
  await page.getByLabel('Name').fill('Jonas Weber');
  await page.getByLabel('E-mail').fill('jonas@harborstreet.example');
  await page.locator('[name=roles][value=employee]').check();
  await page.locator('main form button').first().click();
  const mail = await eventually(async () => (await app.mails('jonas@harborstreet.example'))[0], 'an invitation');

  jonas = await walker(browser, app);
  await jonas.page.goto(here(app, /http\S+/.exec(mail.text)![0]));
  await jonas.look('invitation');
  await jonas.page.getByLabel(/password/i).fill(password);
  await jonas.page.locator('main form button').first().click();
  await jonas.page.waitForLoadState();
  await jonas.context.clearCookies();
  await signIn(jonas, 'jonas@harborstreet.example');
  await jonas.page.goto('/n/harbor-street/gift-cards');
  await jonas.page.getByText('No card sold yet').waitFor();
  await jonas.look('cards-window-empty');
  expect(jonas.found()).toEqual([]);
});

it('a shop sells a card, and the recipient opens the link in the mail', async () => {
  card = await buy(app, key);
  const gift = await app.mail('gift', 'dana.w@example.com');
  expect(gift.text).toContain(card.link);
  expect((await app.mail('receipt', 'marcus@example.com')).text).not.toContain(card.code);

  const dana = await walker(browser, app, { width: 'phone' });
  const answer = await dana.page.goto(here(app, linkIn(gift, 'c')));
  expect(answer!.headers()).toMatchObject({ 'referrer-policy': 'no-referrer', 'x-robots-tag': expect.stringContaining('noindex') });
  await dana.page.getByRole('heading', { name: 'Dana Whitfield, this card is yours' }).waitFor();
  await dana.page.getByRole('img', { name: 'QR code of the card' }).waitFor();
  await dana.page.getByText(card.code.replaceAll('-', ' ')).waitFor();
  await dana.look('recipient');
  await dana.page.getByRole('link', { name: 'Français' }).first().click();
  await dana.page.getByRole('heading', { name: 'Dana Whitfield, cette carte est à vous' }).waitFor();
  await dana.look('recipient-fr');
  const nothing = await dana.page.goto('/c/ABCDEFGHJKMNPQRSTVWXYZ2345');
  expect(nothing!.status()).toBe(404);
  expect(dana.found()).toEqual([]);
});

it('an employee finds the card by the recipient’s e-mail and deducts with the buyer’s code', async () => {
  const { page } = jonas;
  await page.goto('/n/harbor-street/gift-cards');
  await jonas.look('cards-window');
  await page.getByLabel('Find a card').fill('Dana.W@example.com');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('link', { name: 'Dana Whitfield' }).click();
  await page.getByRole('heading', { name: /Dana Whitfield’s card/ }).waitFor();
  await jonas.look('card');

  await ask(jonas, '900');
  await page.getByText('The card has $125.00').first().waitFor();
  await jonas.look('card-insufficient');
  await ask(jonas, '50.50');
  const code = await buyersCode();
  await page.getByText('3 tries left').waitFor();
  await jonas.look('card-code');
  await enter(jonas, wrong(code));
  await page.getByText('Tries left: 2').first().waitFor();
  await enter(jonas, '12');
  await page.getByText('Tries left: 1').first().waitFor();
  await jonas.look('card-code-wrong');
  await enter(jonas, code);
  await page.getByText('$50.50 deducted. $74.50 is left on the card.').waitFor();
  expect(await page.locator('.hero').innerText()).toMatch(/74\.50/);
  await page.getByText('Funds deducted').waitFor();
  await page
    .getByText(/Jonas Weber, Lantern Books/)
    .first()
    .waitFor();
  await jonas.look('card-deducted');
  expect((await app.mail('funds-deducted', 'marcus@example.com')).text).toContain('$74.50');
  expect(jonas.found()).toEqual([]);
});

it('three wrong codes cancel, and so does time; both show 0.00', async () => {
  const { page } = jonas;
  await ask(jonas, '10');
  const code = await buyersCode();
  for (const rest of ['Tries left: 2', 'Tries left: 1']) {
    await enter(jonas, wrong(code));
    await page.getByText(rest).first().waitFor();
  }
  await enter(jonas, wrong(code));
  await page.getByText('The code was wrong three times').first().waitFor();
  await page.getByText(/asked for \$10\.00 · wrong code 3 times/).waitFor();
  await jonas.look('card-cancelled');

  await ask(jonas, '11');
  await buyersCode();
  await page.getByText('3 tries left').waitFor(); // else the page is on its way while it is asked for again
  app.clock.advance(11 * 60_000);
  await eventually(async () => {
    await page.reload();
    return (await page.getByText(/asked for \$11\.00 · the code ran out/).count()) > 0;
  }, 'a cancelled request');
  const line = page.locator('.timeline li', { hasText: 'the code ran out' });
  expect(await line.innerText()).toContain('$0.00');
  expect(await line.innerText()).toContain('$74.50');
  expect(jonas.found()).toEqual([]);
});

it('the buyer stops a deduction and freezes the card; looking changes nothing', async () => {
  const { page } = jonas;
  await page.goto(`/n/harbor-street/gift-cards/${card.id}`);
  await ask(jonas, '20');
  const mail = await newMail(app, 'deduction-code', 'marcus@example.com', codes);
  codes.add(mail.text);
  const marcus = await walker(browser, app, { width: 'phone' });
  await marcus.page.goto(here(app, linkIn(mail, 'stop')));
  await marcus.page.getByText('$20.00').or(marcus.page.locator('.hero')).first().waitFor();
  await marcus.look('stop');
  await page.reload();
  await page.getByText('3 tries left').waitFor();

  await marcus.page.getByRole('button', { name: 'Stop this deduction' }).click();
  await marcus.page.getByText('Stopped. The code is dead').waitFor();
  await marcus.page.getByRole('button', { name: 'Freeze my card' }).click();
  await marcus.page.getByText('The card is frozen').waitFor();
  await marcus.look('stop-frozen');
  await page.reload();
  await page.getByText('The buyer froze this card').waitFor();
  await page.getByText(/asked for \$20\.00 · stopped by the buyer/).waitFor();
  await jonas.look('card-frozen');
  await marcus.page.goto(here(app, card.link));
  await marcus.page.getByText('This card is blocked').waitFor();
  expect(await marcus.page.getByRole('img', { name: 'QR code of the card' }).count()).toBe(0);
  await marcus.look('recipient-blocked');
  expect([marcus.found(), jonas.found()]).toEqual([[], []]);
});

it('a lost card is replaced: the old link is dead, the new one opens', async () => {
  const { page } = nadia;
  await page.goto(`/n/harbor-street/gift-cards/${card.id}`);
  await page.getByRole('link', { name: 'Unblock' }).click();
  await nadia.look('card-unblock');
  await page.getByRole('button', { name: 'Unblock card' }).click();
  await page.getByText('The card can be used again').waitFor();
  await page.getByRole('link', { name: 'Replace lost card' }).click();
  await nadia.look('card-replace');
  await page.getByRole('button', { name: 'Replace card' }).click();
  await page.getByRole('heading', { name: 'New code and link' }).waitFor();
  await nadia.look('card-replaced');
  const link = await page.locator('.link-text').innerText();
  expect((await page.request.get(here(app, card.link))).status()).toBe(404);
  expect((await page.request.get(here(app, link))).status()).toBe(200);
  await page.goto('/n/harbor-street/gift-cards');
  await page.getByLabel('Find a card').fill(card.code);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('No card of this network has this code').first().waitFor();
  expect(page.url()).not.toContain(card.code.slice(0, 4));
  await nadia.look('cards-window-no-such-code');
  expect(nadia.found()).toEqual([]);
});
