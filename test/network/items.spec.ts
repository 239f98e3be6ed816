import sharp from 'sharp';
import document from '../../docs/openapi.json';
import { CommandBus } from '@nestjs/cqrs';
import { NetworkFacade } from '../../src/network';
import { CreateApiKey } from '../../src/network/features/api-keys';
import { ChangeLocationStanding, CreateLocation } from '../../src/network/features/location-commands';
import { startApp, type TestApp } from '../support/app';
import { join, signUp, textOf, type Visitor } from './visitor';

let app: TestApp;
let owner: Visitor;
let staff: Visitor;
let network: string;
let facade: NetworkFacade;
let place: string;
let other: string;
let key: string;

const context = () =>
  ({ network, actor: { kind: 'operator', id: 'test' }, commandId: app.ids.next('cmd'), at: app.clock.now(), correlation: 'test' }) as const;
async function location(name: string): Promise<string> {
  const id = app.ids.next('loc');
  await app.app.get(CommandBus).execute(new CreateLocation(context(), id, { name, email: `${name.toLowerCase()}@example.com` }));
  return id;
}

beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'harbor');
  facade = app.app.get(NetworkFacade);
  network = (await facade.networkBySlug('harbor'))!.id;
  [place, other] = [await location('Bakery'), await location('Other')];
  staff = await join(app, owner, 'harbor', 'staff@example.com', ['location-staff'], place);
  key = `lg_${app.ids.secret(40)}`;
  const scopes = ['items.manage', 'locations.manage'];
  await app.app.get(CommandBus).execute(new CreateApiKey(context(), app.ids.next('key'), 'Test', scopes, new Set(scopes), key));
});
afterAll(() => app.stop());

const page = (rest = '', id = place): string => `/n/harbor/locations/${id}/items${rest}`;
const call = (method: string, path: string, json?: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  app.request(path, { method, json, headers: { authorization: `Bearer ${key}`, 'idempotency-key': crypto.randomUUID(), ...headers } });
const offered = async () => (await facade.items(network, place)).items.map(({ name }) => name);
const idOf = async (name: string): Promise<string> => (await facade.items(network, place)).items.find((each) => each.name === name)!.itemId;
const photo = (): Promise<Buffer> =>
  sharp({ create: { width: 2_000, height: 1_000, channels: 3, background: '#aa5500' } })
    .withExif({ IFD0: { Artist: 'Somebody' }, IFD3: { GPSLatitudeRef: 'N' } })
    .jpeg()
    .toBuffer();
const upload = (visitor: Visitor, path: string, bytes: Buffer): Promise<Response> => {
  const body = new FormData();
  body.append('file', new Blob([new Uint8Array(bytes)]), 'photo.jpg');
  return fetch(app.url + path, {
    method: 'POST',
    redirect: 'manual',
    body,
    headers: { 'sec-fetch-site': 'same-origin', cookie: visitor.cookie },
  });
};

it('nothing is on offer before there is something', async () =>
  expect(await facade.items(network, place)).toEqual({ source: 'none', items: [] }));

it('location staff add, order, change and take off items of their own location', async () => {
  expect((await staff.post(page(), { name: 'Bread', price: '$8.50' })).status).toBe(303);
  expect((await staff.post(page(), { name: 'Cake', price: '24' })).status).toBe(303);
  expect(await facade.items(network, place)).toMatchObject({
    source: 'stored',
    items: [{ name: 'Bread', price: { amount: 850, currency: 'USD' } }, { name: 'Cake' }],
  });
  const [bread, cake] = [await idOf('Bread'), await idOf('Cake')];
  await staff.post(page(`/${cake}/moves`), { direction: 'up' });
  expect(await offered()).toEqual(['Cake', 'Bread']);
  await staff.post(page(`/${cake}/standing`));
  expect(await offered()).toEqual(['Bread']);
  await staff.post(page(`/${cake}/standing`), { active: 'on' });
  await staff.post(page(`/${bread}`), { name: 'Rye', price: '9.00', active: 'on' });
  expect(await facade.items(network, place)).toMatchObject({ items: [{ name: 'Cake' }, { name: 'Rye', price: { amount: 900 } }] });
  expect(await textOf(await owner.get(page()))).toContain('$9.00');
  await staff.post(page(`/${bread}/removal`));
  expect(await offered()).toEqual(['Cake']);
});

it('another location’s items are not theirs', async () => {
  expect((await staff.get(page('', other))).status).toBe(404);
  expect((await staff.post(page('', other), { name: 'Bread', price: '1' })).status).toBe(404);
  expect((await owner.get(page('', other))).status).toBe(200);
});

it.each([
  ['no name', { name: '', price: '1' }, 'Fill this in'],
  ['no price', { name: 'Tea', price: '' }, 'Fill this in'],
  ['a price of nothing', { name: 'Tea', price: '0' }, ''],
  ['a price that is a word', { name: 'Tea', price: 'cheap' }, ''],
])('is told %s at the field', async (_, form, sentence) => {
  const response = await owner.post(page(), form);
  expect(response.status).toBe(422);
  const text = await response.text();
  expect(text).toContain('aria-invalid="true"');
  expect(text).toContain(sentence);
  expect(await offered()).toEqual(['Cake']);
});

it('the location’s wish for mails is kept', async () => {
  expect(await facade.wantsItemMails(network, place)).toBe(false);
  await staff.post(page('/notices'), { mailItems: 'on' });
  expect(await facade.wantsItemMails(network, place)).toBe(true);
});

it('a picture is made small, loses its metadata and is served by its hash', async () => {
  const cake = await idOf('Cake');
  expect((await upload(staff, page(`/${cake}/picture`), await photo())).status).toBe(303);
  const { picture } = (await facade.items(network, place)).items[0]!;
  const response = await app.request(picture!);
  expect(response.headers.get('content-type')).toBe('image/webp');
  expect(response.headers.get('cache-control')).toContain('immutable');
  const found = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
  expect(found).toMatchObject({ format: 'webp', width: 512, height: 256 });
  expect(found.exif).toBeUndefined();
  expect(await (await owner.get(page())).text()).toContain(picture);
  expect((await app.request(picture!.replace(/[\w-]{8}\.webp$/, 'AAAAAAAA.webp'))).status).toBe(404);
  await staff.post(page(`/${cake}/picture-removal`));
  expect((await facade.items(network, place)).items[0]!.picture).toBeUndefined();
});

it.each([
  ['text', Buffer.from('hello')],
  ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>')],
  ['half a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])],
  ['nothing', Buffer.alloc(0)],
])('%s is no picture', async (_, bytes) => {
  const response = await upload(owner, page(`/${await idOf('Cake')}/picture`), bytes);
  expect(response.status).toBe(422);
  expect(await textOf(response)).toContain('no picture that can be used');
});

describe('/v1/locations/{id}/items', () => {
  const path = (rest = ''): string => `/v1/locations/${place}/items${rest}`;
  const tea = { name: 'Tea', price: { amount: 400, currency: 'USD' } };

  it('adds once for one key, changes, moves, lists and removes', async () => {
    const added = await call('POST', path(), tea, { 'idempotency-key': 'tea' });
    expect(added.status).toBe(201);
    const item = (await added.json()) as { id: string };
    expect(item).toMatchObject({ ...tea, active: true });
    expect(await (await call('POST', path(), tea, { 'idempotency-key': 'tea' })).json()).toEqual(item);
    expect(await (await call('PATCH', path(`/${item.id}`), { active: false })).json()).toMatchObject({ ...tea, active: false });
    expect(((await (await call('POST', path(`/${item.id}/moves`), { direction: 'up' })).json()) as { order: number }).order).toBe(1);
    expect(await (await call('GET', path())).json()).toMatchObject({ data: [{ name: 'Tea' }, { name: 'Cake' }], next: null });
    expect(await (await call('GET', path(`/${item.id}`))).json()).toMatchObject({ name: 'Tea' });
    expect((await call('DELETE', path(`/${item.id}`))).status).toBe(204);
    expect((await call('DELETE', path(`/${item.id}`))).status).toBe(204);
    expect((await call('GET', path(`/${item.id}`))).status).toBe(404);
  });

  it('takes a picture as it is', async () => {
    const bytes = await sharp({ create: { width: 20, height: 20, channels: 4, background: '#00000000' } })
      .png()
      .toBuffer();
    const response = await fetch(`${app.url}${path(`/${await idOf('Cake')}/picture`)}`, {
      method: 'PUT',
      body: new Uint8Array(bytes),
      headers: { authorization: `Bearer ${key}`, 'content-type': 'image/png' },
    });
    expect(await response.json()).toMatchObject({
      picture: expect.stringMatching(/^http:\/\/largesse\.test\/n\/harbor\/item-pictures\/[\w-]{43}\.webp$/) as string,
    });
  });

  it.each([
    ['a float', { ...tea, price: { amount: 4.5, currency: 'USD' } }, 422, 'input-invalid'],
    ['another currency', { ...tea, price: { amount: 400, currency: 'CAD' } }, 422, 'currency-mismatch'],
    ['nothing', { ...tea, price: { amount: 0, currency: 'USD' } }, 422, 'input-invalid'],
    ['an unknown field', { ...tea, colour: 'green' }, 422, 'input-invalid'],
  ])('refuses %s', async (_, body, status, code) =>
    expect(await (await call('POST', path(), body)).json()).toMatchObject({ status, code }),
  );

  it('knows no location of another network', async () =>
    expect((await call('POST', `/v1/locations/loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG/items`, tea)).status).toBe(404));

  it('refuses every change at a closed location, as the document tells', async () => {
    const closed = await location('Closed');
    await app.app.get(CommandBus).execute(new ChangeLocationStanding(context(), closed, 'closed'));
    const at = `/v1/locations/${closed}/items`;
    const item = 'itm_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
    const told = document as { paths: Record<string, Record<string, { responses: Record<string, unknown> }>> };
    for (const [method, rest, body] of [
      ['POST', '', tea],
      ['PATCH', '/{itemId}', { active: false }],
      ['POST', '/{itemId}/moves', { direction: 'up' }],
      ['DELETE', '/{itemId}/picture', undefined],
      ['DELETE', '/{itemId}', undefined],
    ] as const) {
      const answer = await call(method, at + rest.replace('{itemId}', item), body);
      expect(await answer.json()).toMatchObject({ status: 409, code: 'location-closed' });
      const responses = told.paths[`/v1/locations/{id}/items${rest}`]![method.toLowerCase()]!.responses;
      expect([method, rest, JSON.stringify(responses['409'])]).toEqual([method, rest, expect.stringContaining('location-closed')]);
    }
  });

  it.each([
    ['many fields before the file', 12, 0],
    ['many fields after the file', 0, 12],
    ['two files', -1, 1],
    ['many fields and no file', 12, -1],
  ])('refuses a form with %s, and nothing fails', async (_, before, after) => {
    const form = new FormData();
    const file = (): void => form.append('file', new Blob(['no picture']), 'photo.jpg');
    for (let at = 0; at < before; at += 1) form.append(`field-${at}`, 'text');
    if (after >= 0) file();
    if (before < 0) file();
    for (let at = 0; at < after; at += 1) form.append(`later-${at}`, 'text');
    const headers = { authorization: `Bearer ${key}` };
    const item = (await (await call('POST', path(), tea)).json()) as { id: string };
    const picture = await fetch(`${app.url}${path(`/${item.id}/picture`)}`, { method: 'PUT', body: form, headers });
    expect(await picture.json()).toMatchObject({ status: 422, code: 'picture-unusable' });
    // A file of one line has a heading and no rows.
    const rows = await fetch(`${app.url}/v1/location-imports`, { method: 'POST', body: form, headers });
    const expected = after < 0 ? { status: 415, code: 'import-not-a-file' } : { status: 422, code: 'import-empty' };
    expect(await rows.json()).toMatchObject(expected);
  });
});
