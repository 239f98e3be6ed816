import { CommandBus } from '@nestjs/cqrs';
import { NetworkFacade } from '../../src/network';
import { CreateApiKey } from '../../src/network/features/api-keys';
import { CreateLocation } from '../../src/network/features/location-commands';
import { startApp, type TestApp } from '../support/app';
import { answers, ItemWebhook } from '../support/item-webhook';
import { join, signUp, textOf, type Visitor } from './visitor';

let app: TestApp;
let owner: Visitor;
let staff: Visitor;
let network: string;
let place: string;
let key: string;
let webhook: ItemWebhook;

const context = () =>
  ({ network, actor: { kind: 'operator', id: 'test' }, commandId: app.ids.next('cmd'), at: app.clock.now(), correlation: 'test' }) as const;
const call = (method: string, path: string, json?: unknown): Promise<Response> =>
  app.request(path, { method, json, headers: { authorization: `Bearer ${key}` } });

beforeAll(async () => {
  [app, webhook] = await Promise.all([startApp({ env: { OUTGOING_PRIVATE: '1' } }), ItemWebhook.start()]);
  owner = await signUp(app, 'harbor');
  network = (await app.app.get(NetworkFacade).networkBySlug('harbor'))!.id;
  place = app.ids.next('loc');
  await app.app.get(CommandBus).execute(new CreateLocation(context(), place, { name: 'Bakery', email: 'bakery@example.com' }));
  staff = await join(app, owner, 'harbor', 'staff@example.com', ['location-staff'], place);
  key = `lg_${app.ids.secret(40)}`;
  const scopes = ['webhooks.manage'];
  await app.app.get(CommandBus).execute(new CreateApiKey(context(), app.ids.next('key'), 'Test', scopes, new Set(scopes), key));
});
afterAll(async () => {
  await app.stop();
  await webhook.stop();
});

const page = (rest = ''): string => `/n/harbor/locations/${place}/webhook${rest}`;

it('the location’s own people set its webhook, see the secret once, and try it', async () => {
  expect((await staff.post(page(), { url: 'gopher://x' })).status).toBe(422);
  const shown = await staff.post(page(), { url: webhook.url, offersItems: 'on' });
  expect(shown.status).toBe(200);
  const secret = /whsec_[\w+/=]+/.exec(await shown.text())![0];
  webhook.secrets = [secret];
  expect(await (await staff.get(page())).text()).not.toContain(secret);
  webhook.post = answers.status(500, {}, 'asleep');
  const tried = await staff.post(page('/pings'));
  expect(tried.status).toBe(303);
  const delivery = tried.headers.get('location')!;
  expect(await textOf(await staff.get(delivery))).toContain('asleep');
  webhook.post = answers.ok;
  expect((await staff.post(`${delivery}/replays`)).status).toBe(303);
  const text = await textOf(await staff.get(delivery));
  expect(text).toContain('HTTP 204');
  expect(text).not.toContain(secret);
  expect(webhook.notices.map(({ verified }) => verified)).toEqual([true, true]);
  expect(await textOf(await staff.get('/n/harbor/webhook-deliveries'))).toContain('ping');
});

it('what is the network’s is none of theirs', async () => {
  expect((await staff.get('/n/harbor/webhook')).status).toBe(403);
  expect((await staff.post('/n/harbor/webhook', { url: webhook.url })).status).toBe(403);
  expect((await owner.post('/n/harbor/webhook', { url: webhook.url })).status).toBe(200);
  const tried = await owner.post('/n/harbor/webhook/pings');
  const delivery = tried.headers.get('location')!;
  expect((await owner.get(delivery)).status).toBe(200);
  expect((await staff.get(delivery)).status).toBe(404);
  expect((await staff.post(`${delivery}/replays`)).status).toBe(404);
});

it('pausing, a new secret and removing', async () => {
  await staff.post(page('/standing'), { standing: 'paused' });
  expect((await staff.post(page('/pings'))).status).toBe(409);
  await staff.post(page('/standing'), { standing: 'active' });
  expect(await (await staff.post(page('/secrets'))).text()).toContain('whsec_');
  webhook.get = answers.items([{ id: 'a', name: 'A', price: { amount: 1.5, currency: 'USD' } }]);
  await staff.post(page('/items'));
  expect(await textOf(await staff.get(page()))).toContain('A price is not in whole cents.');
  await staff.post(page('/standing'), { standing: 'removed' });
  expect(await textOf(await staff.get(page()))).toContain('Set the webhook');
});

it('the API does the same', async () => {
  const set = await call('POST', '/v1/webhook-endpoints', { url: webhook.url, locationId: place, offersItems: true });
  const endpoint = (await set.json()) as { id: string; secret: string };
  expect(endpoint).toMatchObject({
    locationId: place,
    url: webhook.url,
    offersItems: true,
    status: 'active',
    secret: expect.stringMatching(/^whsec_/) as string,
  });
  webhook.secrets = [endpoint.secret];
  const path = `/v1/webhook-endpoints/${endpoint.id}`;
  expect(
    await (await call('POST', '/v1/webhook-endpoints', { url: webhook.url, locationId: place, offersItems: true })).json(),
  ).not.toHaveProperty('secret');
  expect(await (await call('PATCH', path, { status: 'paused' })).json()).toMatchObject({ status: 'paused' });
  expect(await (await call('PATCH', path, { status: 'active', offersItems: false })).json()).toMatchObject({
    status: 'active',
    offersItems: false,
  });
  const pinged = (await (await call('POST', `${path}/pings`)).json()) as { id: string };
  expect(pinged).toMatchObject({ type: 'ping', status: 'delivered', attempts: 1 });
  expect(await (await call('POST', `/v1/webhook-deliveries/${pinged.id}/replay`)).json()).toMatchObject({ attempts: 2 });
  expect(await (await call('GET', `/v1/webhook-deliveries/${pinged.id}`)).json()).toMatchObject({
    history: [
      { attempt: 2, status: 204 },
      { attempt: 1, status: 204 },
    ],
  });
  expect(webhook.notices.slice(-2).map(({ verified }) => verified)).toEqual([true, true]);
  const { secret } = (await (await call('POST', `${path}/secrets`)).json()) as { secret: string };
  expect(secret).toMatch(/^whsec_/);
  expect(((await (await call('GET', '/v1/webhook-endpoints')).json()) as { data: unknown[] }).data.length).toBeGreaterThan(0);
  expect(
    ((await (await call('GET', '/v1/webhook-deliveries?status=delivered')).json()) as { data: unknown[] }).data.length,
  ).toBeGreaterThan(0);
  expect((await call('DELETE', path)).status).toBe(204);
  expect((await call('GET', path)).status).toBe(404);
});

it.each([
  ['http', 'http://[', 'address-unusable'],
  ['ftp', 'ftp://x.example/', 'address-unusable'],
])('refuses an address of %s', async (_, url, code) =>
  expect(await (await call('POST', '/v1/webhook-endpoints', { url, locationId: place })).json()).toMatchObject({ status: 422, code }),
);
