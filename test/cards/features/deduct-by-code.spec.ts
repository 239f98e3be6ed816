import { startApp, eventually, type TestApp } from '../../support/app';
import { worldOf, type Json, type World } from '../world';

let app: TestApp;
let world: World;
beforeAll(async () => {
  app = await startApp();
  world = await worldOf(app);
});
afterAll(() => app?.stop());

const usd = (amount: number): Json => ({ amount, currency: 'USD' });
let buyers = 0;

/** A card whose buyer was asked for 20.00, and the code that the buyer got. */
async function asked(): Promise<{ cardId: string; id: string; code: string; wrong: string; buyer: string; mail: Json }> {
  const buyer = `buyer${(buyers += 1)}@example.com`;
  const { id: cardId } = await world.card({ buyer: { email: buyer } });
  const { status, body } = await world.post('/v1/deduction-requests', { cardId, amount: usd(2000), locationId: world.locationId });
  expect([status, body]).toMatchObject([
    201,
    { cardId, status: 'waiting', amount: usd(2000), attemptsLeft: 3, sentTo: 'b•••@example.com' },
  ]);
  const mail = await app.mail('deduction-code', buyer);
  const code = /\b\d{6}\b/.exec(mail.text)![0];
  return { cardId, id: body.id, code, wrong: code === '000000' ? '000001' : '000000', buyer, mail };
}
const confirm = (id: string, code: string, key?: string) => world.post(`/v1/deduction-requests/${id}/confirm`, { code }, key);
const see = async (id: string): Promise<Json> => (await world.get(`/v1/deduction-requests/${id}`)).body;
const card = async (id: string): Promise<Json> => (await world.get(`/v1/gift-cards/${id}`)).body;
const kinds = async (id: string): Promise<string[]> =>
  (await world.get(`/v1/gift-cards/${id}/activities`)).body.data.map(({ kind }: Json) => kind);

it('mails a code that names amount and place, and a link to stop it', async () => {
  const { mail, code } = await asked();
  for (const part of [mail.html, mail.text]) {
    expect(part).toContain('$20.00');
    expect(part).toContain('Blue Door Bakery');
    expect(part).toContain(code);
    expect(part).toMatch(/http:\/\/largesse\.test\/stop\/[0-9A-Z]{26}/);
  }
  expect(mail.subject).not.toContain(code);
});

it('deducts with the right code and tells the buyer what remains', async () => {
  const { cardId, id, code, buyer } = await asked();
  expect(await confirm(id, ` ${code.slice(0, 3)} ${code.slice(3)}`, `yes-${id}`)).toMatchObject({
    status: 201,
    body: { id, amount: usd(2000), balance: usd(3000) },
  });
  expect(await confirm(id, ` ${code.slice(0, 3)} ${code.slice(3)}`, `yes-${id}`)).toMatchObject({
    status: 201,
    body: { balance: usd(3000) },
  });
  expect(await confirm(id, code)).toMatchObject({ status: 409, body: { code: 'deduction-closed' } });
  expect(await card(cardId)).toMatchObject({ status: 'used', balance: usd(3000) });
  expect(await see(id)).toMatchObject({ status: 'confirmed' });
  expect((await app.mail('funds-deducted', buyer)).subject).toBe('$20.00 was deducted, $30.00 remains');
});

it('is asked for once with one key: the repeat is answered as the first time, also when it was withdrawn since', async () => {
  const { id: cardId } = await world.card();
  const ask = () => world.post('/v1/deduction-requests', { cardId, amount: usd(500), locationId: world.locationId }, 'ask-once');
  const first = await ask();
  expect(first).toMatchObject({ status: 201, body: { status: 'waiting' } });
  expect((await world.call('POST', `/v1/deduction-requests/${first.body.id}/withdraw`)).body).toMatchObject({ status: 'cancelled' });
  const again = await ask();
  expect([again.headers.get('idempotency-replayed'), again.body]).toEqual(['true', first.body]);
  expect(await see(first.body.id)).toMatchObject({ status: 'cancelled' });
});

it('dies after three wrong codes; the right one comes too late', async () => {
  const { cardId, id, code, wrong } = await asked();
  expect(await confirm(id, wrong)).toMatchObject({ status: 422, body: { code: 'deduction-code-wrong' } });
  expect(await see(id)).toMatchObject({ attemptsLeft: 2 });
  expect(await confirm(id, 'abc')).toMatchObject({ status: 422, body: { code: 'deduction-code-wrong' } });
  expect(await confirm(id, wrong)).toMatchObject({ status: 409, body: { code: 'deduction-cancelled-attempts' } });
  expect(await confirm(id, code)).toMatchObject({ status: 409, body: { code: 'deduction-closed' } });
  expect(await see(id)).toMatchObject({ status: 'cancelled', reason: 'attempts' });
  expect(await kinds(cardId)).toEqual(expect.arrayContaining(['cancelled', 'codeRejected']));
  expect(await card(cardId)).toMatchObject({ balance: usd(5000), status: 'active' });
});

it('counts 16 wrong codes at once as three', async () => {
  const { cardId, id, wrong } = await asked();
  const answers = await Promise.all(Array.from({ length: 16 }, () => confirm(id, wrong)));
  expect(answers.map(({ body }) => body.code).sort()).toEqual([
    ...Array<string>(1).fill('deduction-cancelled-attempts'),
    ...Array<string>(13).fill('deduction-closed'),
    ...Array<string>(2).fill('deduction-code-wrong'),
  ]);
  expect((await kinds(cardId)).filter((kind) => kind === 'codeRejected')).toHaveLength(3);
});

it('deducts once for 16 right codes at once', async () => {
  const { cardId, id, code } = await asked();
  const answers = await Promise.all(Array.from({ length: 16 }, () => confirm(id, code)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(await card(cardId)).toMatchObject({ balance: usd(3000) });
});

it('runs out after ten minutes, by itself and when somebody tries', async () => {
  const first = await asked();
  const second = await asked();
  app.clock.advance(10 * 60_000 + 1);
  expect(await confirm(first.id, first.code)).toMatchObject({ status: 409, body: { code: 'deduction-cancelled-expired' } });
  expect(await see(first.id)).toMatchObject({ status: 'cancelled', reason: 'expired' });
  await eventually(async () => (await see(second.id)).reason === 'expired', 'an end by the clock');
});

it('is withdrawn, replaced by a newer one, and ended by a block', async () => {
  const one = await asked();
  expect(await world.call('POST', `/v1/deduction-requests/${one.id}/withdraw`)).toMatchObject({
    status: 200,
    body: { status: 'cancelled', reason: 'withdrawn' },
  });
  expect(await confirm(one.id, one.code)).toMatchObject({ status: 409 });
  const two = await asked();
  const newer = await world.post('/v1/deduction-requests', { cardId: two.cardId, amount: usd(100), locationId: world.locationId });
  expect(await confirm(two.id, two.code)).toMatchObject({ status: 409, body: { code: 'deduction-closed' } });
  expect(await see(two.id)).toMatchObject({ reason: 'superseded' });
  await world.post(`/v1/gift-cards/${two.cardId}/blocks`, {});
  expect(await see(newer.body.id)).toMatchObject({ status: 'cancelled', reason: 'blocked' });
});

it('deducts nothing when the balance has gone meanwhile', async () => {
  const { cardId, id, code } = await asked();
  await world.post(`/v1/gift-cards/${cardId}/deductions`, { amount: usd(4000), locationId: world.locationId });
  const answer = await confirm(id, code);
  expect(answer).toMatchObject({ status: 409, body: { code: 'deduction-cancelled-insufficient' } });
  expect(answer.body.detail).toContain('$10.00');
  expect(await card(cardId)).toMatchObject({ balance: usd(1000) });
});

it('never lets the buyer’s address change while a code is live', async () => {
  const { cardId, id } = await asked();
  expect(await world.call('PUT', `/v1/gift-cards/${cardId}/buyer`, { email: 'me@example.com' })).toMatchObject({
    status: 409,
    body: { code: 'code-live' },
  });
  await world.call('POST', `/v1/deduction-requests/${id}/withdraw`);
  expect(await world.call('PUT', `/v1/gift-cards/${cardId}/buyer`, { email: 'me@example.com' })).toMatchObject({
    status: 200,
    body: { buyer: { email: 'me@example.com' } },
  });
});

it('is asked for ten times a day at most', async () => {
  const { id: cardId } = await world.card();
  const ask = () => world.post('/v1/deduction-requests', { cardId, amount: usd(100), locationId: world.locationId });
  for (let times = 0; times < 10; times += 1) expect((await ask()).status).toBe(201);
  const refused = await ask();
  expect(refused).toMatchObject({ status: 429, body: { code: 'too-many-codes' } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(80_000);
});

it('is refused for more than is there, at no place, and for foreign cards and requests', async () => {
  const { id: cardId } = await world.card();
  const ask = (more: object) => world.post('/v1/deduction-requests', { cardId, amount: usd(100), locationId: world.locationId, ...more });
  expect(await ask({ amount: usd(5001) })).toMatchObject({ status: 409, body: { code: 'insufficient-funds' } });
  expect(await ask({ locationId: undefined })).toMatchObject({ status: 422 });
  expect(await ask({ locationId: 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG' })).toMatchObject({ status: 422, body: { code: 'location-unknown' } });
  const stranger = await worldOf(app);
  expect(await stranger.post('/v1/deduction-requests', { cardId, amount: usd(100), locationId: stranger.locationId })).toMatchObject({
    status: 404,
    body: { code: 'card-unknown' },
  });
  const { id, code } = await asked();
  expect(await stranger.post(`/v1/deduction-requests/${id}/confirm`, { code })).toMatchObject({
    status: 404,
    body: { code: 'deduction-unknown' },
  });
  expect((await stranger.get(`/v1/deduction-requests/${id}`)).status).toBe(404);
});
