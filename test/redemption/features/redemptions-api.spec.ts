import { CommandBus } from '@nestjs/cqrs';
import { cards } from '../../../src/cards/cards.registration';
import { ChangeSettings } from '../../../src/network/features/settings';
import { redemption } from '../../../src/redemption/redemption.registration';
import { worldOf, type Json, type World } from '../../cards/world';
import { eventually, startApp, type TestApp } from '../../support/app';

const scopes = [...cards.permissions, ...redemption.permissions, 'items.manage'];
let app: TestApp;
let world: World;
let other: World;
beforeAll(async () => {
  app = await startApp();
  world = await worldOf(app, scopes);
  other = await worldOf(app, scopes);
});
afterAll(() => app?.stop());

const usd = (amount: unknown): Json => ({ amount, currency: 'USD' });
const redeem = (body: object, key?: string, path = '/v1/redemptions') => world.post(path, { locationId: world.locationId, ...body }, key);
const balanceOf = async (id: string): Promise<number> => (await world.get(`/v1/gift-cards/${id}`)).body.balance.amount;

describe('a redemption by API', () => {
  it('deducts on the card, is listed at once, and the buyer is told', async () => {
    const card = await world.card({ buyer: { email: 'pat@example.com' } });
    const { status, body, headers } = await redeem({ code: card.code.toLowerCase(), amount: usd(1850), reference: 'till 4' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      state: 'completed',
      cardId: card.id,
      amount: usd(1850),
      balance: usd(3150),
      kind: 'value',
      via: 'api',
      reference: 'till 4',
      by: { kind: 'apiKey', id: world.keyId },
    });
    expect(headers.get('location')).toBe(`/v1/redemptions/${body.id}`);
    const seen = await world.call('GET', `/v1/redemptions/${body.id}`, undefined, {
      'largesse-position': headers.get('largesse-position')!,
    });
    expect(seen.body).toEqual(body);
    expect((await world.get(`/v1/redemptions?search=${body.receipt}`)).body.data).toEqual([body]);
    const { data } = (await world.get(`/v1/gift-cards/${card.id}/activities`)).body;
    expect(data.find(({ kind }: Json) => kind === 'deducted')).toMatchObject({
      locationId: world.locationId,
      movementId: `ded${body.id.slice(3)}`,
    });
    expect((await app.mail('funds-deducted', 'pat@example.com')).text).toContain('$18.50');
  });

  it('happens once for one key; another body is refused; a refusal is not remembered', async () => {
    const card = await world.card();
    const order = { cardId: card.id, amount: usd(2000) };
    const first = await redeem(order, 'slip-1');
    const again = await redeem(order, 'slip-1');
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await redeem({ ...order, amount: usd(1999) }, 'slip-1')).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    expect(await redeem({ ...order, amount: usd(9000) }, 'slip-2')).toMatchObject({
      status: 409,
      body: { code: 'insufficient-funds', details: { balance: usd(3000) } },
    });
    await world.post(`/v1/gift-cards/${card.id}/top-ups`, { amount: usd(10_000) });
    expect(await redeem({ ...order, amount: usd(9000) }, 'slip-2')).toMatchObject({ status: 201, body: { balance: usd(4000) } });
    expect(await balanceOf(card.id)).toBe(4000);
  });

  it('writes down who stood at the counter, and is found by that', async () => {
    const card = await world.card();
    const order = { cardId: card.id, amount: usd(700), clerk: '  Zoë   Maple ' };
    const { status, body } = await redeem(order, 'slip-clerk');
    expect([status, body.clerk]).toEqual([201, 'Zoë Maple']);
    expect((await redeem(order, 'slip-clerk')).body).toEqual(body);
    const found = async (query: string) => (await world.get(`/v1/redemptions?${query}`)).body.data.map(({ id }: Json) => id);
    expect(await found(`clerk=${encodeURIComponent('zoe maple')}`)).toEqual([body.id]);
    expect(await found(`search=${encodeURIComponent('ZOË')}`)).toEqual([body.id]);
    expect(await found('clerk=Zo')).toEqual([]);
    expect(await redeem({ ...order, clerk: 'x'.repeat(61) })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/clerk' }] } });
  });

  it('takes what is there where that is wanted', async () => {
    const card = await world.card();
    const { body } = await redeem({ cardId: card.id, amount: usd(9200), upToBalance: true });
    expect(body).toMatchObject({ amount: usd(5000), asked: usd(9200), balance: usd(0) });
    expect(await redeem({ cardId: card.id, amount: usd(1), upToBalance: true })).toMatchObject({
      status: 409,
      body: { code: 'insufficient-funds' },
    });
  });

  describe('of items', () => {
    const offer = async (name: string, price: number): Promise<string> =>
      (await world.post<Json>(`/v1/locations/${world.locationId}/items`, { name, price: usd(price) })).body.id;

    it('on offer costs what they cost here, is listed with them, and whoever makes them is told', async () => {
      const [card, loaf, jam] = [await world.card(), await offer('Country loaf', 650), await offer('Plum jam', 480)];
      await app.app
        .get(CommandBus)
        .execute(new ChangeSettings(world.context(), { part: 'redemption', clerk: 'none', noticeEmails: ['kitchen@example.com'] }));
      const items = [{ itemId: loaf, quantity: 2 }, { itemId: jam }];
      const { status, body } = await redeem({ code: card.code, items, reference: 'web 12' }, 'basket-1');
      expect(status).toBe(201);
      expect(body).toMatchObject({
        kind: 'items',
        amount: usd(1780),
        balance: usd(3220),
        reference: 'web 12',
        items: [
          { itemId: loaf, name: 'Country loaf', price: usd(650), quantity: 2 },
          { itemId: jam, name: 'Plum jam', price: usd(480), quantity: 1 },
        ],
      });
      expect((await world.get(`/v1/redemptions/${body.id}`)).body).toEqual(body);
      const mail = await app.mail('items-redeemed', 'kitchen@example.com');
      for (const part of ['Country loaf', 'Plum jam', body.receipt]) expect(mail.text).toContain(part);
      // Later prices change nothing for a repeat.
      await world.call(
        'PATCH',
        `/v1/locations/${world.locationId}/items/${loaf}`,
        { price: usd(900) },
        { 'idempotency-key': app.ids.uuid() },
      );
      expect(await redeem({ code: card.code, items, reference: 'web 12' }, 'basket-1')).toMatchObject({ status: 201, body });
      expect(await balanceOf(card.id)).toBe(3220);
    });

    it('of the till’s own is written down as the till has them', async () => {
      const card = await world.card();
      const lines = [
        { name: 'Haircut', price: usd(3500), itemId: 'sku-7' },
        { name: 'Shampoo', price: usd(900), quantity: 3 },
      ];
      const { body } = await redeem({ cardId: card.id, items: lines, upToBalance: true });
      expect(body).toMatchObject({ kind: 'items', amount: usd(5000), asked: usd(6200), balance: usd(0) });
      expect(body.items).toEqual([
        { itemId: 'sku-7', name: 'Haircut', price: usd(3500), quantity: 1 },
        { itemId: 'line-2', name: 'Shampoo', price: usd(900), quantity: 3 },
      ]);
    });

    it('can be rehearsed', async () => {
      const [card, pie] = [await world.card(), await offer('Pie', 1200)];
      const { body } = await redeem({ cardId: card.id, items: [{ itemId: pie, quantity: 3 }] }, 'dry-2', '/v1/redemptions?dryRun=true');
      expect([body.state, body.amount, body.balance]).toEqual(['completed', usd(3600), usd(1400)]);
      expect(await balanceOf(card.id)).toBe(5000);
    });

    it.each<[string, number, () => object]>([
      ['amount-or-items-needed', 422, () => ({})],
      ['amount-or-items-needed', 422, () => ({ amount: usd(100), items: [{ name: 'Pie', price: usd(100) }] })],
      ['items-not-chosen', 422, () => ({ items: [] })],
      ['item-not-offered', 422, () => ({ items: [{ itemId: 'itm_01JD8Z4M2Q7RXK3V5T9WBN6CHG' }] })],
      ['items-ambiguous', 422, () => ({ items: [{ name: 'Pie' }] })],
      ['items-ambiguous', 422, () => ({ items: [{ itemId: 'itm_01JD8Z4M2Q7RXK3V5T9WBN6CHG' }, { name: 'Pie', price: usd(100) }] })],
      ['items-ambiguous', 422, () => ({ items: [{ itemId: 'itm_01JD8Z4M2Q7RXK3V5T9WBN6CHG', price: usd(1) }] })],
      ['currency-mismatch', 422, () => ({ items: [{ name: 'Pie', price: { amount: 100, currency: 'CAD' } }] })],
      ['input-invalid', 422, () => ({ items: [{ name: 'Pie', price: usd(12.5) }] })],
      ['input-invalid', 422, () => ({ items: [{ name: 'Pie', price: usd(100), quantity: 0 }] })],
      ['location-unknown', 422, () => ({ locationId: other.locationId, items: [{ itemId: 'itm_01JD8Z4M2Q7RXK3V5T9WBN6CHG' }] })],
    ])('is refused with %s', async (code, status, body) => {
      const { id } = await world.card();
      expect(await redeem({ cardId: id, ...body() })).toMatchObject({ status, body: { code } });
      expect(await balanceOf(id)).toBe(5000);
    });
  });

  it('can be rehearsed', async () => {
    const card = await world.card();
    const { status, body } = await redeem({ code: card.code, amount: usd(700) }, 'dry', '/v1/redemptions?dryRun=true');
    expect([status, body.state, body.balance]).toEqual([201, 'completed', usd(4300)]);
    expect(await balanceOf(card.id)).toBe(5000);
    expect((await world.get(`/v1/redemptions?cardId=${card.id}`)).body.data).toEqual([]);
  });

  it.each([
    ['code-not-valid', 404, () => ({ code: '0000-0000-0000-0000' })],
    ['code-or-card-needed', 422, () => ({})],
    ['card-unknown', 404, () => ({ cardId: 'card_01JD8Z4M2Q7RXK3V5T9WBN6CHG' })],
    ['location-unknown', 422, (id: string) => ({ cardId: id, locationId: other.locationId })],
    ['currency-mismatch', 422, (id: string) => ({ cardId: id, amount: { amount: 100, currency: 'CAD' } })],
  ] as const)('is refused with %s', async (code, status, body) => {
    const { id } = await world.card();
    expect(await redeem({ amount: usd(100), ...body(id) })).toMatchObject({ status, body: { code } });
    expect(await balanceOf(id)).toBe(5000);
  });

  it('tells the state of a card whose code is right', async () => {
    const card = await world.card();
    await world.post(`/v1/gift-cards/${card.id}/blocks`, {});
    expect(await redeem({ code: card.code, amount: usd(100) })).toMatchObject({ status: 409, body: { code: 'card-blocked' } });
  });

  it('never overspends, however many come at once', async () => {
    const card = await world.card();
    const answers = await Promise.all(Array.from({ length: 12 }, () => redeem({ cardId: card.id, amount: usd(900) })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(await balanceOf(card.id)).toBe(500);
    const states = await eventually(async () => {
      const { data } = (await world.get(`/v1/redemptions?cardId=${card.id}`)).body as Json;
      return data.every(({ state }: Json) => state !== 'started') && data.map(({ state }: Json) => state);
    }, 'an end of every redemption');
    expect(states.filter((state: string) => state === 'completed')).toHaveLength(5);
  });
});

describe('a reversal by API', () => {
  it('gives the money back once; the same key answers again', async () => {
    const card = await world.card();
    const { body } = await redeem({ cardId: card.id, amount: usd(700) });
    const reverse = (key: string, reason = 'Wrong amount') => world.post(`/v1/redemptions/${body.id}/reversals`, { reason }, key);
    const first = await reverse('back-1');
    expect(first).toMatchObject({ status: 201, body: { state: 'reversed', reversal: { reason: 'Wrong amount' } } });
    const again = await reverse('back-1');
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await reverse('back-1', 'Another')).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    expect(await reverse('back-2')).toMatchObject({ status: 409, body: { code: 'already-reversed' } });
    expect(await balanceOf(card.id)).toBe(5000);
  });

  it('follows when the deduction is reversed on the card', async () => {
    const card = await world.card();
    const { body } = await redeem({ cardId: card.id, amount: usd(700) });
    await world.post(`/v1/gift-cards/${card.id}/deductions/ded${body.id.slice(3)}/reversals`, { reason: 'By the office' });
    const seen = await eventually(async () => {
      const { body: now } = await world.get(`/v1/redemptions/${body.id}`);
      return now.state === 'reversed' && now;
    }, 'a reversed redemption');
    expect(seen.reversal).toMatchObject({ reason: 'By the office', by: { kind: 'apiKey', id: world.keyId } });
  });

  it('is of one’s own network', async () => {
    const card = await world.card();
    const { body } = await redeem({ cardId: card.id, amount: usd(700) });
    expect(await other.post(`/v1/redemptions/${body.id}/reversals`, {})).toMatchObject({
      status: 404,
      body: { code: 'redemption-unknown' },
    });
    expect(await other.get(`/v1/redemptions/${body.id}`)).toMatchObject({ status: 404 });
    expect((await other.get('/v1/redemptions')).body.data).toEqual([]);
    expect(await world.get('/v1/redemptions/nothing')).toMatchObject({ status: 404 });
  });
});

describe('the list', () => {
  it('is filtered and paged', async () => {
    const card = await world.card();
    let position = '';
    for (const amount of [100, 200, 300])
      position = (await redeem({ cardId: card.id, amount: usd(amount) })).headers.get('largesse-position')!;
    const of = (query: string) =>
      world.call<Json>('GET', `/v1/redemptions?cardId=${card.id}&${query}`, undefined, { 'largesse-position': position });
    const { body } = await of('limit=2');
    expect(body.data.map(({ amount }: Json) => amount.amount)).toEqual([300, 200]);
    expect((await of(`limit=2&after=${body.next}`)).body.data.map(({ amount }: Json) => amount.amount)).toEqual([100]);
    expect((await of(`locationId=${world.locationId}&state=completed`)).body.data).toHaveLength(3);
    expect((await of('state=reversed')).body.data).toHaveLength(0);
    expect((await of(`from=${encodeURIComponent('2000-01-01T00:00:00+02:00')}`)).body.data).toHaveLength(3);
    expect((await of('before=2000-01-01T00:00:00Z')).body.data).toHaveLength(0);
    expect((await of(`search=${card.code.slice(-4)}`)).body.data).toHaveLength(3);
    expect((await of('search=nothing')).body.data).toHaveLength(0);
  });
});
