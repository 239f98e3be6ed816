import { CardsFacade } from '../../../src/cards';
import type { CommandContext } from '../../../src/kernel/event-sourcing';
import type { Money } from '../../../src/kernel/money';
import { startApp, type TestApp } from '../../support/app';
import { worldOf, type IssuedAnswer, type World } from '../world';

let app: TestApp;
let world: World;
let other: World;
let facade: CardsFacade;
beforeAll(async () => {
  app = await startApp();
  world = await worldOf(app);
  other = await worldOf(app);
  facade = app.app.get(CardsFacade);
});
afterAll(() => app?.stop());

const usd = (amount: number): Money => ({ amount, currency: 'USD' });
const device = () => ({ network: world.network, ip: '203.0.113.7', device: app.ids.next('dev') });
const tokenOf = ({ link }: IssuedAnswer): string => link.slice(link.lastIndexOf('/') + 1);
const by = (kind: 'device' | 'policy' = 'device'): CommandContext => ({ ...world.context(), actor: { kind, id: 'dev_1' } });

/** Ids of a new redemption of so much. */
function redemption(amount: number) {
  const redemptionId = app.ids.next('rdm');
  const rest = redemptionId.slice(3);
  return { redemptionId, deductionId: `ded${rest}`, reversalId: `rev${rest}`, amount: usd(amount), locationId: world.locationId };
}

describe('a card that is shown at a counter', () => {
  it('is found by its code, however it was typed, and by its link', async () => {
    const card = await world.card();
    const typed = card.code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    const byCode = await facade.presentAtCounter('code', typed, device());
    const byLink = await facade.presentAtCounter('link', tokenOf(card), device());
    const seen = {
      cardId: card.id,
      holder: 'Bo Lund',
      balance: usd(5000),
      status: 'active',
      blocked: false,
      lastFour: card.code.slice(-4),
    };
    expect([byCode, byLink]).toMatchObject([seen, seen]);
    expect(byCode.presented).not.toBe(byLink.presented);
    expect(await facade.atCounter(world.network, card.id)).toMatchObject(seen);
  });

  it('tells its state to whoever shows the right code', async () => {
    const card = await world.card();
    await world.post(`/v1/gift-cards/${card.id}/blocks`, {});
    expect(await facade.presentAtCounter('code', card.code, device())).toMatchObject({ blocked: true });
  });

  it('is no card to another network, by any way', async () => {
    const card = await world.card();
    const elsewhere = { ...device(), network: other.network };
    await expect(facade.presentAtCounter('code', card.code, elsewhere)).rejects.toMatchObject({ code: 'code-not-valid' });
    await expect(facade.presentAtCounter('link', tokenOf(card), elsewhere)).rejects.toMatchObject({ code: 'code-not-valid' });
    expect(await facade.atCounter(other.network, card.id)).toBeUndefined();
    expect(await facade.atCounter(world.network, 'card_1')).toBeUndefined();
  });

  it('is asked for with few wrong tries on one device, while the next one works on; right ones cost nothing', async () => {
    const { code } = await world.card();
    const [one, another] = [device(), device()];
    for (let tries = 0; tries < 30; tries += 1) await facade.presentAtCounter('code', code, one);
    for (let tries = 0; tries < 20; tries += 1)
      await expect(facade.presentAtCounter('code', '0000 0000 0000 0000', one)).rejects.toMatchObject({ code: 'code-not-valid' });
    await expect(facade.presentAtCounter('code', code, one)).rejects.toMatchObject({ code: 'too-many-requests' });
    await expect(facade.presentAtCounter('code', code, another)).resolves.toMatchObject({ status: 'active' });
  });
});

describe('a redemption on a card', () => {
  it('is deducted once, whoever asks and however often, and the buyer is told', async () => {
    const card = await world.card({ buyer: { email: 'redeemed@example.com' } });
    const order = redemption(1850);
    const [first, again] = await Promise.all([facade.redeem(by(), card.id, order), facade.redeem(by('policy'), card.id, order)]);
    const later = await facade.redeem(by('policy'), card.id, order);
    expect([first, again, later]).toMatchObject(
      Array(3).fill({ deductionId: order.deductionId, amount: usd(1850), balance: usd(3150), at: first.at }),
    );
    expect([first, again].filter(({ replayed }) => replayed)).toHaveLength(1);
    expect(later.replayed).toBe(true);
    expect((await app.mail('funds-deducted', 'redeemed@example.com')).text).toContain('Blue Door Bakery');
  });

  it('is given back once, exactly', async () => {
    const card = await world.card();
    const order = redemption(700);
    await facade.redeem(by(), card.id, order);
    const first = await facade.reverseRedemption(by(), card.id, { ...order, reason: 'Undone' });
    const again = await facade.reverseRedemption(by('policy'), card.id, order);
    expect([first, again]).toMatchObject([
      { amount: usd(700), balance: usd(5000), replayed: false },
      { amount: usd(700), balance: usd(5000), replayed: true },
    ]);
    await expect(facade.reverseRedemption(by(), card.id, { ...order, reversalId: app.ids.next('rev') })).rejects.toMatchObject({
      code: 'already-reversed',
    });
  });

  it('is refused with what is there, and rehearsed without writing', async () => {
    const card = await world.card();
    const presented = (await facade.presentAtCounter('code', card.code, device())).presented;
    await facade.rehearseRedemption(by(), card.id, { ...redemption(5000), presented });
    const short = { code: 'insufficient-funds', details: { balance: usd(5000) } };
    await expect(facade.rehearseRedemption(by(), card.id, redemption(5001))).rejects.toMatchObject(short);
    await expect(facade.redeem(by(), card.id, redemption(5001))).rejects.toMatchObject(short);
    await expect(facade.redeem(by(), card.id, { ...redemption(1), presented: 'another' })).rejects.toMatchObject({
      code: 'code-not-valid',
    });
    expect(await facade.atCounter(world.network, card.id)).toMatchObject({ balance: usd(5000), status: 'active' });
  });

  it('never takes more than there is, however many come at once', async () => {
    const card = await world.card();
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => facade.redeem(by(), card.id, redemption(900))));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(await facade.atCounter(world.network, card.id)).toMatchObject({ balance: usd(500), status: 'used' });
  });
});
