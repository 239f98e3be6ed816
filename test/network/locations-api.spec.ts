import { NetworkFacade } from '../../src/network/network.facade';
import { CreateApiKey } from '../../src/network/features/api-keys';
import { CommandBus } from '@nestjs/cqrs';
import { startApp, type TestApp } from '../support/app';
import { signUp, type Visitor } from './visitor';

jest.setTimeout(60_000);

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
