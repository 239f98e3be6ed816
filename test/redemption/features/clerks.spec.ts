import { CommandBus } from '@nestjs/cqrs';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkFacade } from '../../../src/network';
import { CreateLocation } from '../../../src/network/features/location-commands';
import { network as networkRegistration } from '../../../src/network/network.registration';
import { worldOf, type World } from '../../cards/world';
import { join as hired, signUp, type Visitor } from '../../network/visitor';
import { startApp, type TestApp } from '../../support/app';
import { activateDevice } from '../../support/devices';
import { counterAt, scopes, textOf, type CounterWorld } from '../counter';

jest.setTimeout(60_000);

let app: TestApp;
let owner: Visitor;
let staff: Visitor;
let world: World;
let shop: CounterWorld;
let elsewhere: string;

beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'harbor');
  const { id: network } = (await app.app.get(NetworkFacade).networkBySlug('harbor'))!;
  world = await worldOf(app, [...scopes, ...networkRegistration.permissions], 'USD', { network, slug: 'harbor' });
  shop = counterAt(app, world, await activateDevice(app, { slug: 'harbor', locationId: world.locationId, name: 'Front till' }));
  staff = await hired(app, owner, 'harbor', 'staff@example.com', ['location-staff'], world.locationId);
  elsewhere = app.ids.next('loc');
  await app.app.get(CommandBus).execute(new CreateLocation(world.context(), elsewhere, { name: 'Other', email: 'o@example.com' }));
  await ask('pin');
}, 60_000);
afterAll(() => app?.stop());

async function ask(clerk: 'none' | 'name' | 'pin'): Promise<void> {
  const done = await world.call('PUT', '/v1/redemption-settings', { clerk, noticeEmails: [] });
  expect([done.status, done.body]).toEqual([200, { clerk, noticeEmails: [] }]);
}

const api = (path = ''): string => `/v1/locations/${world.locationId}/clerks${path}`;
const page = (path = '', id = world.locationId): string => `/n/harbor/locations/${id}/clerks${path}`;
const placeOf = (response: Response): string => response.headers.get('location')!;
const redeem = async (form: Record<string, string>): Promise<Response> => {
  const card = await world.card();
  return shop.open(`${await shop.show(card.code)}/redemptions`, { form: { amount: '5', ...form } });
};
async function clerk(name: string, pin: string): Promise<string> {
  const { status, body } = await world.post(api(), { name, pin });
  if (status !== 201) throw new Error(`No clerk: ${JSON.stringify(body)}`);
  return body.id;
}

it('a shop without clerks is told what to do', async () => {
  const { code } = await world.card();
  expect(await shop.read(await shop.show(code))).toMatch(/Nobody here has a PIN yet.*under Clerks.*Your PIN/);
  const refused = await redeem({});
  expect([refused.status, await textOf(refused)]).toEqual([422, expect.stringContaining('Enter your PIN.')]);
});

it('a clerk redeems by PIN, and the name stands on the receipt, in the lists and in the API', async () => {
  await clerk('June', '7302');
  const done = await redeem({ pin: '7302' });
  expect(done.status).toBe(303);
  expect(done.headers.getSetCookie().join()).not.toMatch(/7302|clerk/);
  expect(await shop.read(placeOf(done))).toContain('Clerk: June');
  expect(await shop.read(`${shop.base}/today`)).toContain('Front till, June');
  const id = placeOf(done).split('/').at(-1)!;
  expect((await world.get(`/v1/redemptions/${id}`)).body.clerk).toBe('June');
  expect(await textOf(await owner.get('/n/harbor/redemptions'))).toContain('Front till, June');
});

it('the PIN is asked for each time, never shown again, and anybody may leave it until the amount fits', async () => {
  await clerk('Max', '4406');
  const screen = await shop.show((await world.card()).code);
  const html = await (await shop.open(screen)).text();
  expect(html).toMatch(/<input id="f-pin" name="pin" type="password" inputmode="numeric" autocomplete="off" maxlength="6">/);
  const short = await shop.open(`${screen}/redemptions`, { form: { amount: '80' } });
  expect([short.status, await textOf(short)]).toEqual([409, expect.stringMatching(/Your PIN The card holds \$50\.00/)]);
  const wrong = await shop.open(`${screen}/redemptions`, { form: { amount: 'ten', pin: '4406' } });
  const again = await wrong.text();
  expect(wrong.status).toBe(422);
  expect(again).not.toContain('4406');
  const taken = await shop.open(`${screen}/redemptions`, { form: { amount: '80', take: '5000', pin: ' 4406 ' } });
  expect(await shop.read(placeOf(taken))).toContain('Clerk: Max');
});

it('wrong ones are answered alike: unknown, no digits, a removed clerk’s, one of another location', async () => {
  const gone = await clerk('Gone', '5813');
  expect((await world.call('DELETE', api(`/${gone}`))).status).toBe(204);
  expect((await world.call('DELETE', api(`/${gone}`))).status).toBe(204);
  await world.post(`/v1/locations/${elsewhere}/clerks`, { name: 'Far', pin: '6158' });
  const texts = [];
  for (const pin of ['5813', '6158', '9999', '12', 'June', '７３０２']) {
    const refused = await redeem({ pin });
    expect([pin, refused.status]).toEqual([pin, 422]);
    texts.push(/This PIN isn.t right\. Try again\./.exec(await textOf(refused))?.[0]);
  }
  expect(new Set(texts)).toEqual(new Set(['This PIN isn’t right. Try again.']));
});

it('a new PIN works at once and the one before no more; what was redeemed keeps its name', async () => {
  const id = await clerk('Ines', '3071');
  const before = await redeem({ pin: '3071' });
  expect((await world.call('PUT', api(`/${id}/pin`), { pin: '830247' })).body).toMatchObject({ id, name: 'Ines' });
  expect((await redeem({ pin: '3071' })).status).toBe(422);
  expect((await world.call('PATCH', api(`/${id}`), { name: 'Inès Roy' })).body.name).toBe('Inès Roy');
  expect(await shop.read(placeOf(await redeem({ pin: '830247' })))).toContain('Clerk: Inès Roy');
  expect(await shop.read(placeOf(before))).toContain('Clerk: Ines');
  expect(await world.post(api(), { name: 'Somebody', pin: '3071' })).toMatchObject({ status: 201 });
});

it('slips of an honest shop keep nobody out; guessing is stopped for a while', async () => {
  await clerk('Steady', '7710');
  app.clock.advance(20 * 60_000);
  for (let day = 0; day < 12; day++) {
    expect((await redeem({ pin: '7711' })).status).toBe(422);
    for (let sale = 0; sale < 2; sale++) expect((await redeem({ pin: '7710' })).status).toBe(303);
    app.clock.advance(60_000);
  }
  const answers = [];
  for (let guess = 0; guess < 12; guess++) answers.push(await redeem({ pin: String(2000 + guess) }));
  const stopped = answers.filter(({ status }) => status === 429);
  expect(stopped.length).toBeGreaterThan(0);
  expect(await textOf(stopped[0]!)).toMatch(/Too many|again in/i);
  expect((await redeem({ pin: '7710' })).status).toBe(429);
  const other = counterAt(app, world, await activateDevice(app, { slug: 'harbor', locationId: world.locationId, name: 'Back till' }));
  const card = await world.card();
  expect((await other.open(`${await other.show(card.code)}/redemptions`, { form: { amount: '5', pin: '7710' } })).status).toBe(303);
  app.clock.advance(10 * 60_000);
  expect((await redeem({ pin: '7710' })).status).toBe(303);
});

describe('the page of a location', () => {
  it('is its own people’s: they add, rename, reset and remove', async () => {
    const added = await staff.post(page(), { name: 'Noor', pin: '9042' });
    expect([added.status, placeOf(added)]).toEqual([303, page()]);
    const html = await (await staff.get(page())).text();
    const href = /href="([^"]+\/clerks\/clk_[0-9A-Z]+)">Noor</.exec(html)![1]!;
    expect(html).not.toContain('9042');
    expect((await staff.post(href, { name: 'Noor A.' })).status).toBe(303);
    expect((await staff.post(`${href}/pin`, { pin: '905142' })).status).toBe(303);
    expect(await textOf(await staff.get(href))).toContain('Noor A.');
    expect(await shop.read(placeOf(await redeem({ pin: '905142' })))).toContain('Clerk: Noor A.');
    expect((await staff.post(`${href}/removal`)).status).toBe(303);
    expect((await staff.get(href)).status).toBe(404);
    expect((await redeem({ pin: '905142' })).status).toBe(422);
  });

  it.each([
    ['no name', { name: '', pin: '9052' }, 422, 'Name'],
    ['too few digits', { name: 'Kim', pin: '123' }, 422, 'Enter 4 to 6 digits.'],
    ['letters', { name: 'Kim', pin: '90a2' }, 422, 'Enter 4 to 6 digits.'],
    ['digits in a row', { name: 'Kim', pin: '2345' }, 422, 'guessed first'],
    ['digits all alike', { name: 'Kim', pin: '7777' }, 422, 'guessed first'],
    ['a PIN of somebody here', { name: 'Kim', pin: '7302' }, 409, 'can’t be used here'],
    ['a name of somebody here', { name: 'june', pin: '9063' }, 409, 'has this name already'],
  ])('says at the field what is wrong with %s, and shows no PIN', async (_, form, status, sentence) => {
    const refused = await staff.post(page(), form);
    const html = await refused.clone().text();
    expect([refused.status, await textOf(refused)]).toEqual([status, expect.stringContaining(sentence)]);
    expect(html).not.toContain(`value="${form.pin}"`);
  });

  it('is nobody else’s', async () => {
    expect((await staff.get(page('', elsewhere))).status).toBe(404);
    expect((await staff.post(page('', elsewhere), { name: 'Kim', pin: '9052' })).status).toBe(404);
    expect(placeOf(await shop.open(page()))).toContain('/sign-in');
    const stranger = await worldOf(app, [...scopes, ...networkRegistration.permissions]);
    expect((await stranger.get(api())).status).toBe(404);
    expect((await stranger.post(api(), { name: 'Kim', pin: '9052' })).status).toBe(404);
  });
});

it('two who take one PIN at once: one gets it', async () => {
  const both = await Promise.all(['Ann', 'Bob'].map((name) => world.post(api(), { name, pin: '6420' })));
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
});

it('a repeat by its key adds once', async () => {
  const key = app.ids.uuid();
  const [first, again] = [
    await world.post(api(), { name: 'Once', pin: '6031' }, key),
    await world.post(api(), { name: 'Once', pin: '6031' }, key),
  ];
  expect([first.status, again.status, again.body.id]).toEqual([201, 201, first.body.id]);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect((await world.post(api(), { name: 'Twice', pin: '6031' }, key)).status).toBe(422);
});

it('the setting is the network’s, on its page and by API', async () => {
  expect(await (await owner.get('/n/harbor/settings')).text()).toMatch(/<option value="pin" selected>The clerk’s PIN</);
  expect((await owner.post('/n/harbor/settings/redemption', { noticeEmails: 'orders@harbor.example', clerk: 'name' })).status).toBe(303);
  expect((await world.get('/v1/redemption-settings')).body).toEqual({ clerk: 'name', noticeEmails: ['orders@harbor.example'] });
  expect(await textOf(await staff.get(page()))).toContain('asks for no PIN');
  expect(await shop.read(placeOf(await redeem({ clerk: 'Pat' })))).toContain('Clerk: Pat');
  const bad = await world.call('PUT', '/v1/redemption-settings', { clerk: 'face', noticeEmails: ['nobody'] });
  expect([bad.status, bad.body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([422, ['/clerk', '/noticeEmails/0']]);
  await ask('none');
  expect((await redeem({})).status).toBe(303);
  await ask('pin');
});

it('no PIN stands in the clear in what is kept', async () => {
  const files = (folder: string): string[] =>
    readdirSync(folder).flatMap((name) => (statSync(join(folder, name)).isDirectory() ? files(join(folder, name)) : join(folder, name)));
  const kept = files(app.folder).map((file) => readFileSync(file, 'latin1'));
  expect(kept.some((text) => text.includes('ClerkAdded'))).toBe(true);
  for (const pin of ['830247', '905142']) for (const text of kept) expect(text.includes(pin)).toBe(false);
});
