import { NetworkFacade } from '../../src/network/network.facade';
import { CreateApiKey } from '../../src/network/features/api-keys';
import { CommandBus } from '@nestjs/cqrs';
import { startApp, type TestApp } from '../support/app';
import { signUp, type Visitor } from './visitor';

let app: TestApp;
let owner: Visitor;
let headers: Record<string, string>;

beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'places');
  const network = (await app.app.get(NetworkFacade).networkBySlug('places'))!.id;
  const key = `lg_${app.ids.secret(40)}`;
  const context = {
    network,
    actor: { kind: 'operator', id: 'test' },
    commandId: app.ids.next('cmd'),
    at: app.clock.now(),
    correlation: 'test',
  } as const;
  const scopes = ['locations.manage'];
  await app.app.get(CommandBus).execute(new CreateApiKey(context, app.ids.next('key'), 'Test', scopes, new Set(scopes), key));
  headers = { authorization: `Bearer ${key}` };
});
afterAll(() => app.stop());

const create = (body: object, key: string = crypto.randomUUID()): Promise<Response> =>
  app.request('/v1/locations', { headers: { ...headers, 'idempotency-key': key }, json: body });

describe('POST /v1/locations', () => {
  it('creates a location and answers a repeat as the first time', async () => {
    const body = { name: 'Café Zoé', email: 'zoe@example.com', reference: 'M-1' };
    const [first, again] = [await create(body, 'one'), await create(body, 'one')];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([null, 'true']);
    const answer = (await first.json()) as { id: string };
    expect(answer).toMatchObject({ ...body, status: 'open' });
    expect(await again.json()).toEqual(answer);
    expect(first.headers.get('location')).toBe(`/v1/locations/${answer.id}`);
  });

  it('answers a repeat as the first time also when the location changed since', async () => {
    const body = { name: 'Quay Books', email: 'quay@example.com' };
    const first = (await (await create(body, 'before-the-change')).json()) as { id: string };
    expect((await owner.post(`/n/places/locations/${first.id}/standing`, { standing: 'suspended' })).status).toBe(303);
    expect(await (await app.request(`/v1/locations/${first.id}`, { headers })).json()).toMatchObject({ status: 'suspended' });
    expect(await (await create(body, 'before-the-change')).json()).toEqual(first);
  });

  it('refuses the same key for another body', async () => {
    expect(await (await create({ name: 'Other', email: 'other@example.com' }, 'one')).json()).toMatchObject({
      status: 422,
      code: 'idempotency-key-reused',
    });
  });

  it('gives a reference once', async () => {
    const response = await create({ name: 'Second', email: 'second@example.com', reference: 'M-1' });
    expect(await response.json()).toMatchObject({ status: 409, code: 'reference-taken' });
  });

  it.each([
    ['no name', { email: 'a@example.com' }, '/name'],
    ['a name of spaces', { name: '   ', email: 'a@example.com' }, '/name'],
    ['a name of 121 letters', { name: 'x'.repeat(121), email: 'a@example.com' }, '/name'],
    ['control characters', { name: 'Blue\u0007Door', email: 'a@example.com' }, '/name'],
    ['an address that is none', { name: 'Blue Door', email: 'blue@' }, '/email'],
    ['a field we don’t know', { name: 'Blue Door', email: 'a@example.com', colour: 'blue' }, '/colour'],
    ['a number for a name', { name: 7, email: 'a@example.com' }, '/name'],
  ])('refuses %s at its pointer', async (_, body, pointer) => {
    const response = await create(body);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'input-invalid', errors: [{ pointer }] });
  });

  it('needs an Idempotency-Key', async () => {
    const response = await app.request('/v1/locations', { headers, json: { name: 'Blue Door', email: 'a@example.com' } });
    expect(await response.json()).toMatchObject({ status: 400, code: 'idempotency-key-missing' });
  });
});

describe('GET /v1/locations', () => {
  it('sees what was just written, and pages through all of them once', async () => {
    for (let n = 0; n < 5; n += 1) await create({ name: `Shop ${n}`, email: `shop${n}@example.com` });
    const last = await create({ name: 'Last', email: 'last@example.com' });
    const position = { 'largesse-position': last.headers.get('largesse-position')! };
    const names: string[] = [];
    let path: string | undefined = '/v1/locations?limit=2';
    while (path) {
      const page = (await (await app.request(path, { headers: { ...headers, ...position } })).json()) as {
        data: { name: string }[];
        next: string | null;
      };
      names.push(...page.data.map(({ name }) => name));
      path = page.next ? `/v1/locations?limit=2&after=${page.next}` : undefined;
    }
    expect(names).toEqual(['Café Zoé', 'Quay Books', 'Shop 0', 'Shop 1', 'Shop 2', 'Shop 3', 'Shop 4', 'Last']);
  });

  it.each(['limit=0', 'limit=101', 'limit=ten', 'after=made-up'])('refuses %s', async (query) => {
    expect((await app.request(`/v1/locations?${query}`, { headers })).status).toBe(422);
  });

  it('knows no location of a made-up id', async () => {
    expect((await app.request('/v1/locations/loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG', { headers })).status).toBe(404);
  });
});

describe('PATCH and standing', () => {
  const change = (id: string, body: object, etag = '*', path = '') =>
    app.request(`/v1/locations/${id}${path}`, { method: path ? 'PUT' : 'PATCH', headers: { ...headers, 'if-match': etag }, json: body });
  const full = {
    name: 'Harbor Books',
    email: 'books@example.com',
    reference: 'M-70',
    address: { street: '3 Quay', city: 'Québec', region: 'QC', postalCode: 'G1K 3X2', country: 'CA' },
    phone: '+1 418 555 0123',
    website: 'harborbooks.example',
    category: 'Books',
    language: 'fr',
    listed: false,
  };
  const read = async (id: string) => {
    const response = await app.request(`/v1/locations/${id}`, { headers });
    return { etag: response.headers.get('etag')!, body: (await response.json()) as Record<string, unknown> };
  };
  let id: string;
  beforeAll(async () => void ({ id } = (await (await create(full)).json()) as { id: string }));

  it('keeps every detail', async () =>
    expect((await read(id)).body).toMatchObject({ ...full, website: 'https://harborbooks.example', status: 'open' }));

  it('changes what is said, takes away what is null, and only what the editor saw', async () => {
    const { etag } = await read(id);
    const response = await change(id, { website: null, address: { region: null, city: 'Lévis' }, listed: true }, etag);
    const body = (await response.json()) as Record<string, unknown>;
    expect(response.status).toBe(200);
    expect(body).toMatchObject({ name: full.name, listed: true, address: { street: '3 Quay', city: 'Lévis', country: 'CA' } });
    expect(body).not.toHaveProperty('website');
    expect(body.address).not.toHaveProperty('region');
    expect(response.headers.get('etag')).not.toBe(etag);
    expect(await (await change(id, { name: 'Late' }, etag)).json()).toMatchObject({ status: 409, code: 'edited-meanwhile' });
    const none = await app.request(`/v1/locations/${id}`, { method: 'PATCH', headers, json: { name: 'X' } });
    expect(await none.json()).toMatchObject({ status: 400, code: 'if-match-missing' });
  });

  it('frees a reference that it gives up, and refuses one that is taken', async () => {
    expect(await (await change(id, { reference: 'M-1' })).json()).toMatchObject({ code: 'reference-taken' });
    expect((await change(id, { reference: null })).status).toBe(200);
    expect((await create({ name: 'Heir', email: 'heir@example.com', reference: 'M-70' })).status).toBe(201);
  });

  it.each([
    ['a phone number of words', { phone: 'call me' }, '/phone'],
    ['a website that is a script', { website: 'javascript:alert(1)' }, '/website'],
    ['a country that is none', { address: { country: 'Canada' } }, '/address/country'],
    ['a language that we don’t speak', { language: 'de' }, '/language'],
    ['no name', { name: null }, '/name'],
    ['a field we don’t know', { colour: 'blue' }, '/colour'],
  ])('refuses %s at its pointer', async (_, body, pointer) =>
    expect(await (await change(id, body)).json()).toMatchObject({ status: 422, errors: [{ pointer }] }),
  );

  it('is suspended, opened again, and closed for good', async () => {
    const stand = async (standing: string) => (await change(id, { standing }, '*', '/standing')).json();
    expect(await stand('suspended')).toMatchObject({ status: 'suspended' });
    expect(await stand('open')).toMatchObject({ status: 'open' });
    expect(await stand('closed')).toMatchObject({ status: 'closed' });
    expect(await stand('open')).toMatchObject({ status: 409, code: 'location-closed' });
    expect(await stand('shut')).toMatchObject({ status: 422 });
    expect(await (await change(id, { name: 'After' })).json()).toMatchObject({ code: 'location-closed' });
  });

  it('is found by the beginning of a word of its name, its city, reference and address', async () => {
    const last = await create({
      name: 'Boulangerie de la Côte',
      email: 'cote@example.com',
      reference: 'Q-9',
      address: { city: 'Trois-Rivières' },
    });
    const position = { 'largesse-position': last.headers.get('largesse-position')! };
    const found = async (query: string): Promise<number> => {
      const response = await app.request(`/v1/locations?${query}`, { headers: { ...headers, ...position } });
      return ((await response.json()) as { data: { name: string }[] }).data.filter(({ name }) => name === 'Boulangerie de la Côte').length;
    };
    const wanted = ['q=boulang', 'q=cote', 'q=C%C3%94TE', 'q=trois', 'q=q-9', 'q=cote@', 'reference=Q-9', 'status=open'];
    const unwanted = ['q=angerie', 'q=ote', 'reference=Q', 'status=closed'];
    expect(await Promise.all(wanted.map(found))).toEqual(wanted.map(() => 1));
    expect(await Promise.all(unwanted.map(found))).toEqual(unwanted.map(() => 0));
  });
});
