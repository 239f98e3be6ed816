import { CommandBus } from '@nestjs/cqrs';
import { CreateApiKey } from '../../src/network/features/api-keys';
import { NetworkFacade } from '../../src/network/network.facade';
import { eventually, startApp, type TestApp } from '../support/app';
import { activateBy, activateDevice, type ActivatedDevice } from '../support/devices';
import { join, linkIn, signUp, textOf, type Visitor } from './visitor';

let app: TestApp;
let owner: Visitor;
let place: string;
let headers: Record<string, string>;

beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'counter');
  place = await newLocation('Blue Door');
  const network = (await app.app.get(NetworkFacade).networkBySlug('counter'))!.id;
  const key = `lg_${app.ids.secret(40)}`;
  const context = {
    network,
    actor: { kind: 'operator', id: 'test' },
    commandId: app.ids.next('cmd'),
    at: app.clock.now(),
    correlation: 'test',
  } as const;
  const scopes = ['locations.manage', 'devices.manage'];
  await app.app.get(CommandBus).execute(new CreateApiKey(context, app.ids.next('key'), 'Test', scopes, new Set(scopes), key));
  headers = { authorization: `Bearer ${key}` };
});
afterAll(() => app.stop());

const addressOf = (name: string): string => `${name.toLowerCase().replaceAll(' ', '.')}@counter.example`;

async function newLocation(name: string, more: Record<string, string> = {}): Promise<string> {
  expect((await owner.post('/n/counter/locations', { name, email: addressOf(name), ...more })).status).toBe(303);
  return new RegExp(`locations/(loc_[0-9A-Z]{26})">${name}<`).exec(await (await owner.get('/n/counter/locations')).text())![1]!;
}

const isDevice = async ({ cookie }: ActivatedDevice): Promise<number> =>
  (await app.request('/n/counter/activate/done', { headers: { cookie } })).status;

describe('The activation mail', () => {
  it('goes out at creation where it is wished, in text, HTML and as a QR code', async () => {
    await newLocation('Mailed Door', { sendActivationLink: 'on' });
    const mail = await app.mail('activation-link', addressOf('Mailed Door'));
    const link = linkIn(mail.text);
    expect(mail.html).toContain(link);
    expect(mail.subject).toBe('Activate the devices of Mailed Door');
    expect(mail.subject + mail.text.replace(/https?:\S+/g, '')).not.toContain(link.split('.').at(-1));
    expect((await activateBy(app, link)).code).toMatch(/^[A-Z]+-\d\d$/);
  });

  it('does not go out unasked', async () => {
    await newLocation('Quiet Door');
    await newLocation('Mailed Door Too', { sendActivationLink: 'on' });
    await app.mail('activation-link', addressOf('Mailed Door Too'));
    expect(await app.mails(addressOf('Quiet Door'))).toEqual([]);
  });

  it('is sent again from the Devices tab, and the link in the former one says so; withdrawn, it says so too', async () => {
    const id = await newLocation('Again Door', { sendActivationLink: 'on' });
    const first = linkIn((await app.mail('activation-link', addressOf('Again Door'))).text);
    const answer = await owner.post(`/n/counter/locations/${id}/activation-links`, { mail: 'on' });
    expect(answer.headers.get('location')).toBe(`/n/counter/locations/${id}/devices`);
    const second = await eventually(async () => {
      const [newest] = await app.mails(addressOf('Again Door'));
      return linkIn(newest!.text) !== first && linkIn(newest!.text);
    }, 'a newer link');
    expect(await textOf(await app.request(first))).toContain('A newer activation link was sent');
    const { deviceId } = await activateBy(app, second);
    const linkId = second.split('.')[1]!;
    expect((await owner.post(`/n/counter/locations/${id}/activation-links/${linkId}/withdrawal`)).status).toBe(303);
    const withdrawn = await app.request(second);
    expect([withdrawn.status, await textOf(withdrawn)]).toEqual([410, expect.stringContaining('has withdrawn this activation link')]);
    const tab = await textOf(await owner.get(`/n/counter/locations/${id}/devices`));
    expect(tab).toContain('The last link was withdrawn');
    expect(await (await owner.get(`/n/counter/locations/${id}/devices`)).text()).toContain(deviceId);
  });
});

describe('A location’s devices', () => {
  it('are listed with code, name, when and with what they were last seen, in the tab and for the whole network', async () => {
    const id = await newLocation('Listed Door');
    const device = await activateDevice(app, { slug: 'counter', locationId: id, name: 'Till 1' });
    const tab = await textOf(await owner.get(`/n/counter/locations/${id}/devices`));
    for (const part of [device.code, 'Till 1', 'Active', '0.1.0']) expect(tab).toContain(part);
    for (const find of [device.code, device.code.slice(0, 3).toLowerCase(), 'listed', ''])
      expect(await textOf(await owner.get(`/n/counter/devices?find=${find}`))).toContain(device.code);
    for (const query of ['find=NOTHING-11', 'find=Blue+Door', 'status=revoked'])
      expect(await textOf(await owner.get(`/n/counter/devices?${query}`))).not.toContain(device.code);
  });

  it('are renamed and revoked; the next request of a revoked one is refused and says why', async () => {
    const device = await activateDevice(app, { slug: 'counter', locationId: place });
    const base = `/n/counter/locations/${place}/devices/${device.deviceId}`;
    expect((await owner.post(base, { name: 'Back room' })).status).toBe(303);
    expect(await textOf(await owner.get(base))).toContain(device.code);
    expect(await (await owner.get(base)).text()).toContain('value="Back room"');
    expect(await isDevice(device)).toBe(200);
    expect((await owner.post(`${base}/revocation`)).status).toBe(303);
    expect(await isDevice(device)).toBe(401);
    expect((await owner.post(base, { name: 'Other' })).status).toBe(409);
    expect((await owner.post(`${base}/revocation`)).status).toBe(303);
    expect(await textOf(await owner.get(`/n/counter/devices?status=revoked`))).toContain(device.code);
  });

  it('are off with their location, and the tab says so', async () => {
    const id = await newLocation('Shut Door');
    const device = await activateDevice(app, { slug: 'counter', locationId: id });
    await owner.post(`/n/counter/locations/${id}/standing`, { standing: 'suspended' });
    expect(await isDevice(device)).toBe(401);
    expect(await textOf(await owner.get(`/n/counter/locations/${id}/devices`))).toContain('its devices are off until it opens again');
    await owner.post(`/n/counter/locations/${id}/standing`, { standing: 'open' });
    expect(await isDevice(device)).toBe(200);
    await owner.post(`/n/counter/locations/${id}/standing`, { standing: 'closed' });
    expect(await textOf(await owner.get(`/n/counter/locations/${id}/devices`))).toContain('off for good');
  });
});

describe('The API of devices', () => {
  const post = (path: string, json: object, key: string = crypto.randomUUID()) =>
    app.request(path, { headers: { ...headers, 'idempotency-key': key }, json });

  it('issues a link once for each key, lists links, and withdraws them', async () => {
    const base = `/v1/locations/${place}/activation-links`;
    const [first, again] = [await post(base, { mail: false }, 'k1'), await post(base, { mail: false }, 'k1')];
    const link = (await first.json()) as { id: string; url: string; status: string };
    expect([first.status, link.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'open', 'true']);
    expect(await again.json()).toEqual(link);
    expect((await activateBy(app, new URL(link.url).pathname)).code).toMatch(/-/);
    expect((await app.request(`${base}/${link.id}`, { method: 'DELETE', headers })).status).toBe(204);
    const { data } = (await (await app.request(base, { headers })).json()) as { data: { id: string; status: string; url?: string }[] };
    expect(data[0]).toMatchObject({ id: link.id, status: 'withdrawn' });
    expect(data[0]).not.toHaveProperty('url');
    expect((await app.request(`${base}/link_00000000000000000000000000`, { method: 'DELETE', headers })).status).toBe(404);
  });

  it('mails the link unless told otherwise, also when a location is created', async () => {
    const made = await post('/v1/locations', { name: 'By API', email: 'by.api@counter.example', sendActivationLink: true }, 'k2');
    const { id } = (await made.json()) as { id: string };
    await post('/v1/locations', { name: 'By API', email: 'by.api@counter.example', sendActivationLink: true }, 'k2');
    await app.mail('activation-link', 'by.api@counter.example');
    await post(`/v1/locations/${id}/activation-links`, {});
    const { data } = (await (await app.request(`/v1/locations/${id}/activation-links`, { headers })).json()) as {
      data: { status: string; mailed: boolean }[];
    };
    expect(data).toMatchObject([
      { status: 'open', mailed: true },
      { status: 'replaced', mailed: true },
    ]);
  });

  it('lists, renames and revokes devices', async () => {
    const { id } = (await (await post('/v1/locations', { name: 'Devices', email: 'd@counter.example' })).json()) as { id: string };
    const device = await activateDevice(app, { slug: 'counter', locationId: id });
    const base = `/v1/locations/${id}/devices`;
    const renamed = await app.request(`${base}/${device.deviceId}`, { method: 'PATCH', headers, json: { name: 'Till 9' } });
    expect(await renamed.json()).toMatchObject({
      id: device.deviceId,
      code: device.code,
      name: 'Till 9',
      status: 'active',
      appVersion: '0.1.0',
    });
    expect((await app.request(`${base}/${device.deviceId}`, { method: 'DELETE', headers })).status).toBe(204);
    const { data } = (await (await app.request(base, { headers })).json()) as { data: object[] };
    expect(data).toMatchObject([{ id: device.deviceId, name: 'Till 9', status: 'revoked' }]);
    expect(await isDevice(device)).toBe(401);
  });

  it('knows no location of a made-up id, and takes no name of 61 letters', async () => {
    const none = '/v1/locations/loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
    expect((await app.request(`${none}/devices`, { headers })).status).toBe(404);
    expect((await post(`${none}/activation-links`, {})).status).toBe(404);
    const { deviceId } = await activateDevice(app, { slug: 'counter', locationId: place });
    const long = { method: 'PATCH', headers, json: { name: 'x'.repeat(61) } };
    expect((await app.request(`/v1/locations/${place}/devices/${deviceId}`, long)).status).toBe(422);
  });
});

describe('Location staff', () => {
  let staff: Visitor;
  let theirs: string;
  beforeAll(async () => {
    theirs = await newLocation('Staffed Door');
    staff = await join(app, owner, 'counter', 'staff@counter.example', ['location-staff'], theirs);
  });

  it('begin at their own location, whose devices they manage', async () => {
    expect((await staff.get('/n/counter')).headers.get('location')).toBe(`/n/counter/locations/${theirs}`);
    expect((await staff.get('/n/counter/locations')).headers.get('location')).toBe(`/n/counter/locations/${theirs}`);
    expect((await staff.get('/n/counter/devices')).headers.get('location')).toBe(`/n/counter/locations/${theirs}/devices`);
    const page = await (await staff.get(`/n/counter/locations/${theirs}`)).text();
    expect(page).toContain(`/n/counter/locations/${theirs}/devices`);
    expect(page).not.toMatch(/name="email"|standing|employees/);
    const device = await activateDevice(app, { slug: 'counter', locationId: theirs });
    expect((await staff.post(`/n/counter/locations/${theirs}/devices/${device.deviceId}/revocation`)).status).toBe(303);
    expect(await isDevice(device)).toBe(401);
  });

  it('change nothing of their location but what is theirs', async () => {
    expect((await staff.post(`/n/counter/locations/${theirs}`, { name: 'Mine', email: 'm@counter.example' })).status).toBe(403);
    expect((await staff.post(`/n/counter/locations/${theirs}/standing`, { standing: 'closed' })).status).toBe(403);
    expect((await staff.get('/n/counter/locations/new')).status).toBe(403);
  });
});
