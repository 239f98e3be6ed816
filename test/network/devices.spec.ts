import { CommandBus } from '@nestjs/cqrs';
import { location } from '../../src/network/domain/location';
import { ChangeLocationStanding } from '../../src/network/features/location-commands';
import { NetworkFacade } from '../../src/network/network.facade';
import { Identities } from '../../src/platform/security/identities';
import { startApp, type TestApp } from '../support/app';
import { activateBy, activateDevice, activationLink } from '../support/devices';
import { signUp, textOf, type Visitor } from './visitor';

const HOUR = 3_600_000;
let app: TestApp;
let owner: Visitor;
let network: string;
let locationId: string;

beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'tills');
  network = (await app.app.get(NetworkFacade).networkBySlug('tills'))!.id;
  locationId = await newLocation('Blue Door');
});
afterAll(() => app.stop());

async function newLocation(name: string): Promise<string> {
  const answer = await owner.post('/n/tills/locations', { name, email: `${name.toLowerCase().replace(' ', '.')}@tills.example` });
  expect(answer.status).toBe(303);
  const list = await (await owner.get('/n/tills/locations')).text();
  return new RegExp(`locations/(loc_[0-9A-Z]{26})">${name}<`).exec(list)![1]!;
}

const context = () =>
  ({ network, actor: { kind: 'operator', id: 'test' }, commandId: app.ids.next('cmd'), at: app.clock.now(), correlation: 'test' }) as const;
const who = (cookie: string) => {
  const [of, place, deviceId, secret] = cookie.replace('device=', '').split('.') as [string, string, string, string];
  return app.app.get(Identities).device({ network: of, locationId: place, deviceId, secret });
};

describe('An activation link', () => {
  it('shows what will happen and changes nothing, however often it is fetched', async () => {
    const link = await activationLink(app, 'tills', locationId);
    for (const method of ['GET', 'HEAD', 'GET']) {
      const response = await app.request(link, { method });
      expect(response.status).toBe(200);
      expect(response.headers.getSetCookie().filter((line) => line.startsWith('device='))).toEqual([]);
    }
    const { state } = await app.streams.state(network, `location-${locationId}`, location);
    expect(state).toMatchObject({ devices: [] });
  });

  it('activates one device after another, each with a code of its own', async () => {
    const link = await activationLink(app, 'tills', locationId);
    const [first, second] = [await activateBy(app, link, 'Till 1'), await activateBy(app, link)];
    expect(first.code).toMatch(/^[A-Z]+-\d\d$/);
    expect(second.code).not.toBe(first.code);
    expect(await who(first.cookie)).toMatchObject({
      kind: 'device',
      network,
      locationId,
      id: first.deviceId,
      code: first.code,
      name: 'Till 1',
    });
    expect(await app.app.get(NetworkFacade).device(network, locationId, second.deviceId)).toMatchObject({
      code: second.code,
      status: 'active',
    });
    const names = await app.app.get(NetworkFacade).actorNames(network, [first.deviceId]);
    expect(names.get(first.deviceId)).toBe(`${first.code} · Till 1`);
  });

  it('makes one device of two taps on one page', async () => {
    const link = await activationLink(app, 'tills', locationId);
    const once = /name="once" value="(\w+)"/.exec(await (await app.request(link)).text())![1]!;
    const taps = await Promise.all([1, 2, 3].map(() => app.request(link, { form: { once } })));
    expect(taps.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(new Set(taps.map(({ headers }) => headers.getSetCookie().find((line) => line.startsWith('device=')))).size).toBe(1);
  });

  it('says that it was replaced or is no link', async () => {
    const former = await activationLink(app, 'tills', locationId);
    const newest = await activationLink(app, 'tills', locationId);
    const replaced = await app.request(former);
    expect([replaced.status, await textOf(replaced)]).toEqual([410, expect.stringContaining('A newer activation link was sent')]);
    expect((await app.request(former, { form: { once: 'A'.repeat(32) } })).status).toBe(410);
    const made = await app.request(newest.slice(0, -1) + (newest.endsWith('A') ? 'B' : 'A'));
    expect([made.status, await textOf(made)]).toEqual([404, expect.stringContaining('doesn’t work')]);
    expect((await app.request(newest.slice(0, -4))).status).toBe(404);
  });

  it('of another network opens nothing', async () => {
    await signUp(app, 'elsewhere');
    const link = await activationLink(app, 'tills', locationId);
    expect((await app.request(link.replace('/n/tills/', '/n/elsewhere/'))).status).toBe(404);
  });
});

describe('A device', () => {
  it('is kept by a cookie that scripts can’t read and other sites’ forms don’t send', async () => {
    const link = await activationLink(app, 'tills', locationId);
    const once = /name="once" value="(\w+)"/.exec(await (await app.request(link)).text())![1]!;
    const [cookie] = (await app.request(link, { form: { once } })).headers.getSetCookie().filter((line) => line.startsWith('device='));
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Lax/);
    expect(cookie).toMatch(/; Path=\//);
    expect(cookie).toMatch(/Max-Age=63072000/);
  });

  it('is nobody with a secret that is not its own, and not in another network or location', async () => {
    const { cookie } = await activateDevice(app, { slug: 'tills', locationId });
    const [of, place, device, secret] = cookie.split('.') as [string, string, string, string];
    const other = await newLocation('Green Door');
    const wrong = [
      [of, place, device, `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`],
      [of, other, device, secret],
      ['device=net_01JD8Z4M2Q7RXK3V5T9WBN6CHG', place, device, secret],
    ];
    for (const parts of wrong) await expect(who(parts.join('.'))).rejects.toMatchObject({ code: 'device-not-activated' });
    expect((await app.request('/n/tills/activate/done', { headers: { cookie: wrong[0]!.join('.') } })).status).toBe(401);
  });

  it('is off while its location is suspended, and on again afterwards', async () => {
    const place = await newLocation('Red Door');
    const { cookie } = await activateDevice(app, { slug: 'tills', locationId: place });
    const stand = (standing: 'open' | 'suspended' | 'closed') =>
      app.app.get(CommandBus).execute(new ChangeLocationStanding(context(), place, standing));
    await stand('suspended');
    await expect(who(cookie)).rejects.toMatchObject({ code: 'device-location-not-open' });
    await stand('open');
    expect(await who(cookie)).toMatchObject({ kind: 'device' });
    await stand('closed');
    await expect(who(cookie)).rejects.toMatchObject({ code: 'device-location-not-open' });
  });
});

describe('After three days', () => {
  it('an activation link says that it has expired', async () => {
    const newest = await activationLink(app, 'tills', locationId);
    app.clock.advance(72 * HOUR - 60_000);
    expect((await app.request(newest)).status).toBe(200);
    app.clock.advance(60_001);
    const expired = await app.request(newest);
    expect([expired.status, await textOf(expired)]).toEqual([410, expect.stringContaining('has expired')]);
  });
});
