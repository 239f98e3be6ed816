import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext } from '../../src/kernel/event-sourcing';
import { CreateLocation } from '../../src/network/features/location-commands';
import { NetworkFacade } from '../../src/network/network.facade';
import { worldOf, type World } from '../cards/world';
import { startApp, type TestApp } from '../support/app';
import { activateDevice } from '../support/devices';
import { signUp, type Visitor } from './visitor';

/** A network of five thousand businesses: pages stay small, and everything is found. */
const MANY = 5_000;
const AT_ONCE = 100;
/** Bytes of a page's HTML, before it is compressed. */
const SMALL = 120_000;

let app: TestApp;
let owner: Visitor;
let network: string;
beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'large');
  network = (await app.app.get(NetworkFacade).networkBySlug('large'))!.id;
  for (let first = 0; first < MANY; first += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => add(`Shop ${String(first + n).padStart(4, '0')}`)));
  await app.caughtUp();
});
afterAll(() => app?.stop());

async function add(name: string, more: object = {}): Promise<void> {
  const context: CommandContext = {
    network,
    actor: { kind: 'operator', id: 'test' },
    commandId: app.ids.next('cmd'),
    at: app.clock.now(),
    correlation: 'test',
  };
  const details = {
    name,
    email: `${name.replace(' ', '')}@large.example`,
    category: 'Shop',
    address: { city: `City ${name.slice(-2)}` },
    ...more,
  };
  await app.app.get(CommandBus).execute(new CreateLocation(context, app.ids.next('loc'), details));
}

async function small(path: string, by: Visitor | TestApp = owner): Promise<string> {
  const response = await ('get' in by ? by.get(path) : by.request(path));
  const html = await response.text();
  expect([path, response.status, html.length < SMALL ? 'small' : html.length]).toEqual([path, 200, 'small']);
  return html;
}

const shopsIn = (html: string): readonly string[] => [...new Set([...html.matchAll(/Shop \d{4}/g)].map(([name]) => name))];

it('is listed in the directory page by page, each once, and searched', async () => {
  const seen: string[] = [];
  for (let path: string | undefined = '/n/large/directory'; path;) {
    const html: string = (await small(path, app)).replaceAll('&#x3D;', '=').replaceAll('&amp;', '&');
    seen.push(...shopsIn(html));
    path = /href="(\/n\/large\/directory\?[^"]*)">More businesses/.exec(html)?.[1];
  }
  expect([seen.length, new Set(seen).size]).toEqual([MANY, MANY]);
  expect(shopsIn(await small('/n/large/directory?q=shop+4321', app))).toEqual(['Shop 4321']);
});

it('is found by its people: locations, devices, and where a card can be spent', async () => {
  expect(shopsIn(await small('/n/large/locations')).length).toBeGreaterThan(10);
  expect(shopsIn(await small('/n/large/locations?q=Shop+0815'))).toEqual(['Shop 0815']);
  const world = await worldOf(app, undefined, 'USD', { network, slug: 'large' });
  const { code } = await activateDevice(app, { slug: 'large', locationId: world.locationId });
  expect(await small('/n/large/devices')).toContain(code);
  const { link } = await world.card();
  await small(new URL(link).pathname, app);
});

describe('in forms', () => {
  let world: World;
  let cardId: string;
  let cardPage: string;

  beforeAll(async () => {
    world = await worldOf(app, undefined, 'USD', { network, slug: 'large' });
    ({ id: cardId } = await world.card({ value: { amount: 100_00, currency: 'USD' } }));
    cardPage = `/n/large/gift-cards/${cardId}`;
    await app.caughtUp();
  });

  const topUp = (locationId: string) =>
    owner.post(`${cardPage}/top-up`, { amount: '5.00', method: 'cash', locationId, once: crypto.randomUUID() });
  const idOf = async (name: string): Promise<string> =>
    /locations\/(loc_[0-9A-Z]{26})/.exec(await small(`/n/large/locations?${new URLSearchParams({ q: name })}`))![1]!;
  const fits = async (q: string): Promise<unknown> => (await owner.get(`/n/large/location-choices?${new URLSearchParams({ q })}`)).json();
  const sentence = (html: string): string | undefined => /<span class="err" id="f-locationId-err">([^<]*)</.exec(html)?.[1];

  it('are typed, not chosen from a list of thousands', async () => {
    const pages = ['gift-cards/new', 'employees/new', 'account', `gift-cards/${cardId}`, `gift-cards/${cardId}/top-up`];
    for (const path of pages) expect(await small(`/n/large/${path}`)).toMatch(/<input id="f-locationId" name="locationId" type="text"/);
    for (const path of ['redemptions', 'webhook-deliveries'])
      expect(await small(`/n/large/${path}`)).toMatch(/<input id="f-location" name="location" type="text"/);
  });

  it('are meant by their name however it is written, by what the form offers, by a reference and by an id', async () => {
    const reference = 'HARBOR-7';
    await add('Shop 4321', { reference: reference, address: { city: 'Elsewhere' } });
    await app.caughtUp();
    const history = async () => (await small(cardPage)).match(/Shop \d{4}/g) ?? [];
    for (const text of ['  sHóp 1234', 'Shop 1235 · City 35', reference.toLowerCase(), await idOf('Shop 1236')])
      expect([text, (await topUp(text)).status]).toEqual([text, 303]);
    expect(await history()).toEqual(['Shop 1236', 'Shop 4321', 'Shop 1235', 'Shop 1234']);
  });

  it('are asked for again where several fit or none does, and what fits is offered', async () => {
    const several = await (await topUp('Shop 43')).text();
    expect(sentence(several)).toBe(
      '“Shop 43” fits several locations: Shop 4300 · City 00, Shop 4301 · City 01, Shop 4302 · City 02… Choose one of them, or type more of its name.',
    );
    expect(several).toContain('value="Shop 43"');
    expect(several).toContain('<option value="Shop 4319 · City 19">');
    const twins = await (await topUp('Shop 4321')).text();
    expect(twins).toMatch(
      /<option value="Shop 4321 · City 21">.*<option value="Shop 4321 · HARBOR-7">|<option value="Shop 4321 · HARBOR-7">.*<option value="Shop 4321 · City 21">/s,
    );
    const nothing = await topUp('Shøp');
    expect([nothing.status, sentence(await nothing.text())]).toEqual([
      422,
      'No location’s name or reference begins with “Shøp”. Check how it is written.',
    ]);
    expect(sentence(await (await topUp('loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG')).text())).toBe('There is no such location in this network.');
    expect((await small(cardPage)).match(/Shop \d{4}/g)).toHaveLength(4);
  });

  it('are offered while somebody types, to nobody else', async () => {
    expect(await fits('shop 77')).toEqual([]);
    expect(await fits('shop 477')).toEqual(Array.from({ length: 10 }, (_, n) => `Shop 477${n} · City 7${n}`));
    expect(await fits('harbor')).toEqual(['Shop 4321 · HARBOR-7']);
    expect([await fits(''), await fits('   ')]).toEqual([[], []]);
    expect((await app.request('/n/large/location-choices?q=shop')).status).toBe(303);
  });

  it('are remembered as somebody’s own, shown by their name', async () => {
    const saved = await owner.post('/n/large/account/details', { name: 'Olive', locationId: 'shop 0042' });
    expect(saved.status).toBe(303);
    await app.caughtUp();
    expect(await small('/n/large/account')).toContain('value="Shop 0042 · City 42"');
    expect(await small('/n/large/gift-cards/new')).toContain('value="Shop 0042 · City 42"');
    expect((await owner.post('/n/large/account/details', { name: 'Olive', locationId: '' })).status).toBe(303);
  });

  it('filter lists by a name as long as names may be', async () => {
    const name = `The ${'very '.repeat(22)}old mill`;
    await add(name, { reference: 'MILL-1' });
    await app.caughtUp();
    for (const path of ['redemptions', 'webhook-deliveries'])
      expect(await small(`/n/large/${path}?${new URLSearchParams({ location: `${name} · MILL-1` })}`)).toContain(
        `value="${name} · MILL-1"`,
      );
    expect(await fits(`${name} · mill-1`)).toEqual([`${name} · MILL-1`]);
  });

  it('filter lists, which say what they don’t know', async () => {
    for (const path of ['redemptions', 'webhook-deliveries']) {
      expect(await small(`/n/large/${path}?location=shop+0042`)).toContain('value="Shop 0042 · City 42"');
      expect(await small(`/n/large/${path}?location=Shop+00`)).toContain('fits several locations');
    }
    expect(await (await owner.get('/n/large/redemptions/export.csv?location=Shop+0042')).text()).not.toContain('Error');
  });
});
