import { CommandBus } from '@nestjs/cqrs';
import { TillsFacade } from '../../../src/network';
import { ChangeLocationStanding } from '../../../src/network/features/location-commands';
import { PosSightings } from '../../../src/redemption/features/pos-sightings';
import { eventually, startApp, type TestApp } from '../../support/app';
import { SquareSimulator } from '../../support/square';
import { signUp, type Visitor } from '../../network/visitor';
import { connect, keyFor, networkId, operator, placeFor, postEvent, whsec } from '../tills';

let app: TestApp;
let owner: Visitor;
let network: string;
let place: string;
let headers: Record<string, string>;
let sales = 0;

beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'tills');
  network = await networkId(app, 'tills');
  place = await placeFor(owner, 'tills', 'Blue Door');
  headers = await keyFor(app, network, 'pos-payments.report');
});
afterAll(() => app.stop());

interface Answer {
  readonly id: string;
  readonly status: string;
  readonly [field: string]: unknown;
}
const sale = (more: object = {}) => ({
  externalId: `sale-${(sales += 1)}`,
  amount: { amount: 1850, currency: 'USD' },
  takenAt: '2026-11-22T14:21:00-05:00',
  ...more,
});
const report = (body: object): Promise<Response> => app.request('/v1/pos-payments', { headers, json: { locationId: place, ...body } });
const read = async (id: string): Promise<Answer> => (await (await app.request(`/v1/pos-payments/${id}`, { headers })).json()) as Answer;
const waiting = async (): Promise<readonly string[]> => {
  const answer = await app.request(`/v1/pos-payments?status=waiting&locationId=${place}&limit=100`, { headers });
  return ((await answer.json()) as { data: readonly { externalId: string }[] }).data.map(({ externalId }) => externalId);
};
const verdicts = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await app.app.get(PosSightings).latest(network, place)).map((each) => [each.externalId, each.verdict]));

describe('POST /v1/pos-payments', () => {
  it('takes a payment once and answers a repeat as the first time', async () => {
    const body = sale({ tender: ' gift  CARD ', till: 'Till 2', clerk: 'June', items: [{ name: 'Loaf', quantity: 2 }] });
    const [first, again] = [await report(body), await report(body)];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([null, 'true']);
    const answer = (await first.json()) as Answer;
    expect(answer).toMatchObject({ status: 'waiting', takenAt: '2026-11-22T19:21:00.000Z', source: 'api', till: 'Till 2' });
    expect(await again.json()).toEqual(answer);
    expect(first.headers.get('location')).toBe(`/v1/pos-payments/${answer.id}`);
    expect(await read(answer.id)).toEqual(answer);
    await eventually(async () => (await waiting()).includes(body.externalId), 'the payment');
  });

  it('takes the same payment from many calls at once, once', async () => {
    const body = sale();
    const answers = await Promise.all(Array.from({ length: 12 }, () => report(body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const { id } = (await answers[0]!.json()) as Answer;
    const history = await app.streams.history(network, `posPayment-${id}`);
    expect(history.map(({ fact }) => fact.type)).toEqual(['PosPaymentReported']);
  });

  it('follows a change by its time, and not by the order of calls', async () => {
    const body = sale();
    const at = (minute: number, amount: number) => ({
      ...body,
      amount: { amount, currency: 'USD' },
      changedAt: `2026-11-22T19:${minute}:00Z`,
    });
    await report(body);
    await report(at(40, 900));
    const late = (await (await report(at(30, 1200))).json()) as Answer;
    expect(late).toMatchObject({ amount: { amount: 900 }, reason: 'out-of-date' });
    const differs = await report({ ...at(40, 700) });
    expect([differs.status, ((await differs.json()) as { code: string }).code]).toEqual([409, 'pos-payment-differs']);
  });

  it('leaves out what was not paid by gift card, and says so', async () => {
    const body = sale({ tender: 'Visa' });
    const answer = await report(body);
    expect([answer.status, await answer.json()]).toEqual([201, expect.objectContaining({ status: 'ignored', reason: 'other-tender' })]);
    expect(await waiting()).not.toContain(body.externalId);
    expect((await verdicts())[body.externalId]).toBe('other-tender');
  });

  it.each([
    ['another currency', { amount: { amount: 100, currency: 'CAD' } }, 422, 'currency-mismatch'],
    ['a float', { amount: { amount: 18.5, currency: 'USD' } }, 422, 'input-invalid'],
    ['nothing', { amount: { amount: 0, currency: 'USD' } }, 422, 'input-invalid'],
    ['no id', { externalId: undefined }, 422, 'input-invalid'],
    ['a time without a zone', { takenAt: '2026-11-22 14:21' }, 422, 'input-invalid'],
    ['an unknown location', { locationId: 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG' }, 422, 'location-unknown'],
  ])('refuses %s', async (_, more, status, code) => {
    const answer = await report(sale(more));
    expect(await answer.json()).toMatchObject({ status, code });
  });

  it('makes a cancelled payment disappear, and does not bring it back', async () => {
    const body = sale();
    const { id } = (await (await report(body)).json()) as Answer;
    const [first, again] = [0, 1].map(() => app.request(`/v1/pos-payments/${id}/void`, { method: 'POST', headers }));
    expect([(await first!).status, (await again!).status]).toEqual([200, 200]);
    expect(await read(id)).toMatchObject({ status: 'voided' });
    await eventually(async () => !(await waiting()).includes(body.externalId), 'the payment’s disappearance');
    await report({ ...body, changedAt: '2026-11-23T00:00:00Z', amount: { amount: 5, currency: 'USD' } });
    expect(await read(id)).toMatchObject({ status: 'voided', amount: { amount: 1850 } });
    expect((await app.request('/v1/pos-payments/pos_01JD8Z4M2Q7RXK3V5T9WBN6CHG/void', { method: 'POST', headers })).status).toBe(404);
  });

  it('takes none at a location that is suspended or closed, but the end of one that is known', async () => {
    const locationId = await placeFor(owner, 'tills', 'Shut Door');
    const become = (standing: 'suspended' | 'open' | 'closed'): Promise<unknown> =>
      app.app.get(CommandBus).execute(new ChangeLocationStanding(operator(app, network), locationId, standing));
    const refused = async (body: object): Promise<unknown> => {
      const answer = await report({ ...body, locationId });
      return [answer.status, ((await answer.json()) as { code: string }).code];
    };
    const { id } = (await (await report({ ...sale(), locationId })).json()) as Answer;
    const later = sale();
    await become('suspended');
    expect(await refused(later)).toEqual([409, 'location-not-open']);
    expect((await app.request(`/v1/pos-payments/${id}/void`, { method: 'POST', headers })).status).toBe(200);
    expect(await read(id)).toMatchObject({ status: 'voided' });
    await become('open');
    expect((await report({ ...later, locationId })).status).toBe(201);
    await become('closed');
    expect(await refused(sale())).toEqual([409, 'location-not-open']);
  });

  it('shows no other network’s payments', async () => {
    await signUp(app, 'tills-too');
    const { id } = (await (await report(sale())).json()) as Answer;
    const theirs = await keyFor(app, await networkId(app, 'tills-too'), 'pos-payments.report');
    expect((await app.request(`/v1/pos-payments/${id}`, { headers: theirs })).status).toBe(404);
    expect((await app.request(`/v1/pos-payments/${id}/void`, { method: 'POST', headers: theirs })).status).toBe(404);
    expect(await (await app.request('/v1/pos-payments', { headers: theirs })).json()).toEqual({ data: [], next: null });
  });
});

describe('The signed webhook', () => {
  let till: string;
  const event = (type: string, data: object) => ({ type, timestamp: '2026-11-22T19:21:04.000Z', data });
  beforeAll(async () => {
    till = await connect(app, network, place, { kind: 'generic', environment: 'production', secret: whsec });
  });

  it('takes what is signed, once', async () => {
    const body = event('pos-payment.taken', sale());
    const [first, again] = [await postEvent(app, till, body, { id: 'msg_1' }), await postEvent(app, till, body, { id: 'msg_1' })];
    expect([first.status, again.status]).toEqual([200, 200]);
    expect([await first.json(), await again.json()]).toMatchObject([{ verdict: 'waiting' }, { received: true, verdict: 'repeat' }]);
  });

  it('is the same payment that the API would report', async () => {
    const body = sale();
    const answer = (await (await postEvent(app, till, event('pos-payment.taken', body))).json()) as { posPaymentId: string };
    const byApi = await report(body);
    expect([byApi.headers.get('idempotency-replayed'), ((await byApi.json()) as Answer).id]).toEqual(['true', answer.posPaymentId]);
  });

  it('cancels, in any order', async () => {
    const body = sale();
    await postEvent(app, till, event('pos-payment.voided', body));
    expect(await (await postEvent(app, till, event('pos-payment.taken', body))).json()).toMatchObject({ verdict: 'voided' });
    await eventually(async () => !(await waiting()).includes(body.externalId), 'the payment’s disappearance');
  });

  it.each([
    ['unsigned', { signature: null }, 'notice-not-signed', 'not-signed'],
    ['signed with another secret', { secret: `whsec_${Buffer.alloc(24, 8).toString('base64')}` }, 'notice-not-signed', 'wrong-signature'],
    ['signed for something else', { signature: 'v1,AAAA' }, 'notice-not-signed', 'wrong-signature'],
    ['of six minutes ago', { at: Date.now() - 360_000 }, 'notice-too-old', 'too-old'],
  ])('refuses one that is %s, and says so on the page', async (_, more, code, problem) => {
    const body = sale();
    const answer = await postEvent(app, till, event('pos-payment.taken', body), more);
    expect(await answer.json()).toMatchObject({ status: 401, code });
    expect(await app.app.get(PosSightings).health(till)).toMatchObject({ problem });
    expect(await waiting()).not.toContain(body.externalId);
  });

  it('refuses a body that was changed on the way', async () => {
    const body = JSON.stringify(event('pos-payment.taken', sale()));
    const genuine = await postEvent(app, till, body, { id: 'msg_2' });
    expect(genuine.status).toBe(200);
    const answer = await postEvent(app, till, body.replace('1850', '9850'), { id: 'msg_3', signature: 'v1,AAAA' });
    expect(answer.status).toBe(401);
  });

  it('tells its sender which field is wrong', async () => {
    const answer = await postEvent(app, till, event('pos-payment.taken', sale({ amount: { amount: 18.5, currency: 'USD' } })));
    expect(await answer.json()).toMatchObject({ status: 422, errors: [{ pointer: '/data/amount/amount' }] });
    for (const junk of ['not json', '[]', '{}', 'null']) expect((await postEvent(app, till, junk)).status).toBe(422);
  });

  it('answers another currency and another tender without asking for more', async () => {
    const cad = await postEvent(app, till, event('pos-payment.taken', sale({ amount: { amount: 100, currency: 'CAD' } })));
    const visa = await postEvent(app, till, event('pos-payment.taken', sale({ tender: 'Visa' })));
    expect([cad.status, visa.status]).toEqual([200, 200]);
    expect([await cad.json(), await visa.json()]).toMatchObject([{ verdict: 'other-currency' }, { verdict: 'other-tender' }]);
  });

  it('takes no body that is too large, and nothing at an address that is no till’s', async () => {
    expect((await postEvent(app, till, `"${'x'.repeat(300_000)}"`)).status).toBe(413);
    for (const id of ['til_01JD8Z4M2Q7RXK3V5T9WBN6CHG', 'x', '%00']) expect((await postEvent(app, id, '{}')).status).toBe(404);
  });

  it('is silent once it is disconnected', async () => {
    const other = await connect(app, network, place, { kind: 'generic', environment: 'production', secret: whsec });
    await app.app.get(TillsFacade).disconnect(operator(app, network), place, other);
    expect((await postEvent(app, other, event('pos-payment.taken', sale()))).status).toBe(404);
  });
});

describe('Square', () => {
  const signatureKey = 'Ibxx_5AKakO-3qeNVR61Dw';
  let square: SquareSimulator;
  let till: string;
  beforeAll(async () => {
    square = await SquareSimulator.start();
    till = await connect(app, network, place, { kind: 'square', place: 'LTESTLOCATION1', environment: 'sandbox', secret: signatureKey });
    square.subscription = {
      deliverTo: `${app.url}/hooks/square/${till}`,
      notificationUrl: `http://largesse.test/hooks/square/${till}`,
      signatureKey,
    };
  });
  afterAll(() => square.stop());
  beforeEach(() => Object.assign(square, { duplicates: false, reorder: false }));

  const idOf = async (externalId: string): Promise<string> => {
    return eventually(async () => {
      const list = (await (await app.request(`/v1/pos-payments?locationId=${place}&limit=100`, { headers })).json()) as { data: Answer[] };
      return list.data.find((each) => each.externalId === externalId)?.id;
    }, externalId);
  };

  it('tells of a payment, twice, and it is taken once', async () => {
    square.duplicates = true;
    const payment = square.take(1850);
    expect(await square.notify('payment.created', payment)).toMatchObject([
      { status: 200, body: { verdict: 'waiting' } },
      { status: 200, body: { verdict: 'repeat' } },
    ]);
    await eventually(async () => (await waiting()).includes(payment.id), 'the payment');
    expect(await read(await idOf(payment.id))).toMatchObject({ till: 'Counter 1', tender: 'City Gift Card', source: 'square' });
  });

  it('tells of it in any order, and the newest holds', async () => {
    square.reorder = true;
    const first = square.take(1850);
    await square.notify('payment.created', first);
    const next = square.change(first, { total_money: { amount: 1200, currency: 'USD' } });
    await square.notify('payment.updated', next);
    await square.notify('payment.updated', square.change(next, { total_money: { amount: 900, currency: 'USD' } }));
    expect((await square.flush()).map(({ body }) => body)).toMatchObject([
      { verdict: 'waiting' },
      { verdict: 'out-of-date' },
      { verdict: 'out-of-date' },
    ]);
    expect(await read(await idOf(first.id))).toMatchObject({ status: 'waiting', amount: { amount: 900 } });
  });

  it('takes what was given back off the payment, and all of it ends it', async () => {
    const payment = square.take(2000);
    await square.notify('payment.created', payment);
    const part = square.change(payment, { refunded_money: { amount: 500, currency: 'USD' } });
    await square.notify('payment.updated', part);
    expect(await read(await idOf(payment.id))).toMatchObject({ status: 'waiting', amount: { amount: 1500 } });
    await square.notify('payment.updated', square.change(part, { refunded_money: { amount: 2000, currency: 'USD' } }));
    expect(await read(await idOf(payment.id))).toMatchObject({ status: 'voided' });
  });

  it('ends a payment by a refund alone', async () => {
    const payment = square.take(700);
    await square.notify('payment.created', payment);
    await square.refund(payment, 300);
    await square.refund(payment, 700, 'PENDING');
    expect(await read(await idOf(payment.id))).toMatchObject({ status: 'waiting' });
    await square.refund(payment, 700);
    expect(await read(await idOf(payment.id))).toMatchObject({ status: 'voided' });
  });

  it.each([
    ['is not finished', { status: 'APPROVED' }, 'not-finished'],
    ['was paid by card', { source_type: 'CARD', external_details: undefined }, 'other-tender'],
    ['was paid in cash with a note', { source_type: 'CASH', external_details: undefined, note: 'rest by gift card' }, 'other-tender'],
    ['was paid by another tender', { external_details: { type: 'CHECK', source: 'Cheque' } }, 'other-tender'],
    ['is named in the note', { external_details: { type: 'OTHER', source: 'Other' }, note: 'Harbor gift card' }, 'waiting'],
    ['is of another place', { location_id: 'LELSEWHERE' }, 'unknown-place'],
    ['is in another currency', { total_money: { amount: 100, currency: 'CAD' } }, 'other-currency'],
    ['is of nothing', { total_money: { amount: 0, currency: 'USD' } }, 'amount-unusable'],
  ] as const)('answers one that %s, and shows what it came to', async (_, more, verdict) => {
    const payment = square.take(1850, more as object);
    expect(await square.notify('payment.created', payment)).toMatchObject([{ status: 200, body: { verdict } }]);
    expect((await verdicts())[payment.id]).toBe(verdict);
    await eventually(async () => (await waiting()).includes(payment.id) === (verdict === 'waiting'), verdict);
  });

  it('is believed only with its signature over the registered address and the very bytes', async () => {
    const body = JSON.stringify(square.event('payment.created', { type: 'payment', object: { payment: square.take(1850) } }));
    expect(await square.deliver(body, 'AAAA')).toMatchObject({ status: 401, body: { code: 'notice-not-signed' } });
    expect(await square.deliver(body, '')).toMatchObject({ status: 401 });
    const { subscription } = square;
    square.subscription = { ...subscription!, notificationUrl: subscription!.deliverTo };
    expect(await square.deliver(body)).toMatchObject({ status: 401 });
    square.subscription = subscription;
    expect(await app.app.get(PosSightings).health(till)).toMatchObject({ problem: 'wrong-signature' });
    expect(await square.deliver(body.replace('":', '" :'))).toMatchObject({ status: 200 });
    expect((await app.app.get(PosSightings).health(till))!.problem).toBeUndefined();
  });

  it('does not make its sender try again for what can’t be read', async () => {
    for (const junk of ['not json', '[]', '{}', '{"type":"payment.created"}', '{"type":"labor.shift.created","data":{}}'])
      expect(await square.deliver(junk)).toMatchObject({ status: 200, body: { received: true } });
  });

  it('serves a second place of the same seller through the one subscription', async () => {
    const second = await placeFor(owner, 'tills', 'Corner Shop');
    await connect(app, network, second, { kind: 'square', place: 'LTESTLOCATION2', environment: 'sandbox' });
    const payment = square.take(500, { location_id: 'LTESTLOCATION2' });
    expect(await square.notify('payment.created', payment)).toMatchObject([{ body: { verdict: 'waiting' } }]);
    const found = await eventually(async () => {
      const { data } = (await (await app.request(`/v1/pos-payments?locationId=${second}`, { headers })).json()) as { data: Answer[] };
      return data.length > 0 && data;
    }, 'the payment');
    expect(found.map(({ externalId }) => externalId)).toEqual([payment.id]);
  });
});
