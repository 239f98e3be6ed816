import { workbook } from '../../support/workbook';
import { startApp, eventually, type TestApp } from '../../support/app';
import { worldOf, type Answer, type Json, type World } from '../world';

let app: TestApp;
let world: World;
beforeAll(async () => {
  app = await startApp();
  app.clock.set('2026-11-22T15:00:00.000Z');
  world = await worldOf(app);
});
afterAll(() => app?.stop());

const HEAD = 'buyer,recipient,amount,message,deliver-on';
const ROW = 'amelie@example.com,bo@example.com,25.00,Happy birthday!,2026-12-24';

async function upload(body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer<Json>> {
  const response = await fetch(`${app.url}/v1/gift-card-imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.key}`, 'content-type': 'text/csv', ...headers },
    body: typeof body === 'string' ? body : Buffer.from(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
const confirm = (id: string, mode = 'allOrNothing') => world.call('POST', `/v1/gift-card-imports/${id}/confirmations`, { mode });
const finished = (id: string) =>
  eventually(async () => {
    const { body } = await world.get(`/v1/gift-card-imports/${id}`);
    return body.status === 'completed' && body;
  }, 'a completed import');
const cards = async (query = ''): Promise<Json[]> => {
  await app.caughtUp();
  return (await world.get(`/v1/gift-cards?limit=100${query}`)).body.data;
};

it('previews, is confirmed, and issues each row once', async () => {
  const { status, body } = await upload(`${HEAD}\n${ROW}\nAmélie Côté <amelie@example.com>,Bo Lund <bo@example.com>,"1,000",,none\n`);
  expect([status, body]).toMatchObject([
    201,
    { status: 'previewed', rows: 2, valid: 2, issued: 0, total: { amount: 102_500, currency: 'USD' }, errors: [], moreErrors: false },
  ]);
  expect(await cards()).toEqual([]);
  expect(await confirm(body.id)).toMatchObject({ status: 202 });
  expect(await finished(body.id)).toMatchObject({ issued: 2, status: 'completed' });
  const issued = await cards();
  expect(issued.map(({ value, status: is, deliverAt }: Json) => [value.amount, is, deliverAt])).toEqual(
    expect.arrayContaining([
      [2500, 'pending', '2026-12-24T14:00:00.000Z'],
      [100_000, 'active', undefined],
    ]),
  );
  expect(issued.find(({ value }: Json) => value.amount === 100_000)).toMatchObject({
    buyer: { name: 'Amélie Côté' },
    recipient: { name: 'Bo Lund' },
    source: 'import',
  });
  expect(await confirm(body.id)).toMatchObject({ status: 202 });
  expect(await cards()).toHaveLength(2);
});

it.each<[string, string | Uint8Array]>([
  ['a byte order mark', `\ufeff${HEAD}\n${ROW}`],
  ['CRLF', `${HEAD}\r\n${ROW}\r\n`],
  ['semicolons', `${HEAD}\n${ROW}`.replaceAll(',', ';')],
  ['tabs', `${HEAD}\n${ROW}`.replaceAll(',', '\t')],
  [
    'quotes, with separators and line breaks in them',
    `${HEAD}\n"amelie@example.com","bo@example.com","25,00","Dear ""Bo"",\nhappy birthday",now`,
  ],
  ['Latin-1', Buffer.from(`${HEAD}\nAmélie Côté <amelie@example.com>,bo@example.com,25,Joyeux noël,now`, 'latin1')],
  ['UTF-16', Buffer.from(`\ufeff${HEAD}\n${ROW}`, 'utf16le')],
  ['French names of columns', 'Acheteur;Destinataire;Montant;Message;Livrer le\namelie@example.com;bo@example.com;25,00 $;;maintenant'],
  ['other order and case', 'AMOUNT,Recipient E-mail,Buyer Name,Buyer\n$25,bo@example.com,Amélie,amelie@example.com'],
  ['an XLSX workbook', workbook([HEAD.split(','), ['amelie@example.com', 'bo@example.com', 25, 'Happy birthday!', '2026-12-24']])],
  ['empty lines', `\n${HEAD}\n\n${ROW}\n\n\n`],
])('reads %s', async (_, file) => {
  const { status, body } = await upload(file);
  expect([status, body.rows, body.valid, body.total?.amount, body.errors]).toEqual([201, 1, 1, 2500, []]);
});

it.each<[string, string, string, string]>([
  ['no buyer', ',bo@example.com,25,,now', 'buyer', 'buyer-missing'],
  ['a buyer that is no address', 'amelie,bo@example.com,25,,now', 'buyer', 'buyer-unusable'],
  ['no recipient to mail to', 'amelie@example.com,,25,,now', 'recipient', 'recipient-missing'],
  ['a recipient that is no address', 'amelie@example.com,bo@,25,,now', 'recipient', 'recipient-unusable'],
  ['a name of 300 characters', `amelie@example.com,${'x'.repeat(300)} <bo@example.com>,25,,now`, 'recipient', 'name-too-long'],
  ['no amount', 'amelie@example.com,bo@example.com,,,now', 'amount', 'amount-missing'],
  ['an amount that is text', 'amelie@example.com,bo@example.com,twenty,,now', 'amount', 'amount-unusable'],
  ['a negative amount', 'amelie@example.com,bo@example.com,-25,,now', 'amount', 'amount-too-small'],
  ['a fraction of a cent', 'amelie@example.com,bo@example.com,25.001,,now', 'amount', 'amount-unusable'],
  ['an amount that is too small', 'amelie@example.com,bo@example.com,4.99,,now', 'amount', 'amount-too-small'],
  ['an amount that is too large', 'amelie@example.com,bo@example.com,2000.01,,now', 'amount', 'amount-too-large'],
  ['a day in the past', 'amelie@example.com,bo@example.com,25,,2026-11-21', 'deliver-on', 'deliver-on-past'],
  ['a day that is none', 'amelie@example.com,bo@example.com,25,,2026-02-30', 'deliver-on', 'deliver-on-unusable'],
  ['a control character', 'amelie@example.com,bo@example.com,25,ding\u0007,now', 'message', 'message-unusable'],
  ['a message of 1,001 characters', `amelie@example.com,bo@example.com,25,${'x'.repeat(1001)},now`, 'message', 'message-too-long'],
  ['a column too few', 'amelie@example.com,bo@example.com,25,hello', 'deliver-on', 'too-few-columns'],
  ['a column too many', 'amelie@example.com,bo@example.com,25,hello,now,more', 'deliver-on', 'too-many-columns'],
])('names line, column and reason of %s', async (_, row, column, reason) => {
  const { status, body } = await upload(`${HEAD}\n${ROW}\n${row}\n`);
  expect([status, body.rows, body.valid]).toEqual([201, 2, 1]);
  expect(body.errors).toEqual([{ line: 3, column, reason, detail: expect.stringMatching(/\.$/) }]);
  expect(await confirm(body.id)).toMatchObject({ status: 409, body: { code: 'import-has-errors' } });
});

it('speaks the reader’s language', async () => {
  const { body } = await upload(`${HEAD}\namelie@example.com,bo@example.com,4,,now`, { 'accept-language': 'fr' });
  expect(body.errors[0].detail).toBe('Une carte vaut au moins 5,00\u00a0$.');
});

it.each<[string, string | Uint8Array, string, number, Record<string, string>]>([
  ['a file without rows', `${HEAD}\n`, 'import-empty', 422, {}],
  ['an empty file', '', 'import-empty', 422, {}],
  ['a missing column', 'buyer,recipient,message\na@example.com,b@example.com,x', 'import-column-missing', 422, {}],
  ['a column that means nothing', `${HEAD},shoe size\n${ROW},42`, 'import-column-unknown', 422, {}],
  ['a column twice', `${HEAD},amount\n${ROW},25`, 'import-column-unknown', 422, {}],
  ['quotes that never close', `${HEAD}\n"amelie@example.com,bo`, 'import-unreadable', 422, {}],
  ['a zip that is none', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 1]), 'import-unreadable', 422, {}],
  ['JSON', '{"rows":[]}', 'import-not-a-file', 415, { 'content-type': 'application/json' }],
])('refuses %s', async (_, file, code, status, headers) => {
  expect(await upload(file, headers)).toMatchObject({ status, body: { code } });
});

it('takes the file of a form too', async () => {
  const form = new FormData();
  form.set('file', new Blob([`${HEAD}\n${ROW}`], { type: 'text/csv' }), 'cards.csv');
  const response = await fetch(`${app.url}/v1/gift-card-imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.key}` },
    body: form,
  });
  expect([response.status, ((await response.json()) as Json).valid]).toEqual([201, 1]);
});

it('can be discarded, and is nobody else’s', async () => {
  const { body } = await upload(`${HEAD}\n${ROW}`);
  const stranger = await worldOf(app);
  expect((await stranger.get(`/v1/gift-card-imports/${body.id}`)).status).toBe(404);
  expect((await stranger.call('POST', `/v1/gift-card-imports/${body.id}/confirmations`, { mode: 'allOrNothing' })).status).toBe(404);
  expect((await world.call('DELETE', `/v1/gift-card-imports/${body.id}`)).status).toBe(204);
  expect(await confirm(body.id)).toMatchObject({ status: 409, body: { code: 'import-closed' } });
  expect((await world.get('/v1/gift-card-imports/imp_01JD8Z4M2Q7RXK3V5T9WBN6CHG')).status).toBe(404);
});

it('issues 10,000 rows less one bad, exactly once, through a restart in the middle', async () => {
  const rows = Array.from({ length: 10_000 }, (_, n) =>
    n === 6000 ? 'nobody,bo@example.com,25,,none' : `buyer${n % 100}@example.com,,${5 + (n % 100)}.00,,none`,
  );
  const { body } = await upload(`buyer,recipient,amount,message,deliver-on\n${rows.join('\n')}\n`);
  expect(body).toMatchObject({ rows: 10_000, valid: 9999, errors: [{ line: 6002, column: 'buyer', reason: 'buyer-unusable' }] });
  expect((await confirm(body.id)).status).toBe(409);
  const before = await app.store.countPlain('uploaded-rows', {});
  expect(before).toBeGreaterThan(49);
  expect((await confirm(body.id, 'validRowsOnly')).status).toBe(202);
  await eventually(async () => (await world.get(`/v1/gift-card-imports/${body.id}`)).body.issued > 1000, 'a thousand cards');
  app = await app.restart();
  const see = async (): Promise<Json> =>
    (await fetch(`${app.url}/v1/gift-card-imports/${body.id}`, { headers: { authorization: `Bearer ${world.key}` } })).json();
  for (let tries = 0; tries < 6 && (await see()).status !== 'completed'; tries += 1) {
    await eventually(async () => (await see()).status === 'completed', 'the end').catch(() => undefined);
  }
  expect(await see()).toMatchObject({ status: 'completed', issued: 9999 });
  await app.caughtUp();
  expect(
    await app.models.count({ name: 'card-list', version: 2 }, { filter: { network: world.network, 'source.importId': body.id } }),
  ).toBe(9999);
}, 180_000);
