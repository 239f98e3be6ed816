import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext } from '../../../src/kernel/event-sourcing';
import { Rejection } from '../../../src/kernel/rejection';
import { cards } from '../../../src/cards/cards.registration';
import { CardsFacade } from '../../../src/cards';
import { VoidPosPayment } from '../../../src/redemption/domain/pos-payment';
import { Redeem } from '../../../src/redemption/domain/redemption-process';
import { PosPaymentSteps } from '../../../src/redemption/features/pos-payment-steps';
import { RedemptionStreams } from '../../../src/redemption/features/redemption-streams';
import { redemption } from '../../../src/redemption/redemption.registration';
import { worldOf, type Json, type World } from '../../cards/world';
import { eventually, startApp, type TestApp } from '../../support/app';

let app: TestApp;
let world: World;
let network: string;
let sales = 0;
beforeAll(async () => {
  app = await startApp();
  world = await worldOf(app, [...cards.permissions, ...redemption.permissions]);
  network = world.network;
});
afterAll(() => app?.stop());
afterEach(() => jest.restoreAllMocks());

const usd = (amount: number) => ({ amount, currency: 'USD' }) as const;
const context = (device: string): CommandContext => ({
  network,
  actor: { kind: 'device', id: device },
  commandId: app.ids.next('cmd'),
  at: app.clock.now(),
  correlation: 'test',
});
async function payment(amount = 1850): Promise<string> {
  const body = { locationId: world.locationId, externalId: `s-${(sales += 1)}`, amount: usd(amount), takenAt: app.clock.now() };
  const answer = await world.post('/v1/pos-payments', body);
  expect(answer.status).toBe(201);
  return answer.body.id as string;
}
interface Wanted {
  readonly card: string;
  readonly pay: string;
  readonly amount?: number;
  readonly device?: string;
  readonly redemptionId?: string;
}
function select({ card, pay, amount = 1850, device = 'dev_maple', redemptionId = app.ids.next('rdm') }: Wanted): Promise<unknown> {
  const what = { kind: 'posPayment', posPaymentId: pay } as const;
  const order = { redemptionId, cardId: card, locationId: world.locationId, what, total: usd(amount), via: 'screen' } as const;
  return app.app.get(CommandBus).execute(new Redeem(context(device), order));
}
const refusal = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => undefined,
    (error: unknown) => (error instanceof Rejection ? { code: error.code, ...error.details } : error),
  );
const balanceOf = async (id: string): Promise<number> => (await world.get(`/v1/gift-cards/${id}`)).body.balance.amount;
const paid = async (id: string): Promise<Json> => (await world.get(`/v1/pos-payments/${id}`)).body;
const factsOf = async (id: string): Promise<readonly string[]> =>
  (await app.streams.history(network, `posPayment-${id}`)).map(({ fact }) => fact.type);
const statusOf = async (id: string): Promise<string> => (await app.app.get(RedemptionStreams).state(network, id)).status;
const voided = (id: string) => app.app.get(CommandBus).execute(new VoidPosPayment(context('dev_till'), id));

describe('A redemption by POS payment', () => {
  it('takes exactly the payment off the card, once', async () => {
    const [card, pay] = [await world.card(), await payment()];
    const redemptionId = app.ids.next('rdm');
    await select({ card: card.id, pay, redemptionId });
    await select({ card: card.id, pay, redemptionId });
    expect(await balanceOf(card.id)).toBe(3150);
    expect(await paid(pay)).toMatchObject({ status: 'used', redemptionId });
    expect(await factsOf(pay)).toEqual(['PosPaymentReported', 'PosPaymentAssigned', 'PosPaymentUsed']);
  });

  it('never takes a part of it: the till is changed instead', async () => {
    const [card, pay] = [await world.card(), await payment(9620)];
    expect(await refusal(select({ card: card.id, pay, amount: 9620 }))).toMatchObject({ code: 'insufficient-funds', balance: usd(5000) });
    expect(await refusal(select({ card: card.id, pay, amount: 5000 }))).toEqual({ code: 'pos-payment-changed' });
    expect([await balanceOf(card.id), await factsOf(pay)]).toEqual([5000, ['PosPaymentReported']]);
  });

  it('tells the second device who was first', async () => {
    const [card, other, pay] = [await world.card(), await world.card(), await payment()];
    await select({ card: card.id, pay });
    expect(await refusal(select({ card: other.id, pay, device: 'dev_birch' }))).toEqual({ code: 'pos-payment-taken', who: 'dev_maple' });
    expect(await balanceOf(other.id)).toBe(5000);
  });

  it('is won by one of many that select it at once', async () => {
    const pay = await payment();
    const all = await Promise.all(Array.from({ length: 8 }, () => world.card()));
    const answers = await Promise.all(all.map(({ id }, nth) => refusal(select({ card: id, pay, device: `dev_${nth}` }))));
    expect(answers.filter((each) => each === undefined)).toHaveLength(1);
    const balances = await Promise.all(all.map(({ id }) => balanceOf(id)));
    expect(balances.filter((each) => each === 3150)).toHaveLength(1);
    expect(balances.filter((each) => each === 5000)).toHaveLength(7);
    expect((await factsOf(pay)).filter((type) => type === 'PosPaymentUsed')).toHaveLength(1);
  });

  it('gives the payment free when the card refuses, and the next card may have it', async () => {
    const [card, other, pay] = [await world.card(), await world.card(), await payment()];
    const facade = app.app.get(CardsFacade);
    jest.spyOn(facade, 'redeem').mockRejectedValueOnce(new Rejection('card-blocked'));
    expect(await refusal(select({ card: card.id, pay }))).toEqual({ code: 'card-blocked' });
    expect(await paid(pay)).toMatchObject({ status: 'waiting' });
    await select({ card: other.id, pay, device: 'dev_birch' });
    expect([await balanceOf(card.id), await balanceOf(other.id)]).toEqual([5000, 3150]);
  });
});

describe('A crash of the program', () => {
  const dies = (): Promise<never> => Promise.reject(new Error('The program died here'));
  const moments = {
    'before the payment is held': () => jest.spyOn(app.app.get(PosPaymentSteps), 'assign').mockImplementationOnce(dies),
    'between payment and card': () => jest.spyOn(app.app.get(CardsFacade), 'redeem').mockImplementationOnce(dies),
    'between card and use': () => jest.spyOn(app.app.get(PosPaymentSteps), 'use').mockImplementationOnce(dies),
    'before the end is written': () => jest.spyOn(app.app.get(RedemptionStreams), 'step').mockImplementationOnce(dies),
  };
  it.each(Object.entries(moments))('%s is made good by itself', async (_, kill) => {
    const [card, pay] = [await world.card(), await payment()];
    const redemptionId = app.ids.next('rdm');
    kill();
    await expect(select({ card: card.id, pay, redemptionId })).rejects.toThrow('The program died here');
    await eventually(async () => (await statusOf(redemptionId)) === 'completed', 'the end of the redemption');
    expect([await balanceOf(card.id), await factsOf(pay)]).toEqual([3150, ['PosPaymentReported', 'PosPaymentAssigned', 'PosPaymentUsed']]);
  });

  it('on the way to a refusal leaves no payment held', async () => {
    const [card, pay] = [await world.card(), await payment()];
    const redemptionId = app.ids.next('rdm');
    jest.spyOn(app.app.get(CardsFacade), 'redeem').mockRejectedValue(new Rejection('card-blocked'));
    jest.spyOn(app.app.get(PosPaymentSteps), 'release').mockImplementationOnce(dies);
    await expect(select({ card: card.id, pay, redemptionId })).rejects.toThrow('The program died here');
    await eventually(async () => (await statusOf(redemptionId)) === 'refused', 'the refusal');
    expect([await balanceOf(card.id), (await paid(pay)).status]).toEqual([5000, 'waiting']);
  });
});

describe('A till that cancels', () => {
  it('after use has the redemption reversed, once', async () => {
    const [card, pay] = [await world.card(), await payment()];
    const redemptionId = app.ids.next('rdm');
    await select({ card: card.id, pay, redemptionId });
    await Promise.all([voided(pay), voided(pay), world.post(`/v1/pos-payments/${pay}/void`, {})]);
    await eventually(async () => (await statusOf(redemptionId)) === 'reversed', 'the reversal');
    expect([await balanceOf(card.id), (await paid(pay)).status]).toEqual([5000, 'voided']);
    const history = await app.streams.history(network, `giftCard-${card.id}`);
    expect(history.filter(({ fact }) => fact.type === 'DeductionReversed')).toHaveLength(1);
  });

  it('while the card is deducted has it reversed when that is done', async () => {
    const [card, pay] = [await world.card(), await payment()];
    const redemptionId = app.ids.next('rdm');
    const facade = app.app.get(CardsFacade);
    const { redeem } = facade;
    jest.spyOn(facade, 'redeem').mockImplementationOnce(async (...given) => {
      await voided(pay);
      return redeem.apply(facade, given);
    });
    await select({ card: card.id, pay, redemptionId });
    await eventually(async () => (await statusOf(redemptionId)) === 'reversed', 'the reversal');
    expect([await balanceOf(card.id), (await paid(pay)).status]).toEqual([5000, 'voided']);
  });

  it('after an undo changes nothing more', async () => {
    const [card, pay] = [await world.card(), await payment()];
    const redemptionId = app.ids.next('rdm');
    await select({ card: card.id, pay, redemptionId });
    expect((await world.post(`/v1/redemptions/${redemptionId}/reversals`, {})).status).toBe(201);
    await voided(pay);
    await eventually(async () => (await paid(pay)).status === 'voided', 'the cancellation');
    expect([await balanceOf(card.id), await statusOf(redemptionId)]).toEqual([5000, 'reversed']);
  });

  it('of a payment that waits makes it disappear, and it can’t be selected', async () => {
    const [card, pay] = [await world.card(), await payment()];
    await voided(pay);
    expect(await refusal(select({ card: card.id, pay }))).toEqual({ code: 'pos-payment-voided' });
  });
});
