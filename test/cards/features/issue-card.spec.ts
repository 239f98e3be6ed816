import { eventually, startApp, type TestApp } from '../../support/app';
import { worldOf, type Json, type World } from '../world';

let app: TestApp;
let world: World;
beforeAll(async () => {
  app = await startApp();
  world = await worldOf(app);
});
afterAll(() => app?.stop());

const order = (more: object = {}): Json => ({
  value: { amount: 5000, currency: 'USD' },
  buyer: { email: 'amelie@example.com', name: 'Amélie Côté' },
  recipient: { email: 'bo@example.com', name: 'Bo Lund' },
  message: 'Happy birthday!',
  ...more,
});

describe('a card by API', () => {
  it('is active at once when the partner delivers it, and answers code, link and QR', async () => {
    const { status, body, headers } = await world.post('/v1/gift-cards', order({ deliver: 'none' }));
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/gift-cards/${body.id}`);
    expect(body).toMatchObject({
      status: 'active',
      blocked: false,
      balance: { amount: 5000, currency: 'USD' },
      buyer: { email: 'amelie@example.com', name: 'Amélie Côté' },
    });
    expect(body.code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(body.code.endsWith(body.lastFour)).toBe(true);
    expect(body.link).toMatch(/^http:\/\/largesse\.test\/c\/[0-9A-Z]{26}$/);
    expect(body.qr).toMatch(/^data:image\/png;base64,/);
  });

  it('goes to the recipient and its receipt to the buyer', async () => {
    const { body } = await world.post(
      '/v1/gift-cards',
      order({ recipient: { email: 'cleo@example.com', name: 'Cleo' }, buyer: { email: 'dan@example.com', name: 'Dan' } }),
    );
    const gift = await app.mail('gift', 'cleo@example.com');
    expect(gift.subject).toBe('Dan sent you a gift card of $50.00');
    for (const part of [gift.html, gift.text]) {
      expect(part).toContain(body.code);
      expect(part).toContain(body.link);
      expect(part).toContain('Happy birthday!');
    }
    expect(gift.html).toContain('cid:qr');
    expect(gift.subject).not.toContain(body.code);
    const receipt = await app.mail('receipt', 'dan@example.com');
    expect(receipt.text).toContain('$50.00');
    expect(receipt.text).not.toContain(body.code);
    expect(receipt.text).not.toContain('/c/');
    const seen = await until(body.id, (card) => card.status === 'active');
    expect(seen).toMatchObject({ giftMail: { state: 'sent' } });
  });

  it('writes French where French is asked for', async () => {
    await world.post('/v1/gift-cards', order({ language: 'fr', recipient: { email: 'zoe@example.com' } }));
    expect((await app.mail('gift', 'zoe@example.com')).subject).toBe('Amélie Côté vous offre une carte-cadeau de 50,00\u00a0$');
  });

  it('waits for its day and is mailed then', async () => {
    const deliverAt = new Date(app.clock.millis() + 3_600_000).toISOString();
    const { body } = await world.post('/v1/gift-cards', order({ deliverAt, recipient: { email: 'ella@example.com' } }));
    expect(body).toMatchObject({ status: 'pending', deliverAt, giftMail: { state: 'scheduled' } });
    const refused = await world.post(`/v1/gift-cards/${body.id}/deductions`, {
      amount: { amount: 100, currency: 'USD' },
      locationId: world.locationId,
    });
    expect(refused).toMatchObject({ status: 409, body: { code: 'card-not-delivered' } });
  });

  it('is answered the same when the call is repeated, also after a restart', async () => {
    const first = await world.post('/v1/gift-cards', order({ deliver: 'none' }), 'once');
    const again = await world.post('/v1/gift-cards', order({ deliver: 'none' }), 'once');
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(await world.post('/v1/gift-cards', order({ deliver: 'none', message: 'Another' }), 'once')).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
  });

  it('is answered the same when the call is repeated after what it told was replaced', async () => {
    const first = await world.post('/v1/gift-cards', order({ deliver: 'none' }), 'before-the-loss');
    const replaced = await world.post(`/v1/gift-cards/${first.body.id}/replacements`, {}, 'the-loss');
    expect(replaced.status).toBe(201);
    const again = await world.post('/v1/gift-cards', order({ deliver: 'none' }), 'before-the-loss');
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    await eventually(async () => (await world.get(`/v1/gift-cards/${first.body.id}`)).body.giftMail.state === 'sent', 'the new one mailed');
    expect((await world.post(`/v1/gift-cards/${first.body.id}/replacements`, {}, 'the-loss')).body).toEqual(replaced.body);
    const dead = await world.call('POST', '/v1/gift-cards/lookup', { code: again.body.code });
    expect(dead).toMatchObject({ status: 404, body: { code: 'code-not-valid' } });
  });

  it('is voided once: the repeat is answered the same', async () => {
    const { body } = await world.post('/v1/gift-cards', order({ deliver: 'none' }));
    const path = `/v1/gift-cards/${body.id}`;
    const voided = await world.post(`${path}/voids`, { reason: 'Refunded' }, 'refund');
    expect(voided).toMatchObject({ status: 200, body: { status: 'voided', balance: { amount: 0 } } });
    expect(await world.call('PUT', `${path}/buyer`, { email: 'new@example.com' })).toMatchObject({ status: 409 });
    expect((await world.post(`${path}/voids`, { reason: 'Refunded' }, 'refund')).body).toEqual(voided.body);
  });

  it('is only rehearsed in a dry run', async () => {
    const { status, body } = await world.post('/v1/gift-cards?dryRun=true', order({ deliver: 'none' }));
    expect([status, body.status, body.code]).toEqual([201, 'active', undefined]);
    expect((await world.get(`/v1/gift-cards/${body.id}`)).status).toBe(404);
    expect((await world.post('/v1/gift-cards?dryRun=true', order({ value: { amount: 1, currency: 'USD' } }))).body.code).toBe(
      'value-too-small',
    );
  });

  it('needs an idempotency key and a scope', async () => {
    expect(await world.call('POST', '/v1/gift-cards', order())).toMatchObject({ status: 400, body: { code: 'idempotency-key-missing' } });
    const reader = await worldOf(app, ['cards.view']);
    expect((await reader.post('/v1/gift-cards', order())).status).toBe(403);
  });

  const field = (pointer: string) => expect.arrayContaining([expect.objectContaining({ pointer })]);
  const money = (amount: unknown, currency: unknown = 'USD') => order({ value: { amount, currency } });
  it.each<[string, Json, string]>([
    ['an amount of 0', money(0), '/value/amount'],
    ['a negative amount', money(-5000), '/value/amount'],
    ['a fraction of a cent', money(50.5), '/value/amount'],
    ['an amount as text', money('5000'), '/value/amount'],
    ['a huge amount', money(1e21), '/value/amount'],
    ['no amount', order({ value: { currency: 'USD' } }), '/value/amount'],
    ['no value', { ...order(), value: undefined }, '/value'],
    ['a value that is a number', order({ value: 5000 }), '/value'],
    ['a currency nobody takes', money(5000, 'EUR'), '/value/currency'],
    ['no buyer', { ...order(), buyer: undefined }, '/buyer'],
    ['an address without an @', order({ buyer: { email: 'amelie' } }), '/buyer/email'],
    ['an address with a control character', order({ buyer: { email: 'a\u0000b@example.com' } }), '/buyer/email'],
    ['a name of 300 characters', order({ recipient: { email: 'bo@example.com', name: 'x'.repeat(300) } }), '/recipient/name'],
    ['a name with a control character', order({ recipient: { email: 'bo@example.com', name: 'Bo\u0007' } }), '/recipient/name'],
    ['a message of 1,001 characters', order({ message: 'x'.repeat(1001) }), '/message'],
    ['a day that is none', order({ deliverAt: '2026-02-30T10:00:00Z' }), '/deliverAt'],
    ['an unknown field', order({ giftWrap: true }), '/giftWrap'],
    ['an unknown field inside', order({ buyer: { email: 'a@example.com', phone: '1' } }), '/buyer/phone'],
    ['a list', [order()], ''],
  ])('is refused for %s', async (_, body, pointer) => {
    const answer = await world.post('/v1/gift-cards', body);
    expect([answer.status, answer.body.code, answer.body.errors]).toEqual([422, 'input-invalid', field(pointer)]);
  });

  it.each<[string, Json, number, string]>([
    ['another currency than the network’s', money(5000, 'CAD'), 422, 'currency-mismatch'],
    ['less than the smallest value', money(499), 422, 'value-too-small'],
    ['more than the largest value', money(200_001), 422, 'value-too-large'],
    ['a mail to nobody', { ...order(), recipient: undefined }, 422, 'recipient-missing'],
    ['two kinds of delivery', order({ deliver: 'now', deliverAt: '2027-01-01T10:00:00Z' }), 422, 'delivery-ambiguous'],
    ['an unknown location', order({ locationId: 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG' }), 422, 'location-unknown'],
  ])('is refused for %s', async (_, body, status, code) => {
    expect(await world.post('/v1/gift-cards', body)).toMatchObject({ status, body: { code } });
  });

  it.each([
    ['unicode', 'Zoë 王小明 🎁'],
    ['right to left', 'שָׁלוֹם'],
    ['one character', 'Q'],
  ])('takes names of all kinds: %s', async (_, name) => {
    expect(await world.card({ recipient: { email: 'x@example.com', name } })).toMatchObject({ recipient: { name } });
  });
});

describe('cards are found', () => {
  it('by recipient, buyer, name and last four, newest first, page by page', async () => {
    const other = await worldOf(app);
    const first = await other.card({ recipient: { email: 'Zora.NEALE@example.com', name: 'Zora Neale Hurston' } });
    const second = await other.card({
      recipient: { email: 'zora.neale@example.com' },
      buyer: { email: 'max@example.com', name: 'Máx Ïmhof' },
    });
    await app.caughtUp();
    const ids = async (query: string): Promise<string[]> =>
      (await other.get(`/v1/gift-cards?${query}`)).body.data.map(({ id }: Json) => id);
    expect(await ids('recipientEmail=ZORA.neale@example.com')).toEqual([second.id, first.id]);
    expect(await ids('search=zora.neale@example.com')).toEqual([second.id, first.id]);
    expect(await ids('buyerEmail=max@example.com')).toEqual([second.id]);
    expect(await ids(`search=${encodeURIComponent('max imh')}`)).toEqual([second.id]);
    expect(await ids('search=imhof')).toEqual([second.id]);
    expect(await ids('search=HURST')).toEqual([first.id]);
    expect(await ids('search=nobody')).toEqual([]);
    expect(await ids(`lastFour=${first.code.slice(-4)}`)).toEqual([first.id]);
    expect(await ids('status=pending')).toEqual([]);
    const page = (await other.get('/v1/gift-cards?limit=1')).body;
    expect(page.data.map(({ id }: Json) => id)).toEqual([second.id]);
    expect(await ids(`limit=1&after=${page.next}`)).toEqual([first.id]);
    expect(await other.get(`/v1/gift-cards?limit=1&status=used&after=${page.next}`)).toMatchObject({
      status: 422,
      body: { code: 'cursor-unusable' },
    });
    expect(await other.get('/v1/gift-cards?limit=0')).toMatchObject({ status: 422 });
    expect(await other.get('/v1/gift-cards?colour=red')).toMatchObject({ status: 422 });
  });

  it('by their code, however it is typed; wrong, unknown and foreign ones are answered alike', async () => {
    const card = await world.card();
    expect(await world.call('POST', '/v1/gift-cards/lookup', { code: card.code.toLowerCase().replace(/-/g, ' ') })).toMatchObject({
      status: 200,
      body: { id: card.id },
    });
    const stranger = await worldOf(app);
    const answers = [
      await stranger.call('POST', '/v1/gift-cards/lookup', { code: card.code }),
      await world.call('POST', '/v1/gift-cards/lookup', { code: '0000-0000-0000-0000' }),
      await world.call('POST', '/v1/gift-cards/lookup', { code: 'not a code' }),
    ];
    for (const { status, body } of answers) expect([status, body.code]).toEqual([404, 'code-not-valid']);
  });

  it('not in another network', async () => {
    const card = await world.card();
    const stranger = await worldOf(app);
    expect((await stranger.get(`/v1/gift-cards/${card.id}`)).body.code).toBe('card-unknown');
    expect((await stranger.get(`/v1/gift-cards/${card.id}/activities`)).status).toBe(404);
    expect((await stranger.get('/v1/gift-cards')).body.data).toEqual([]);
    expect(
      (
        await stranger.post(`/v1/gift-cards/${card.id}/deductions`, {
          amount: { amount: 1, currency: 'USD' },
          locationId: stranger.locationId,
        })
      ).status,
    ).toBe(404);
    expect((await world.get('/v1/gift-cards/card_..%2Fx')).status).toBe(404);
  });
});

const until = (id: string, good: (card: Json) => boolean): Promise<Json> =>
  eventually(async () => {
    const { body } = await world.get(`/v1/gift-cards/${id}`);
    return good(body) && body;
  }, 'such a card');
