import type { Browser } from 'playwright-core';
import { startApp, type TestApp } from '../support/app';
import { openBrowser, photograph } from './browser';
import { found, here, linkIn, newMail, password, walker, type Walker } from './company';

let app: TestApp;
let browser: Browser;
let nadia: Walker;
let devices: string;
let link: string;

beforeAll(async () => {
  [app, browser] = await Promise.all([startApp(), openBrowser()]);
  nadia = await found(browser, app);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await app?.stop();
});
jest.setTimeout(240_000);

const address = 'counter@bluedoor.example';
const activationLink = async (seen: ReadonlySet<string> = new Set()): Promise<string> =>
  linkIn(await newMail(app, 'activation-link', address, seen), 'activate');

/** Opens the link on a device of its own and taps Activate. */
async function activate(url: string, name?: string): Promise<{ tablet: Walker; code: string }> {
  const tablet = await walker(browser, app, { width: 'phone' });
  await tablet.page.goto(here(app, url));
  if (name) await tablet.page.getByLabel('Name of the device').fill(name);
  await tablet.page.getByRole('button', { name: 'Activate' }).click();
  await tablet.page.getByRole('heading', { name: 'This device is ready' }).waitFor();
  return { tablet, code: await tablet.page.locator('.device-code').innerText() };
}

it('a location is mailed its link; a scanner that fetches it activates nothing', async () => {
  const { page } = nadia;
  await page.goto('/n/harbor-street/locations/new');
  await page.getByLabel('Business').fill('Blue Door Bakery');
  await page.getByLabel('E-mail').fill(address);
  await page.getByLabel('Mail the activation link now').check();
  await page.getByRole('button', { name: 'Add location' }).click();
  await page.waitForURL('**/locations');
  await nadia.look('locations-with-round');
  await page.getByRole('link', { name: 'Blue Door Bakery' }).click();
  await page.getByRole('navigation', { name: 'Parts of this location' }).getByRole('link', { name: 'Devices' }).click();
  devices = page.url();
  link = await activationLink();
  for (const method of ['GET', 'HEAD', 'GET']) expect((await fetch(here(app, link), { method })).status).toBe(200);
  await page.reload();
  await page.getByText('No device yet.').waitFor();
  await page.getByText('Show the QR code and the address').click();
  await nadia.look('devices-none');
  const mail = (await app.mails(address))[0]!;
  const reader = await walker(browser, app);
  await reader.page.setContent(mail.html.replace('cid:qr', `data:image/png;base64,${mail.images[0]!.png}`));
  await photograph(reader.page, 'activation-mail');
});

it('two tablets are activated by a tap, from a link in another site’s mail and from the camera, and stay activated', async () => {
  const tablet = await walker(browser, app, { width: 'phone' });
  // A web mailer on another site: the tap there is a cross-site navigation.
  await tablet.page.route('http://webmail.example/', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html><a href="${here(app, link)}">Open on the device</a>` }),
  );
  await tablet.page.goto('http://webmail.example/');
  await tablet.page.getByRole('link').click();
  await tablet.page.getByRole('heading', { name: 'Activate this device for Blue Door Bakery' }).waitFor();
  await tablet.look('activate');
  await tablet.page.getByLabel('Name of the device').fill('Till 1');
  await tablet.page.getByRole('button', { name: 'Activate' }).click();
  await tablet.page.getByRole('heading', { name: 'This device is ready' }).waitFor();
  await tablet.look('activated');
  const first = await tablet.page.locator('.device-code').innerText();
  const second = await activate(link);
  expect(second.code).not.toBe(first);

  // The cookie goes along when the same device opens the link from another site again, and when a camera opens it without any site.
  await tablet.page.goto('http://webmail.example/');
  await tablet.page.getByRole('link').click();
  await tablet.page.getByText(`This is device ${first} already`).waitFor();
  await tablet.page.goto('about:blank');
  await tablet.page.goto(here(app, link));
  await tablet.page.getByText(`This is device ${first} already`).waitFor();
  const [cookie] = (await tablet.context.cookies()).filter(({ name }) => name === 'device');
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  await tablet.page.goto('/n/harbor-street/activate/done');
  await tablet.page.getByRole('link', { name: 'Redeem a gift card' }).click();
  await tablet.page.waitForURL('**/redeem');

  const { page } = nadia;
  await page.goto(devices);
  for (const code of [first, second.code]) await page.getByRole('link', { name: code }).waitFor();
  await nadia.look('devices');
  await page.getByRole('link', { name: second.code }).click();
  await page.getByLabel('Name of the device').fill('Terrace');
  await nadia.look('device');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Terrace').waitFor();
  await page.getByRole('link', { name: second.code }).click();
  await page.getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('The device is revoked.').waitFor();
  expect((await second.tablet.page.goto('/n/harbor-street/redeem'))?.status()).toBe(401);
  await second.tablet.page.getByText('This device was turned off by the network').waitFor();
  await second.tablet.look('device-revoked');
  await tablet.page.goto('/n/harbor-street/redeem');
  expect(await tablet.page.title()).not.toContain('This device is off');
  await page.goto(`/n/harbor-street/devices?find=${first}`);
  await page.getByRole('link', { name: first }).waitFor();
  await nadia.look('network-devices');
  expect([...tablet.found(), ...second.tablet.found()]).toEqual([]);
});

it('a link that was sent again, withdrawn or cut says so', async () => {
  const { page } = nadia;
  const seen = new Set((await app.mails(address)).map(({ text }) => text));
  await page.goto(devices);
  await page.getByRole('button', { name: 'Send a new link' }).click();
  await page.getByText('The activation link is on its way.').waitFor();
  const newer = await activationLink(seen);
  const clerk = await walker(browser, app, { width: 'phone' });
  await clerk.page.goto(here(app, link));
  await clerk.page.getByText('A newer activation link was sent').waitFor();
  await clerk.look('link-replaced');
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await page.getByText('The activation link is withdrawn.').waitFor();
  await clerk.page.goto(here(app, newer));
  await clerk.page.getByText('has withdrawn this activation link').waitFor();
  await page.getByRole('button', { name: 'Show a QR code instead' }).click();
  const shown = await page.locator('code.mono').innerText();
  await clerk.page.goto(here(app, shown));
  await clerk.page.getByRole('button', { name: 'Activate' }).waitFor();
  await clerk.page.goto(here(app, shown).slice(0, -3) + 'AAA');
  await clerk.page.getByText('This activation link doesn’t work').waitFor();
  expect(clerk.found()).toEqual([]);
});

it('the location’s own people come to its page, and to nothing else', async () => {
  const { page } = nadia;
  await page.goto(devices.replace('/devices', ''));
  await nadia.look('location');
  await page.getByRole('link', { name: 'Invite somebody' }).click();
  expect(await page.getByLabel('Location staff').isChecked()).toBe(true);
  await page.getByLabel('Name', { exact: true }).fill('Zoë Baker');
  await page.getByLabel('E-mail').fill('zoe@bluedoor.example');
  await page.getByRole('button', { name: 'Send invitation' }).click();
  await page.waitForURL('**/employees');
  const zoe = await walker(browser, app);
  await zoe.page.goto(here(app, linkIn(await newMail(app, 'invitation', 'zoe@bluedoor.example'), 'invitation')));
  await zoe.page.getByLabel('password').fill(password);
  await zoe.page.locator('main form button').first().click();
  await zoe.page.waitForURL(devices.replace('/devices', ''));
  await zoe.look('location-staff');
  await zoe.page.getByRole('navigation', { name: 'Parts of this location' }).getByRole('link', { name: 'Devices' }).click();
  await zoe.page.getByText('Till 1').waitFor();
  for (const path of ['employees', 'settings', 'gift-cards', 'api-keys', 'locations/new'])
    expect((await zoe.page.goto(`/n/harbor-street/${path}`))?.status()).toBe(403);
  await page.goto('/n/harbor-street/locations');
  await page.getByRole('link', { name: 'Lantern Books' }).click();
  expect((await zoe.page.goto(page.url()))?.status()).toBe(404);
  expect([...zoe.found(), ...nadia.found()]).toEqual([]);
});

it('a link that expires on the clerk’s screen says so', async () => {
  await nadia.page.goto(devices);
  await nadia.page.getByText('Show the QR code and the address').click();
  const shown = await nadia.page.locator('code.mono').innerText();
  const clerk = await walker(browser, app, { width: 'phone' });
  await clerk.page.goto(here(app, shown));
  await clerk.page.getByRole('button', { name: 'Activate' }).waitFor();
  app.clock.advance(73 * 3_600_000);
  await clerk.page.getByRole('button', { name: 'Activate' }).click();
  await clerk.page.getByText('This activation link has expired').waitFor();
  expect(clerk.found()).toEqual([]);
});
