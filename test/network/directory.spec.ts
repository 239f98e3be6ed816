import { CommandBus } from '@nestjs/cqrs';
import { NetworkFacade } from '../../src/network';
import { ChangeLocationStanding, CreateLocation } from '../../src/network/features/location-commands';
import type { LocationInput } from '../../src/network/features/location-input';
import { startApp, type TestApp } from '../support/app';
import { signUp } from './visitor';

let app: TestApp;
let network: string;

beforeAll(async () => {
  app = await startApp();
  await signUp(app, 'harbor');
  network = (await app.app.get(NetworkFacade).networkBySlug('harbor'))!.id;
  await add({
    name: 'Café Zoé',
    email: 'zoe@example.com',
    category: 'Café',
    phone: '(207) 555-0101',
    address: { street: '1 Pier', city: 'Portland', region: 'ME' },
  });
  await add({
    name: 'Blue Door Bakery',
    email: 'blue@example.com',
    category: 'Bakery',
    website: 'www.blue.example/',
    address: { city: 'Québec', country: 'CA' },
  });
  await add({ name: '<b>Evil & Co</b>', email: 'evil@example.com', website: 'https://evil.example' });
  await add({ name: 'Unlisted Uncle', email: 'uncle@example.com', category: 'Bakery', listed: false });
  const closed = await add({ name: 'Closed Clara', email: 'clara@example.com', category: 'Bakery', address: { city: 'Nowhere' } });
  await app.app.get(CommandBus).execute(new ChangeLocationStanding(context(), closed, 'closed'));
  await app.caughtUp();
});
afterAll(() => app.stop());

const context = () => ({
  network,
  actor: { kind: 'operator', id: 'test' } as const,
  commandId: app.ids.next('cmd'),
  at: app.clock.now(),
  correlation: 'test',
});

async function add(details: LocationInput): Promise<string> {
  const id = app.ids.next('loc');
  await app.app.get(CommandBus).execute(new CreateLocation(context(), id, details));
  return id;
}

const page = async (query = ''): Promise<string> =>
  (await (await app.request(`/n/harbor/directory${query}`)).text()).replaceAll('&#x3D;', '=');
const names = async (query = ''): Promise<readonly string[]> =>
  [...(await page(query)).matchAll(/<li class="panel tight"><b>(.*?)<\/b>/g)].map((each) => each[1]!);

it('shows what is open and listed, by category and name, to anybody', async () => {
  expect(await names()).toEqual(['Blue Door Bakery', 'Café Zoé', '&lt;b&gt;Evil &amp; Co&lt;/b&gt;']);
  const html = await page();
  expect(html).toContain('href="tel:2075550101"');
  expect(html).toMatch(/href="https:\/\/www\.blue\.example\/" rel="noopener nofollow">blue\.example</);
  expect(html).not.toMatch(/zoe@example\.com|Uncle|Clara|Nowhere/);
});

it.each([
  ['?q=bak', ['Blue Door Bakery']],
  ['?q=door', ['Blue Door Bakery']],
  ['?q=QUEBEC', ['Blue Door Bakery']],
  ['?q=zoe', ['Café Zoé']],
  ['?q=zoe@example.com', []],
  ['?q=uncle', []],
  ['?category=bakery', ['Blue Door Bakery']],
  ['?city=portland&q=caf', ['Café Zoé']],
  ['?category=nothing', []],
])('is searched by name, category and city: %s', async (query, found) => expect(await names(query)).toEqual(found));

it('offers the categories and cities that it has, as they are written', async () => {
  const html = await page();
  const options = [...html.matchAll(/<option value="([^"]*)"/g)].map((each) => each[1]);
  expect(options).toEqual(['', 'bakery', 'cafe', '', 'portland', 'quebec']);
});

it('answers an unknown network with nothing, and a made-up cursor with what to do', async () => {
  expect((await app.request('/n/nobody/directory')).status).toBe(404);
  expect((await app.request('/n/harbor/directory?after=made-up')).status).toBe(422);
});

it('pages through many, each once', async () => {
  for (let n = 0; n < 60; n += 1) await add({ name: `Shop ${n}`, email: `shop${n}@example.com`, category: 'Many' });
  await app.caughtUp();
  const seen: string[] = [];
  let query = '?q=shop';
  for (;;) {
    seen.push(...(await names(query)));
    const next = /href="\/n\/harbor\/directory\?([^"]*)">More businesses/.exec(await page(query))?.[1];
    if (!next) break;
    query = `?${next.replaceAll('&amp;', '&')}`;
  }
  expect(seen).toHaveLength(60);
  expect(new Set(seen).size).toBe(60);
});
