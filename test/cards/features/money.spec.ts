import { eventually, startApp, type TestApp } from '../../support/app';
import { worldOf, type Json, type World } from '../world';

let app: TestApp;
let world: World;
beforeAll(async () => {
  app = await startApp();
  world = await worldOf(app);
});
afterAll(() => app?.stop());

const usd = (amount: unknown): Json => ({ amount, currency: 'USD' });
const deduct = (id: string, amount: unknown, more: object = {}, key?: string) =>
  world.post(`/v1/gift-cards/${id}/deductions`, { amount: usd(amount), locationId: world.locationId, ...more }, key);
const balanceOf = async (id: string): Promise<number> => (await world.get(`/v1/gift-cards/${id}`)).body.balance.amount;

describe('a direct deduction', () => {
  it('answers what it decided and is seen at once', async () => {
    const card = await world.card();
    const { status, body, headers } = await deduct(card.id, 2000, { reference: 'till 4' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      cardId: card.id,
      amount: usd(2000),
      balance: usd(3000),
      reference: 'till 4',
      locationId: world.locationId,
    });
    expect(headers.get('largesse-position')).toMatch(/^\d+\./);
    expect((await world.get(`/v1/gift-cards/${card.id}`)).body).toMatchObject({ status: 'used', balance: usd(3000) });
    // Mails about the card's issue may be entered meanwhile.
    const activities = (await world.get(`/v1/gift-cards/${card.id}/activities`)).body.data as readonly { readonly kind: string }[];
    expect(activities.find(({ kind }) => kind === 'deducted')).toMatchObject({
      amount: usd(2000),
      direction: 'out',
      balance: usd(3000),
      movementId: body.id,
      by: { kind: 'apiKey', id: world.keyId },
    });
  });

  it('tells the buyer only when asked to', async () => {
    const card = await world.card({ buyer: { email: 'nora@example.com' } });
    await deduct(card.id, 1000);
    await deduct(card.id, 500, { notify: true });
    const mail = await app.mail('funds-deducted', 'nora@example.com');
    expect(mail.subject).toBe('$5.00 was deducted, $35.00 remains');
    expect(mail.text).toContain('Blue Door Bakery');
    expect((await app.mails('nora@example.com')).filter(({ kind }) => kind === 'funds-deducted')).toHaveLength(1);
  });

  it('happens once for one key, also after a restart; another body is refused', async () => {
    const card = await world.card();
    const first = await deduct(card.id, 2000, {}, 'till-1');
    const again = await deduct(card.id, 2000, {}, 'till-1');
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await deduct(card.id, 1999, {}, 'till-1')).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    expect(await balanceOf(card.id)).toBe(3000);
  });

  it('is another one on another card, also with the same key', async () => {
    const [one, other] = [await world.card(), await world.card()];
    const [first, second] = [await deduct(one.id, 2000, {}, 'till-2'), await deduct(other.id, 2000, {}, 'till-2')];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toMatchObject({ cardId: other.id, balance: usd(3000) });
    expect(second.body.id).not.toBe(first.body.id);
    expect(second.headers.get('idempotency-replayed')).toBeNull();
    // The same card in other letters is the same card.
    const encoded = await deduct(one.id.replace('_', '%5F'), 2000, {}, 'till-2');
    expect(encoded).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    expect([await balanceOf(one.id), await balanceOf(other.id)]).toEqual([3000, 3000]);
  });

  it('is a top-up of its own on another card with the same key', async () => {
    const [one, other] = [await world.card(), await world.card()];
    const topUp = (id: string) => world.post(`/v1/gift-cards/${id}/top-ups`, { amount: usd(1000), locationId: world.locationId }, 'till-3');
    const [first, second] = [await topUp(one.id), await topUp(other.id)];
    expect(new Set([first.body.id, second.body.id]).size).toBe(2);
    expect([await balanceOf(one.id), await balanceOf(other.id)]).toEqual([6000, 6000]);
  });

  it('leaves its key free when it is only rehearsed', async () => {
    const card = await world.card();
    const path = `/v1/gift-cards/${card.id}/deductions`;
    const body = { amount: usd(2000), locationId: world.locationId };
    const dry = await world.post(`${path}?dryRun=true`, body, 'till-4');
    const real = await world.post(path, body, 'till-4');
    expect(real.body).toMatchObject({ id: dry.body.id, balance: usd(3000) });
    expect(real.headers.get('idempotency-replayed')).toBeNull();
  });

  it('never overspends with 32 at once', async () => {
    const card = await world.card();
    const answers = await Promise.all(Array.from({ length: 32 }, () => deduct(card.id, 700)));
    const taken = answers.filter(({ status }) => status === 201);
    expect(taken).toHaveLength(7);
    expect(new Set(taken.map(({ body }) => body.balance.amount))).toEqual(new Set([4300, 3600, 2900, 2200, 1500, 800, 100]));
    for (const { status, body } of answers.filter((answer) => answer.status !== 201))
      expect([status, body.code]).toEqual([409, 'insufficient-funds']);
    expect(await balanceOf(card.id)).toBe(100);
  });

  it('happens once for 16 copies of one call at once', async () => {
    const card = await world.card();
    const answers = await Promise.all(Array.from({ length: 16 }, () => deduct(card.id, 700, {}, 'same')));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.balance.amount}`))).toEqual(new Set(['201 4300']));
    expect(await balanceOf(card.id)).toBe(4300);
  });

  it('is only rehearsed in a dry run', async () => {
    const card = await world.card();
    const dry = await world.post(`/v1/gift-cards/${card.id}/deductions?dryRun=true`, { amount: usd(2000), locationId: world.locationId });
    expect(dry).toMatchObject({ status: 201, body: { balance: usd(3000) } });
    expect(await balanceOf(card.id)).toBe(5000);
  });

  it.each<[string, Json, string]>([
    ['0', { amount: usd(0) }, '/amount/amount'],
    ['a negative amount', { amount: usd(-1) }, '/amount/amount'],
    ['a fraction', { amount: usd(1.5) }, '/amount/amount'],
    ['text', { amount: usd('100') }, '/amount/amount'],
    ['a huge amount', { amount: usd(1e16) }, '/amount/amount'],
    ['a bare number', { amount: 100 }, '/amount'],
    ['no place', { locationId: undefined }, '/locationId'],
    ['a place that is no id', { locationId: 'here' }, '/locationId'],
    ['an unknown field', { tip: 5 }, '/tip'],
  ])('is refused for %s', async (_, more, pointer) => {
    const card = await world.card();
    const { status, body } = await deduct(card.id, 100, more);
    expect([status, body.errors]).toEqual([422, expect.arrayContaining([expect.objectContaining({ pointer })])]);
    expect(await balanceOf(card.id)).toBe(5000);
  });

  it('is refused in another currency, at an unknown place, without a key, with a scope that is not enough', async () => {
    const card = await world.card();
    expect((await deduct(card.id, 1, { amount: { amount: 1, currency: 'CAD' } })).body.code).toBe('currency-mismatch');
    expect((await deduct(card.id, 1, { locationId: 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG' })).body.code).toBe('location-unknown');
    expect(
      (await world.call('POST', `/v1/gift-cards/${card.id}/deductions`, { amount: usd(1), locationId: world.locationId })).body.code,
    ).toBe('idempotency-key-missing');
    const clerk = await worldOf(app, ['cards.view', 'cards.deduct']);
    expect((await clerk.post(`/v1/gift-cards/${card.id}/deductions`, { amount: usd(1), locationId: clerk.locationId })).status).toBe(403);
  });

  it('says how much is there', async () => {
    const card = await world.card();
    const { status, body } = await deduct(card.id, 5001);
    expect([status, body.code, body.balance ?? body.details?.balance ?? body.detail]).toEqual([
      409,
      'insufficient-funds',
      expect.anything(),
    ]);
    expect(body.detail).toContain('$50.00');
  });
});

describe('top-ups and reversals', () => {
  it('top up to the limit and no further', async () => {
    const card = await world.card();
    const up = (amount: number, key?: string) =>
      world.post(`/v1/gift-cards/${card.id}/top-ups`, { amount: usd(amount), reference: 'order 1' }, key);
    expect(await up(195_000, 'up')).toMatchObject({ status: 201, body: { balance: usd(200_000), reference: 'order 1' } });
    expect(await up(195_000, 'up')).toMatchObject({ status: 201, body: { balance: usd(200_000) } });
    expect(await up(1)).toMatchObject({ status: 409, body: { code: 'card-limit-exceeded' } });
  });

  it('reverse exactly once', async () => {
    const card = await world.card();
    const { body } = await deduct(card.id, 2000);
    const reverse = (key?: string) =>
      world.post(`/v1/gift-cards/${card.id}/deductions/${body.id}/reversals`, { reason: 'wrong card' }, key);
    expect(await reverse('back')).toMatchObject({ status: 201, body: { amount: usd(2000), balance: usd(5000), deductionId: body.id } });
    expect((await reverse('back')).headers.get('idempotency-replayed')).toBe('true');
    expect(await reverse()).toMatchObject({ status: 409, body: { code: 'already-reversed' } });
    expect(await world.post(`/v1/gift-cards/${card.id}/deductions/ded_01JD8Z4M2Q7RXK3V5T9WBN6CHG/reversals`, {})).toMatchObject({
      status: 404,
      body: { code: 'deduction-unknown' },
    });
    const history = (await world.get(`/v1/gift-cards/${card.id}/activities`)).body.data;
    expect(history.find(({ kind }: Json) => kind === 'deducted')).toMatchObject({ reversed: true });
    const other = await world.card();
    expect(await world.post(`/v1/gift-cards/${other.id}/deductions/${body.id}/reversals`, {})).toMatchObject({ status: 404 });
  });
});

describe('standing', () => {
  it('blocks, unblocks, voids', async () => {
    const card = await world.card();
    expect(await world.post(`/v1/gift-cards/${card.id}/blocks`, { reason: 'stolen' })).toMatchObject({
      status: 200,
      body: { blocked: true },
    });
    expect((await deduct(card.id, 1)).body.code).toBe('card-blocked');
    expect(await world.call('DELETE', `/v1/gift-cards/${card.id}/blocks`)).toMatchObject({ status: 200, body: { blocked: false } });
    expect(await world.post(`/v1/gift-cards/${card.id}/voids`, {})).toMatchObject({
      status: 200,
      body: { status: 'voided', balance: usd(0) },
    });
    expect((await deduct(card.id, 1)).body.code).toBe('card-voided');
    expect((await world.call('DELETE', `/v1/gift-cards/${card.id}/blocks`)).body.code).toBe('card-voided');
  });

  it('replaces a lost card: the old code is dead at once, the balance stays', async () => {
    const card = await world.card();
    await deduct(card.id, 1000);
    const answer = await world.post<Json>(`/v1/gift-cards/${card.id}/replacements`, {}, 'lost');
    expect(answer).toMatchObject({ status: 201, body: { id: card.id, balance: usd(4000) } });
    expect(answer.body.code).not.toBe(card.code);
    expect(answer.body.link).not.toBe(card.link);
    expect(await deduct(card.id, 1, { code: card.code })).toMatchObject({ status: 404, body: { code: 'code-not-valid' } });
    expect((await world.call('POST', '/v1/gift-cards/lookup', { code: card.code })).status).toBe(404);
    expect((await world.call('POST', '/v1/gift-cards/lookup', { code: answer.body.code })).body.id).toBe(card.id);
    expect(await deduct(card.id, 1, { code: answer.body.code })).toMatchObject({ status: 201 });
    expect((await world.post<Json>(`/v1/gift-cards/${card.id}/replacements`, {}, 'lost')).body.code).toBe(answer.body.code);
    const mail = await app.mail('gift', 'bo@example.com');
    expect(mail.text).toContain(answer.body.code);
  });

  it('corrects a wrong recipient before first use: what they hold is dead', async () => {
    const card = await world.card({ deliver: undefined, recipient: { email: 'wrong@example.com' } });
    await app.mail('gift', 'wrong@example.com');
    expect(await world.call('PUT', `/v1/gift-cards/${card.id}/recipient`, { email: 'right@example.com' })).toMatchObject({
      status: 200,
      body: { recipient: { email: 'right@example.com' } },
    });
    const mail = await app.mail('gift', 'right@example.com');
    expect(mail.text).not.toContain(card.code);
    expect((await world.call('POST', '/v1/gift-cards/lookup', { code: card.code })).status).toBe(404);
    await deductUntilDelivered(card.id);
    expect((await world.call('PUT', `/v1/gift-cards/${card.id}/recipient`, { email: 'again@example.com' })).body.code).toBe('card-used');
  });

  it('mails the gift again', async () => {
    const card = await world.card({ recipient: { email: 'twice@example.com' } });
    expect(await world.post(`/v1/gift-cards/${card.id}/deliveries`)).toMatchObject({
      status: 202,
      body: { giftMail: { state: 'queued' } },
    });
    expect((await app.mail('gift', 'twice@example.com')).text).toContain(card.code);
    const nobody = await world.card({ recipient: undefined });
    expect(await world.post(`/v1/gift-cards/${nobody.id}/deliveries`)).toMatchObject({ status: 422, body: { code: 'recipient-missing' } });
  });
});

const deductUntilDelivered = (id: string): Promise<boolean> => eventually(async () => (await deduct(id, 100)).status === 201, 'a delivery');

it('keeps its promises after a restart', async () => {
  const card = await world.card();
  const first = await deduct(card.id, 2000, {}, 'before-the-restart');
  app = await app.restart();
  const again = await fetch(`${app.url}/v1/gift-cards/${card.id}/deductions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.key}`, 'content-type': 'application/json', 'idempotency-key': 'before-the-restart' },
    body: JSON.stringify({ amount: usd(2000), locationId: world.locationId }),
  });
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
  expect(await again.json()).toEqual(first.body);
});
