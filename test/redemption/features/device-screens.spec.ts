import { eventually, startApp, type TestApp } from '../../support/app';
import { activateDevice } from '../../support/devices';
import { counterAt, counterOf, textOf, type CounterWorld } from '../counter';

let app: TestApp;
let shop: CounterWorld;
beforeAll(async () => {
  app = await startApp();
  shop = await counterOf(app);
});
afterAll(() => app?.stop());

const balanceOf = async (id: string): Promise<number> => (await shop.get(`/v1/gift-cards/${id}`)).body.balance.amount;
const post = (path: string, form: Record<string, string> = {}) => shop.open(path, { form });
const placeOf = (response: Response): string => response.headers.get('location')!;

describe('by value', () => {
  it('a typed code becomes a receipt in two taps, and no address holds the code', async () => {
    const card = await shop.card({ buyer: { email: 'dana@example.com' } });
    const screen = await shop.show(card.code.toLowerCase().replaceAll('-', ' '));
    expect(screen).not.toContain(card.code.slice(0, 4));
    const text = await shop.read(screen);
    for (const part of ['Blue Door Bakery', shop.device.code, 'Bo Lund', '$50.00', 'Amount in US dollars']) expect(text).toContain(part);
    const done = await post(`${screen}/redemptions`, { amount: '18.50' });
    expect(done.status).toBe(303);
    const receipt = await shop.read(placeOf(done));
    for (const part of ['Redeemed.', '18.50', '$31.50', 'Front till', 'R-']) expect(receipt).toContain(part);
    expect(await balanceOf(card.id)).toBe(3150);
    expect((await app.mail('funds-deducted', 'dana@example.com')).text).toMatch(/Blue Door Bakery[^]*\$18\.50/);
    const { data } = (await shop.get(`/v1/redemptions?cardId=${card.id}`)).body;
    expect(data).toMatchObject([{ via: 'screen', by: { kind: 'device', id: shop.device.deviceId }, state: 'completed' }]);
  });

  it('one ticket redeems once: double tap, replay and back button lead to the receipt', async () => {
    const card = await shop.card();
    const screen = await shop.show(card.code);
    const taps = await Promise.all([1, 2, 3].map(() => post(`${screen}/redemptions`, { amount: '10' })));
    const later = await post(`${screen}/redemptions`, { amount: '25' });
    expect(new Set([...taps, later].map(placeOf)).size).toBe(1);
    expect(placeOf(await shop.open(screen))).toBe(placeOf(later));
    expect(await balanceOf(card.id)).toBe(4000);
  });

  it('a ticket is of its device and lives for half an hour', async () => {
    const card = await shop.card();
    const screen = await shop.show(card.code);
    const other = counterAt(app, shop, await activateDevice(app, { slug: shop.slug, locationId: shop.locationId }));
    expect((await other.open(screen)).status).toBe(410);
    expect((await other.open(`${screen}/redemptions`, { form: { amount: '1' } })).status).toBe(410);
    expect((await shop.open(`${shop.base}/cards/nothing`)).status).toBe(410);
    app.clock.advance(31 * 60_000);
    const late = await post(`${screen}/redemptions`, { amount: '1' });
    expect(placeOf(late)).toBe(`${shop.base}?old=1`);
    const home = await shop.open(placeOf(late));
    expect([home.status, await textOf(home)]).toEqual([410, expect.stringContaining('more than 30 minutes')]);
    expect(await balanceOf(card.id)).toBe(5000);
  });

  it('offers what is there when that is too little', async () => {
    const card = await shop.card({ value: { amount: 7450, currency: 'USD' } });
    const screen = await shop.show(card.code);
    const short = await post(`${screen}/redemptions`, { amount: '92.00' });
    expect(short.status).toBe(409);
    const text = await textOf(short);
    expect(text).toContain('The card holds $74.50. Redeem that and collect $17.50 another way, or enter a smaller amount.');
    expect(text).toMatch(/Redeem \$74\.50.*Change the amount/);
    const change = await post(`${screen}/redemptions`, { amount: '92.00', change: '1' });
    expect([change.status, await change.text()]).toEqual([200, expect.stringContaining('value="92.00"')]);
    const done = await post(`${screen}/redemptions`, { amount: '92.00', take: '7450' });
    expect(await shop.read(placeOf(done))).toMatch(/Total \$92\.00 To collect another way \$17\.50 Left on the card •••• \w{4} \$0\.00/);
    expect(await shop.read(await shop.show(card.code))).toContain('Nothing is left');
  });

  it('takes what was agreed, also when the card was topped up meanwhile', async () => {
    const card = await shop.card({ value: { amount: 1000, currency: 'USD' } });
    const screen = await shop.show(card.code);
    await shop.post(`/v1/gift-cards/${card.id}/top-ups`, { amount: { amount: 5000, currency: 'USD' } });
    await post(`${screen}/redemptions`, { amount: '20.00', take: '1000' });
    expect(await balanceOf(card.id)).toBe(5000);
  });

  it.each([
    ['nothing', {}, 'Amount in US dollars'],
    ['words', { amount: 'ten' }, 'amount'],
    ['zero', { amount: '0' }, 'above zero'],
  ])('says at the field what is wrong with %s', async (_, form, sentence) => {
    const screen = await shop.show((await shop.card()).code);
    const response = await post(`${screen}/redemptions`, form);
    expect([response.status, await textOf(response)]).toEqual([422, expect.stringContaining(sentence)]);
  });

  it('shows the state of a card that can’t be spent', async () => {
    const card = await shop.card();
    const screen = await shop.show(card.code);
    await shop.post(`/v1/gift-cards/${card.id}/blocks`, {});
    expect(await shop.read(await shop.show(card.code))).toContain('This card is blocked');
    const refused = await post(`${screen}/redemptions`, { amount: '5' });
    expect([refused.status, await textOf(refused)]).toEqual([409, expect.stringContaining('This card is blocked')]);
  });
});

describe('a card that is shown', () => {
  it('is refused with one sentence for every wrong code, and the shop is not locked out by a few', async () => {
    for (const code of ['0000 0000 0000 0000', 'nonsense', '7QK2', 'http://largesse.test/c/00000000000000000000000000']) {
      const response = await post(`${shop.base}/cards`, { code });
      expect([code, response.status]).toEqual([code, 422]);
      expect(await textOf(response)).toMatch(/isn.t valid|is no card/);
    }
    expect(await shop.show((await shop.card()).code)).toContain('/cards/');
  });

  it('may be a scanner’s link, and the recipient’s link on the device', async () => {
    const card = await shop.card();
    const path = new URL(card.link).pathname;
    expect(await shop.show(card.link)).toContain('/cards/');
    const here = await shop.open(path);
    expect([here.status, placeOf(here)]).toEqual([303, `${shop.base}/link/${path.slice(3)}`]);
    const screen = placeOf(await shop.open(placeOf(here)));
    expect(await shop.read(screen)).toContain('Bo Lund');
    const elsewhere = await app.request(path);
    expect([elsewhere.status, await textOf(elsewhere)]).toEqual([200, expect.stringContaining('Bo')]);
  });

  it('of another network is a wrong one, and its link is its recipient’s page', async () => {
    const other = await counterOf(app);
    const card = await other.card();
    const response = await post(`${shop.base}/cards`, { code: card.code });
    expect([response.status, await textOf(response)]).toEqual([422, expect.stringMatching(/isn.t valid/)]);
    expect((await shop.open(new URL(card.link).pathname)).status).toBe(200);
    expect((await shop.open(other.base)).status).toBe(404);
  });

  it('is shown on activated devices only', async () => {
    expect((await app.request(shop.base)).status).toBe(401);
    expect((await app.request(`${shop.base}/today`)).status).toBe(401);
  });
});

describe('items', () => {
  it('are chosen with quantities, written as they were, and counted without scripts', async () => {
    const [loaf, coffee] = [await shop.addItem('Country loaf', 850), await shop.addItem('Flat white', 475)];
    const card = await shop.card();
    const screen = await shop.show(card.code);
    const html = await (await shop.open(`${screen}?by=items`)).text();
    const list = /name="list" value="([^"]+)"/.exec(html)![1]!;
    expect(html).toContain('Country loaf');
    const none = await post(`${screen}/items`, { list });
    expect([none.status, await textOf(none)]).toEqual([422, expect.stringContaining('at least one item')]);
    const many = await post(`${screen}/items`, { list, [`quantity.${loaf}`]: '1.5' });
    expect(many.status).toBe(422);
    const short = await post(`${screen}/items`, { list, [`quantity.${loaf}`]: '10' });
    expect([short.status, await textOf(short)]).toEqual([409, expect.stringContaining('The card holds $50.00')]);
    const done = await post(`${screen}/items`, { list, [`chosen.${loaf}`]: 'on', [`quantity.${loaf}`]: '0', [`quantity.${coffee}`]: '2' });
    expect(await shop.read(placeOf(done))).toMatch(/Country loaf × 1 \$8\.50 Flat white × 2 \$9\.50/);
    const { data } = (await shop.get(`/v1/redemptions?cardId=${card.id}`)).body;
    expect(data[0]).toMatchObject({ kind: 'items', amount: { amount: 1800 }, items: [{ itemId: loaf, quantity: 1 }, { quantity: 2 }] });
    const next = await shop.show(card.code);
    await shop.addItem('Galette', 2200);
    const changed = await post(`${next}/items`, { list, [`quantity.${loaf}`]: '1' });
    expect([changed.status, await textOf(changed)]).toEqual([409, expect.stringContaining('have just changed')]);
    expect(await balanceOf(card.id)).toBe(3200);
  });
});

describe('undo', () => {
  it('is for the device’s own last redemption, for 15 minutes, once', async () => {
    const card = await shop.card();
    const redeem = async () => placeOf(await post(`${await shop.show(card.code)}/redemptions`, { amount: '5' }));
    const [first, last] = [await redeem(), await redeem()];
    expect(await shop.read(first)).not.toContain('Possible on this device until');
    expect(await shop.read(last)).toContain('Possible on this device until');
    const tooOld = await post(`${first}/undo`);
    expect([tooOld.status, await textOf(tooOld)]).toEqual([409, expect.stringContaining('only its own last redemption')]);
    const other = counterAt(app, shop, await activateDevice(app, { slug: shop.slug, locationId: shop.locationId }));
    expect((await other.open(`${last}/undo`, { form: {} })).status).toBe(409);
    const both = await Promise.all([post(`${last}/undo`), post(`${last}/undo`)]);
    expect(both.map(({ status }) => status)).toEqual([303, 303]);
    expect(await shop.read(last)).toContain('Undone. The card has its money back.');
    expect(await balanceOf(card.id)).toBe(4500);
    const another = await redeem();
    app.clock.advance(15 * 60_000);
    const late = await post(`${another}/undo`);
    expect([late.status, await textOf(late)]).toEqual([409, expect.stringContaining('15 minutes')]);
  });

  it('and receipts are of the device’s own location', async () => {
    const other = await counterOf(app);
    const card = await other.card();
    const receipt = placeOf(await other.open(`${await other.show(card.code)}/redemptions`, { form: { amount: '5' } }));
    const elsewhere = receipt.replace(other.base, shop.base);
    expect((await shop.open(elsewhere)).status).toBe(404);
    expect((await shop.open(`${elsewhere}/undo`, { form: {} })).status).toBe(404);
  });
});

it('today’s list adds up what counts', async () => {
  const world = await counterOf(app);
  expect(await world.read(`${world.base}/today`)).toContain('Nothing redeemed today');
  const card = await world.card();
  for (const amount of ['5', '7.25']) await world.open(`${await world.show(card.code)}/redemptions`, { form: { amount } });
  const undone = placeOf(await world.open(`${await world.show(card.code)}/redemptions`, { form: { amount: '3' } }));
  await world.open(`${undone}/undo`, { form: {} });
  const list = async () => (await world.read(`${world.base}/today`)).match(/2 redemptions \$ 12\.25.*Reversed/)?.[0];
  expect(await eventually(list, 'today’s two redemptions')).toContain('R-');
});

it('says what an app needs to be installed, and what is shown without a line', async () => {
  const manifest = (await (await app.request(`${shop.base}/app.webmanifest`)).json()) as { icons: { src: string }[]; start_url: string };
  expect(manifest).toMatchObject({ start_url: shop.base, display: 'standalone' });
  for (const { src } of manifest.icons) expect((await app.request(src)).headers.get('content-type')).toBe('image/png');
  const worker = await app.request(`${shop.base}/worker.js`);
  expect([worker.headers.get('content-type'), worker.headers.get('service-worker-allowed')]).toEqual([
    'text/javascript; charset=utf-8',
    shop.base,
  ]);
  expect(await shop.read(`${shop.base}/offline`)).toContain('nothing waits to be sent');
});
