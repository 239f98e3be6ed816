import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext } from '../../src/kernel/event-sourcing';
import { CreateLocation } from '../../src/network/features/location-commands';
import { NetworkFacade } from '../../src/network/network.facade';
import { worldOf } from '../cards/world';
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

async function add(name: string): Promise<void> {
  const context: CommandContext = {
    network,
    actor: { kind: 'operator', id: 'test' },
    commandId: app.ids.next('cmd'),
    at: app.clock.now(),
    correlation: 'test',
  };
  const details = { name, email: `${name.replace(' ', '')}@large.example`, category: 'Shop', address: { city: `City ${name.slice(-2)}` } };
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
