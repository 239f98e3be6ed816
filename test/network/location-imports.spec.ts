import { CommandBus } from '@nestjs/cqrs';
import { NetworkFacade } from '../../src/network';
import { CreateApiKey } from '../../src/network/features/api-keys';
import { eventually, startApp, type TestApp } from '../support/app';
import { workbook } from '../support/workbook';
import { signUp } from './visitor';

/** Answers of the API, whose shape the OpenAPI tests check. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

let app: TestApp;
let key: string;
let network: string;

beforeAll(async () => {
  app = await startApp();
  ({ key, network } = await keyOf('lists'));
});
afterAll(() => app.stop());

async function keyOf(slug: string): Promise<{ key: string; network: string }> {
  await signUp(app, slug);
  const id = (await app.app.get(NetworkFacade).networkBySlug(slug))!.id;
  const secret = `lg_${app.ids.secret(40)}`;
  const actor = { kind: 'operator', id: 'test' } as const;
  const context = { network: id, actor, commandId: app.ids.next('cmd'), at: app.clock.now(), correlation: 'test' };
  const scopes = ['locations.manage', 'devices.manage'];
  await app.app.get(CommandBus).execute(new CreateApiKey(context, app.ids.next('key'), 'Test', scopes, new Set(scopes), secret));
  return { key: secret, network: id };
}

async function call(method: string, path: string, json?: unknown, by = key): Promise<{ status: number; body: Json }> {
  const response = await app.request(`/v1${path}`, { method, json, headers: { authorization: `Bearer ${by}` } });
  return { status: response.status, body: response.status === 204 ? undefined : await response.json() };
}

async function upload(body: string | Buffer, headers: Record<string, string> = {}): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${app.url}/v1/location-imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'text/csv', ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: response.status, body: await response.json() };
}

const reached = (id: string, ...statuses: string[]): Promise<Json> =>
  eventually(
    async () => {
      const { body } = await call('GET', `/location-imports/${id}`);
      return statuses.includes(body.status) && body;
    },
    `an import that is ${statuses.join(' or ')}`,
  );
const rows = async (id: string, query = ''): Promise<Json[]> =>
  (await call('GET', `/location-imports/${id}/rows?limit=100${query}`)).body.data;
const confirm = (id: string, mode = 'allOrNothing') => call('POST', `/location-imports/${id}/confirmations`, { mode });

/** Uploaded, checked, confirmed, done. */
async function bring(file: string | Buffer, mode = 'validRowsOnly'): Promise<Json> {
  const { body } = await upload(file);
  await reached(body.id, 'previewed');
  expect((await confirm(body.id, mode)).status).toBe(202);
  return reached(body.id, 'completed');
}

async function locations(query = ''): Promise<Json[]> {
  await app.caughtUp();
  return (await call('GET', `/locations?limit=100${query}`)).body.data;
}

const HEAD = 'Member no.;Business;E-mail;Phone;Web;Category;Address;City;Province/State;ZIP;Country;Language;Directory;Remarks';
const zoe = 'A-1;Café Zoé;zoe@example.com;+1 418 555 0123;cafezoe.example;Café;3 rue du Port;Québec;QC;G1K 3X2;Canada;Français;oui;vip';

it('previews a list, brings it in, and updates by reference when it comes again', async () => {
  const { status, body } = await upload(`${HEAD}\r\n${zoe}\r\nA-2;Books;books@example.com;;;;;;;;;;;\r\n`);
  expect([status, body.rows, body.columns[0], body.columns[13]]).toEqual([
    201,
    2,
    { header: 'Member no.', column: 'reference' },
    { header: 'Remarks' },
  ]);
  expect(await reached(body.id, 'previewed')).toMatchObject({ found: { created: 2, changed: 0, same: 0, refused: 0 } });
  expect(await locations('&reference=A-1')).toEqual([]);
  expect((await confirm(body.id)).status).toBe(202);
  expect(await reached(body.id, 'completed')).toMatchObject({
    done: { created: 2, changed: 0, same: 0, refused: 0 },
    mode: 'allOrNothing',
  });
  const [first] = await locations('&reference=A-1');
  expect(first).toMatchObject({
    name: 'Café Zoé',
    email: 'zoe@example.com',
    phone: '+1 418 555 0123',
    website: 'https://cafezoe.example',
    category: 'Café',
    address: { street: '3 rue du Port', city: 'Québec', region: 'QC', postalCode: 'G1K 3X2', country: 'CA' },
    language: 'fr',
    listed: true,
  });
  expect((await confirm(body.id)).status).toBe(202);

  const again = await upload(
    `Member no.;Business;E-mail;Phone\r\nA-1;Café Zoé;zoe@example.com;\r\nA-2;Books;books@example.com;\r\nA-3;New;new@example.com;\r\n`,
  );
  expect((await reached(again.body.id, 'previewed')).found).toEqual({ created: 1, changed: 1, same: 1, refused: 0 });
  expect((await rows(again.body.id, '&verdict=changed'))[0]).toMatchObject({
    line: 2,
    reference: 'A-1',
    changes: [{ column: 'phone', before: '+1 418 555 0123' }],
  });
  await confirm(again.body.id);
  await reached(again.body.id, 'completed');
  expect(await locations('&reference=A-1')).toMatchObject([{ id: first.id, category: 'Café' }]);
  expect((await locations('&reference=A-1'))[0]).not.toHaveProperty('phone');
  expect(await locations('&reference=A-3')).toHaveLength(1);
});

it('reads a workbook, formulas as what they showed, and numbers as references', async () => {
  const file = workbook([
    ['Ref', 'Name', 'Email', 'City'],
    [1017, { formula: 'CONCAT("Blue"," Door")', shown: 'Blue Door' }, 'blue@example.com', 'Portland'],
  ]);
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  const { body } = await upload(file, { 'content-type': type });
  expect((await reached(body.id, 'previewed')).found.created).toBe(1);
  await confirm(body.id);
  await reached(body.id, 'completed');
  expect(await locations('&reference=1017')).toMatchObject([{ name: 'Blue Door', address: { city: 'Portland' } }]);
});

it('names line, column and reason of what it refuses, in the reader’s language', async () => {
  const closed = await call('GET', `/locations?reference=A-2`);
  await call('PUT', `/locations/${closed.body.data[0].id}/standing`, { standing: 'closed' });
  const lines = [
    'B-1;Fine;fine@example.com;;yes',
    ';No reference;a@example.com;;',
    'B-2;;b@example.com;;',
    'B-3;No address;nobody;;',
    'B-1;Twice;twice@example.com;;',
    'B-4;Phone;c@example.com;call us;',
    'B-5;Listed;d@example.com;;perhaps',
    'A-2;Closed;books@example.com;;',
    'B-6;Wide;e@example.com;;yes;more',
    `${'x'.repeat(61)};Long;f@example.com;;`,
  ];
  const { body } = await upload(`Reference;Name;E-mail;Phone;Directory\n${lines.join('\n')}`);
  expect((await reached(body.id, 'previewed')).found).toEqual({ created: 1, changed: 0, same: 0, refused: 9 });
  const refused = await rows(body.id, '&verdict=refused');
  expect(refused.map(({ line, problems }) => [line, problems[0].column, problems[0].reason])).toEqual([
    [3, 'reference', 'reference-missing'],
    [4, 'name', 'required'],
    [5, 'email', 'email'],
    [6, 'reference', 'reference-twice'],
    [7, 'phone', 'phone-unusable'],
    [8, 'listed', 'listed-unusable'],
    [9, 'reference', 'location-closed'],
    [10, 'name', 'too-many-cells'],
    [11, 'reference', 'too-long'],
  ]);
  for (const { problems } of refused) expect(problems[0].detail).toMatch(/\.$/);
  const french = await app.request(`/v1/location-imports/${body.id}/rows?verdict=refused`, {
    headers: { authorization: `Bearer ${key}`, 'accept-language': 'fr' },
  });
  expect(((await french.json()) as Json).data[0].problems[0].detail).toMatch(/La référence manque/);
  expect((await confirm(body.id)).body).toMatchObject({ code: 'import-has-errors' });
  expect((await confirm(body.id, 'validRowsOnly')).status).toBe(202);
  expect((await reached(body.id, 'completed')).done).toEqual({ created: 1, changed: 0, same: 0, refused: 9 });
});

it('waits for columns that nobody knows, and remembers them for the next file', async () => {
  const file = (n: number) => `Wer;Wie;Wohin;Laune\nC-${n};Gasthaus;gast${n}@example.com;gut\n`;
  const { body } = await upload(file(1));
  expect(body.status).toBe('uploaded');
  expect((await confirm(body.id)).body).toMatchObject({ code: 'import-not-matched' });
  const match = (...columns: (string | null)[]) =>
    call('PUT', `/location-imports/${body.id}/columns`, { columns: columns.map((column) => ({ column })) });
  expect((await match('reference', 'name', null, null)).body).toMatchObject({ status: 422, code: 'locations-column-missing' });
  expect((await match('reference', 'name', 'email', 'name')).body).toMatchObject({ status: 422, code: 'locations-column-twice' });
  expect((await match('shoe-size')).status).toBe(422);
  expect((await match('reference', 'name', 'email', null)).status).toBe(200);
  await reached(body.id, 'previewed');
  await confirm(body.id);
  await reached(body.id, 'completed');
  expect((await match('reference', 'name', 'email', null)).body).toMatchObject({ code: 'import-closed' });
  const next = await upload(file(2));
  expect(next.body.columns.map(({ column }: Json) => column)).toEqual(['reference', 'name', 'email', undefined]);
  expect((await reached(next.body.id, 'previewed')).found.created).toBe(1);
});

it('is discarded, and is nobody else’s', async () => {
  const { body } = await upload(`Reference,Name,E-mail\nD-1,Gone,gone@example.com\n`);
  await reached(body.id, 'previewed');
  const stranger = (await keyOf('strangers')).key;
  for (const [method, path, json] of [
    ['GET', '', undefined],
    ['GET', '/rows', undefined],
    ['POST', '/confirmations', { mode: 'allOrNothing' }],
    ['PUT', '/columns', { columns: [{ column: 'reference' }] }],
    ['POST', '/activation-mails', undefined],
    ['DELETE', '', undefined],
  ] as const) {
    expect([path, (await call(method, `/location-imports/${body.id}${path}`, json, stranger)).status]).toEqual([path, 404]);
  }
  expect((await call('DELETE', `/location-imports/${body.id}`)).status).toBe(204);
  expect((await confirm(body.id)).status).toBeGreaterThanOrEqual(409);
  expect(await locations('&reference=D-1')).toEqual([]);
});

it.each<[string, string, string, number, Record<string, string>]>([
  ['a file without rows', 'Reference,Name,E-mail\n', 'import-empty', 422, {}],
  ['an empty file', '', 'import-empty', 422, {}],
  ['JSON', '{"rows":[]}', 'import-not-a-file', 415, { 'content-type': 'application/json' }],
])('refuses %s', async (_, file, code, status, headers) => expect(await upload(file, headers)).toMatchObject({ status, body: { code } }));

it('never makes two of one reference, with two uploads at once', async () => {
  const list = (name: string) =>
    `Reference,Name,E-mail\n${Array.from({ length: 300 }, (_, n) => `E-${n},${name} ${n},${name}${n}@example.com`).join('\n')}`;
  const [one, two] = await Promise.all([bring(list('left')), bring(list('right'))]);
  expect(one.done.created + two.done.created).toBe(300);
  expect(one.done.refused + two.done.refused).toBe(0);
  await app.caughtUp();
  expect(await app.models.count({ name: 'location-list', version: 2 }, { filter: { network, 'search.reference': { prefix: 'e-' } } })).toBe(
    300,
  );
});

it('mails activation links to its open locations without a device, once', async () => {
  const { body } = await upload('Reference,Name,E-mail\nF-1,One,f1@example.com\nF-2,Two,f2@example.com\n');
  expect((await call('POST', `/location-imports/${body.id}/activation-mails`)).body).toMatchObject({ code: 'import-not-done' });
  await reached(body.id, 'previewed');
  await confirm(body.id);
  await reached(body.id, 'completed');
  const [second] = await locations('&reference=F-2');
  await call('PUT', `/locations/${second.id}/standing`, { standing: 'suspended' });
  expect((await call('POST', `/location-imports/${body.id}/activation-mails`)).status).toBe(202);
  const sent = await eventually(async () => {
    const item = (await call('GET', `/location-imports/${body.id}`)).body;
    return item.activationMails === 'sent' && item;
  }, 'the mails');
  expect(sent.activationMailsSent).toBe(1);
  const issued = async ({ id }: Json) =>
    (await app.streams.history(network, `location-${id}`)).map(({ fact }) => fact).filter(({ type }) => type === 'ActivationLinkIssued');
  expect(await issued((await locations('&reference=F-1'))[0])).toMatchObject([{ data: { mail: true } }]);
  expect(await issued(second)).toEqual([]);
});

it('brings 2,000 rows in exactly once, through a restart in the middle', async () => {
  const list = Array.from({ length: 2000 }, (_, n) => `G-${n},Shop ${n},g${n}@example.com,City ${n % 7}`).join('\n');
  const { body } = await upload(`Reference,Name,E-mail,City\n${list}`);
  await reached(body.id, 'previewed');
  await confirm(body.id);
  await eventually(async () => (await call('GET', `/location-imports/${body.id}`)).body.done.created > 0, 'a first chunk');
  app = await app.restart();
  for (let tries = 0; tries < 5; tries += 1) if (await reached(body.id, 'completed').catch(() => undefined)) break;
  expect((await reached(body.id, 'completed')).done).toEqual({ created: 2000, changed: 0, same: 0, refused: 0 });
  await app.caughtUp();
  expect(await app.models.count({ name: 'location-list', version: 2 }, { filter: { network, 'search.reference': { prefix: 'g-' } } })).toBe(
    2000,
  );
}, 180_000);
