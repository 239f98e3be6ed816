import { CommandBus } from '@nestjs/cqrs';
import { CatchUpTill } from '../../../src/redemption/domain/catch-up';
import { TillsFacade } from '../../../src/network';
import { PosSightings } from '../../../src/redemption/features/pos-sightings';
import { TillMakers } from '../../../src/redemption/features/till-makers';
import { cloverPayment } from '../../../src/redemption/features/clover-payment';
import { CloverSimulator } from '../../support/clover';
import { eventually, startApp, type TestApp } from '../../support/app';
import { SquareSimulator } from '../../support/square';
import { signUp, type Visitor } from '../../network/visitor';
import { connect, keyFor, networkId, operator, placeFor } from '../tills';

let app: TestApp;
let owner: Visitor;
let network: string;
let place: string;
let headers: Record<string, string>;
let clover: CloverSimulator;
let square: SquareSimulator;
let till: string;
let other: string;

beforeAll(async () => {
  [app, clover, square] = await Promise.all([
    startApp({ env: { OUTGOING_PRIVATE: '1' } }),
    CloverSimulator.start(),
    SquareSimulator.start(),
  ]);
  jest.spyOn(app.app.get(TillMakers), 'addressOf').mockImplementation(({ kind }) => (kind === 'square' ? square.url : clover.url));
  owner = await signUp(app, 'makers');
  network = await networkId(app, 'makers');
  place = await placeFor(owner, 'makers', 'Blue Door');
  headers = await keyFor(app, network, 'pos-payments.report');
  const order = { kind: 'clover', environment: 'sandbox', token: clover.token } as const;
  till = await connect(app, network, place, { ...order, place: 'MTESTMERCHANT', secret: clover.authCode });
  other = await placeFor(owner, 'makers', 'Corner Shop');
  await connect(app, network, other, { ...order, place: 'MTESTOTHER' });
  clover.deliverTo = `${app.url}/hooks/clover/${till}`;
});
afterAll(async () => {
  await app.stop();
  await Promise.all([clover.stop(), square.stop()]);
});

interface Listed {
  readonly externalId: string;
  readonly status: string;
  readonly amount: { readonly amount: number };
}
const payments = async (locationId = place): Promise<readonly Listed[]> => {
  const answer = await app.request(`/v1/pos-payments?locationId=${locationId}&limit=100`, { headers });
  return ((await answer.json()) as { data: Listed[] }).data;
};
const seen = (externalId: string, like: object, locationId?: string): Promise<Listed> =>
  eventually(
    async () => {
      const found = (await payments(locationId)).find((each) => each.externalId === externalId);
      try {
        expect(found).toMatchObject(like);
        return found;
      } catch {
        return undefined;
      }
    },
    `${externalId} ${JSON.stringify(like)}`,
  );
const health = async () => app.app.get(PosSightings).health(till);
const catchUp = (id: string) => app.app.get(CommandBus).execute(new CatchUpTill(operator(app, network), id));

describe('Clover', () => {
  it('posts its verification code, which the page shows', async () => {
    expect((await clover.verify('7d0e8a3c-1b1f-4f6f-9c0e-0a1b2c3d4e5f')).status).toBe(200);
    expect(await health()).toMatchObject({ verificationCode: '7d0e8a3c-1b1f-4f6f-9c0e-0a1b2c3d4e5f' });
  });

  it('says that a payment changed; what it is, is asked', async () => {
    const payment = clover.take(1850);
    expect((await clover.send({ MTESTMERCHANT: [clover.notice(payment)] })).status).toBe(200);
    await seen(payment.id, { status: 'waiting', amount: { amount: 1850, currency: 'USD' }, tender: 'Gift card', source: 'clover' });
  });

  it('covers several merchants in one body, each with its own token and place', async () => {
    const [one, two] = [clover.take(700), clover.take(800, 'MTESTOTHER')];
    const merchants = { MTESTMERCHANT: [clover.notice(one)], MTESTOTHER: [clover.notice(two)], MSTRANGER: [clover.notice(two)] };
    expect((await clover.send(merchants)).status).toBe(200);
    await seen(one.id, { status: 'waiting' });
    await seen(two.id, { status: 'waiting' }, other);
    const shown = await app.app.get(PosSightings).latest(network, place);
    expect(shown).toContainEqual(expect.objectContaining({ externalId: 'MSTRANGER', verdict: 'unknown-place' }));
  });

  it('repeats itself, and is asked once', async () => {
    const payment = clover.take(900);
    const notice = clover.notice(payment);
    await clover.send({ MTESTMERCHANT: [notice, notice] });
    await seen(payment.id, { status: 'waiting' });
    const { asked } = clover;
    await clover.send({ MTESTMERCHANT: [notice] });
    await clover.send({ MTESTMERCHANT: [{ objectId: 'I:ITEM1', type: 'UPDATE', ts: 1 }] });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(clover.asked).toBe(asked);
  });

  it('cancels and refunds, told by the payment or by its order', async () => {
    const [gone, back, part] = [clover.take(1000), clover.take(1000), clover.take(1000)];
    await clover.send({ MTESTMERCHANT: [gone, back, part].map((each) => clover.notice(each)) });
    for (const each of [gone, back, part]) await seen(each.id, { status: 'waiting' });
    const changed = [
      clover.notice(clover.change(gone, { result: 'VOIDED' }), 'UPDATE'),
      clover.notice(clover.change(back, { refunds: { elements: [{ id: 'R1', amount: 1000 }] } }), 'UPDATE', 'O'),
      clover.notice(clover.change(part, { refunds: { elements: [{ id: 'R2', amount: 400 }] } }), 'UPDATE', 'O'),
    ];
    await clover.send({ MTESTMERCHANT: changed });
    await seen(gone.id, { status: 'voided' });
    await seen(back.id, { status: 'voided' });
    await seen(part.id, { status: 'waiting', amount: { amount: 600, currency: 'USD' } });
  });

  it('is believed only with its header', async () => {
    const payment = clover.take(1850);
    const { asked } = clover;
    for (const auth of [null, 'clover-auth-code-2', 'x'])
      expect((await clover.send({ MTESTMERCHANT: [clover.notice(payment)] }, auth)).status).toBe(401);
    expect(await health()).toMatchObject({ problem: 'wrong-signature' });
    for (const junk of ['not json', '[]', '{"merchants":7}', '{"merchants":{"MTESTMERCHANT":[null,{"objectId":"P:../x"}]}}'])
      expect((await clover.post(junk)).status).toBe(200);
    expect(clover.asked).toBe(asked);
  });

  it('whose token expired keeps its notices until it is mended', async () => {
    const payment = clover.take(1100);
    clover.token = 'another-token';
    expect((await clover.send({ MTESTMERCHANT: [clover.notice(payment)] })).status).toBe(200);
    await eventually(async () => (await health())?.problem === 'token-refused', 'the refused token');
    clover.token = 'clover-test-token';
    await catchUp(till);
    await seen(payment.id, { status: 'waiting' });
    expect((await health())!.problem).toBeUndefined();
  });

  it('whose notices never came is asked what there is', async () => {
    const payment = clover.take(1200);
    clover.up = false;
    await catchUp(till);
    expect(await health()).toMatchObject({ problem: 'till-unreachable' });
    clover.up = true;
    await catchUp(till);
    await seen(payment.id, { status: 'waiting' });
  });
});

it('Square is asked too, where there is a token', async () => {
  const order = { kind: 'square', environment: 'sandbox', token: square.token, place: 'LTESTLOCATION1' } as const;
  const id = await connect(app, network, place, order);
  const some = Array.from({ length: 3 }, () => square.take(500));
  square.take(500, { location_id: 'LELSEWHERE' });
  await catchUp(id);
  for (const { id: externalId } of some) await seen(externalId, { status: 'waiting', source: 'square' });
  expect((await payments()).filter(({ externalId }) => externalId.startsWith('PAYTEST0000000000000'))).toHaveLength(3);
});

describe('What was bought', () => {
  const usd = (amount: number) => ({ amount, currency: 'USD' });

  it('is asked of Clover with a new payment, once: pieces together, weights by name, nothing that went back', async () => {
    const payment = clover.take(2115);
    clover.lines.set(payment.order.id, [
      { id: 'L1', name: 'Latte', price: 450 },
      { id: 'L2', name: 'Latte', price: 450 },
      { id: 'L3', name: 'Almonds', price: 2430, unitQty: 500 },
      { id: 'L4', name: 'Muffin', price: 300, refunded: true },
      { id: 'L5', price: 100 },
      { id: 'L6', name: 'Rebate', price: -100 },
      { id: 'L7', name: 'x'.repeat(300), price: 10, unitQty: 1500 },
    ]);
    await clover.send({ MTESTMERCHANT: [clover.notice(payment)] });
    const items = [
      { name: 'Latte', quantity: 2, price: usd(450) },
      { name: 'Almonds (0.5)', quantity: 1, price: usd(1215) },
      { name: 'Rebate', quantity: 1 },
      { name: `${'x'.repeat(114)} (1.5)`, quantity: 1, price: usd(15) },
    ];
    expect(await seen(payment.id, { status: 'waiting' })).toMatchObject({ items });
    const { asked } = clover;
    await clover.send({ MTESTMERCHANT: [clover.notice(clover.change(payment, { amount: 2000 }), 'UPDATE')] });
    await seen(payment.id, { amount: usd(2000), items });
    expect(clover.asked).toBe(asked + 1);
  });

  it('is asked of Square, and an order that is not there keeps no payment back', async () => {
    const [one, two] = [square.take(1600), square.take(900)];
    square.orders.set(one.order_id!, [
      { uid: 'a', name: 'Tea', variation_name: 'Large', quantity: '2', base_price_money: usd(400) },
      { uid: 'b', name: 'Loaf', variation_name: 'Regular', quantity: '1', base_price_money: usd(650) },
      { uid: 'c', name: 'Cheese', quantity: '0.25', base_price_money: usd(600), gross_sales_money: usd(150) },
    ]);
    const { id } = (await app.app.get(TillsFacade).at(network, 'square', 'LTESTLOCATION1'))!;
    await catchUp(id);
    const items = [
      { name: 'Tea, Large', quantity: 2, price: usd(400) },
      { name: 'Loaf', quantity: 1, price: usd(650) },
      { name: 'Cheese (0.25)', quantity: 1, price: usd(150) },
    ];
    await seen(one.id, { status: 'waiting', items });
    expect(await seen(two.id, { status: 'waiting' })).not.toHaveProperty('items');
  });
});

describe('A Clover payment', () => {
  const payment = {
    id: 'P1',
    amount: 2000,
    createdTime: 1768509064000,
    result: 'SUCCESS',
    order: { currency: 'CAD' },
    tender: { id: 'T1' },
  };
  it('has its currency from the order, else the network’s, and its tip in the amount', () => {
    expect(cloverPayment({ ...payment, tipAmount: 150 }, 'USD')!.amount).toEqual({ amount: 2150, currency: 'CAD' });
    expect(cloverPayment({ ...payment, order: undefined }, 'USD')!.amount).toEqual({ amount: 2000, currency: 'USD' });
  });
  it.each([
    ['SUCCESS', 'completed'],
    ['VOIDED', 'voided'],
    ['FAIL', 'voided'],
    ['AUTH', 'open'],
    ['OFFLINE_RETRYING', 'open'],
    ['SOMETHING_NEW', 'open'],
  ])('that is %s is %s', (result, status) => expect(cloverPayment({ ...payment, result }, 'USD')!.status).toBe(status));
  it.each([[{}], [{ ...payment, amount: '20.00' }], [{ ...payment, amount: 20.5 }], [{ ...payment, id: undefined }]])(
    'that is none is none: %j',
    (broken) => expect(cloverPayment(broken, 'USD')).toBeUndefined(),
  );
});
