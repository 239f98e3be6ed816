import { CardsFacade } from '../../../src/cards';
import { cards } from '../../../src/cards/cards.registration';
import type { CommandContext } from '../../../src/kernel/event-sourcing';
import { startRedemption, type Redemption } from '../../../src/redemption/domain/redemption';
import { PosPaymentSteps } from '../../../src/redemption/features/pos-payment-steps';
import { RedemptionCourse } from '../../../src/redemption/features/redeem';
import { RedemptionStreams } from '../../../src/redemption/features/redemption-streams';
import { redemption } from '../../../src/redemption/redemption.registration';
import { worldOf, type World } from '../../cards/world';
import { eventually, startApp, type TestApp } from '../../support/app';

/** Two instances on one store, each with its own course of the redemption: the request at one, whatever takes it up at the other. */
let app: TestApp;
let world: World;
let own: jest.SpyInstance;
beforeAll(async () => {
  app = await startApp();
  world = await worldOf(app, [...cards.permissions, ...redemption.permissions]);
  // The app's own policy would be a third one.
  own = jest
    .spyOn(app.app.get(RedemptionCourse), 'finish')
    .mockImplementation(() => Promise.resolve({ redemption: { status: 'unknown' }, position: 0 }));
});
afterAll(() => app?.stop());

const usd = (amount: number) => ({ amount, currency: 'USD' }) as const;
const context = (): CommandContext => ({ ...world.context(), actor: { kind: 'device', id: 'dev_maple' } });
const streams = (): RedemptionStreams => app.app.get(RedemptionStreams);
const state = (id: string): Promise<Redemption> => streams().state(world.network, id);
const kinds = async (id: string): Promise<readonly string[]> => (await streams().history(world.network, id)).map(({ fact }) => fact.type);
const balanceOf = async (id: string): Promise<number> => (await world.get(`/v1/gift-cards/${id}`)).body.balance.amount;

type Step = 'the card refused' | 'the card declined for good';

/** A course of its own that lets something happen between its steps. */
function course(between: Partial<Record<Step, () => Promise<unknown>>> = {}): RedemptionCourse {
  const facade = app.app.get(CardsFacade);
  const own = Object.create(facade) as CardsFacade;
  own.redeem = async (...args) => {
    try {
      return await facade.redeem(...args);
    } catch (error) {
      await between['the card refused']?.();
      throw error;
    }
  };
  own.declineRedemption = async (...args) => {
    const answer = await facade.declineRedemption(...args);
    await between['the card declined for good']?.();
    return answer;
  };
  return new RedemptionCourse(streams(), own, app.app.get(PosPaymentSteps));
}

let sales = 0;
async function payment(amount: number): Promise<string> {
  const body = { locationId: world.locationId, externalId: `two-${(sales += 1)}`, amount: usd(amount), takenAt: app.clock.now() };
  return (await world.post('/v1/pos-payments', body)).body.id as string;
}
const paymentState = async (id: string): Promise<string> => (await world.get(`/v1/pos-payments/${id}`)).body.status;

/** A redemption of more than the card holds that was opened and not finished. */
async function opened() {
  const { id: cardId } = await world.card();
  const [redemptionId, posPaymentId, amount] = [app.ids.next('rdm'), await payment(8000), usd(8000)];
  const at = app.clock.now();
  const what = { kind: 'posPayment', posPaymentId } as const;
  const { locationId, network } = world;
  const start = {
    redemptionId,
    network,
    cardId,
    lastFour: '1234',
    locationId,
    by: context().actor,
    what,
    amount,
    via: 'screen',
    at,
  } as const;
  await streams().change(context(), redemptionId, (before) => startRedemption(before, start));
  return { redemptionId, cardId, posPaymentId };
}
const load = (cardId: string) => world.post(`/v1/gift-cards/${cardId}/top-ups`, { amount: usd(10_000) });

describe('Two instances that finish one redemption, while the card is loaded between', () => {
  it('complete it where the second deducts before the first has had the card decline', async () => {
    const { redemptionId, cardId, posPaymentId } = await opened();
    const second = async () => {
      await load(cardId);
      await course().finish(context(), redemptionId);
    };
    const { redemption: end } = await course({ 'the card refused': second }).finish(context(), redemptionId);
    expect(end.status).toBe('completed');
    expect(await kinds(redemptionId)).toEqual(['RedemptionStarted', 'RedemptionCompleted']);
    expect([await balanceOf(cardId), await paymentState(posPaymentId)]).toEqual([7000, 'used']);
  });

  it('refuse it where the card has declined, however much it holds by now', async () => {
    const { redemptionId, cardId, posPaymentId } = await opened();
    let other: Redemption | undefined;
    const second = async () => {
      await load(cardId);
      other = (await course().finish(context(), redemptionId)).redemption;
    };
    const { redemption: end } = await course({ 'the card declined for good': second }).finish(context(), redemptionId);
    expect([end, other]).toMatchObject([
      { status: 'refused', code: 'insufficient-funds', held: usd(5000) },
      { status: 'refused', code: 'insufficient-funds', held: usd(5000) },
    ]);
    expect(await kinds(redemptionId)).toEqual(['RedemptionStarted', 'RedemptionRefused']);
    expect([await balanceOf(cardId), await paymentState(posPaymentId)]).toEqual([15_000, 'waiting']);
  });

  it('refuse it also where the first one dies right after the card declined', async () => {
    const { redemptionId, cardId, posPaymentId } = await opened();
    const dies = () => Promise.reject(new Error('The process ends here'));
    await expect(course({ 'the card declined for good': dies }).finish(context(), redemptionId)).rejects.toThrow('ends here');
    await load(cardId);
    await course().finish(context(), redemptionId);
    expect(await state(redemptionId)).toMatchObject({ status: 'refused', code: 'insufficient-funds', held: usd(5000) });
    expect([await balanceOf(cardId), await paymentState(posPaymentId)]).toEqual([15_000, 'waiting']);
  });

  it('leave no payment assigned: one that was assigned after the refusal is released, though whoever assigned it has ended', async () => {
    const { redemptionId, posPaymentId } = await opened();
    const started = await state(redemptionId);
    await course().finish(context(), redemptionId);
    expect(await paymentState(posPaymentId)).toBe('waiting');
    own.mockRestore();
    if (started.status !== 'started') throw new Error('It was to be open');
    await app.app.get(PosPaymentSteps).assign(context(), started);
    await eventually(async () => (await paymentState(posPaymentId)) === 'waiting', 'the payment to be released');
    expect(await kinds(redemptionId)).toEqual(['RedemptionStarted', 'RedemptionRefused']);
  });

  it('write the refusal into the card’s history, and the money stays', async () => {
    const { redemptionId, cardId } = await opened();
    await course().finish(context(), redemptionId);
    const { data } = (await world.get(`/v1/gift-cards/${cardId}/activities`)).body as {
      data: readonly { kind: string; movementId?: string }[];
    };
    expect(data.find(({ kind }) => kind === 'declined')).toMatchObject({
      movementId: `ded${redemptionId.slice(3)}`,
      locationId: world.locationId,
    });
    expect(data.filter(({ kind }) => kind === 'deducted')).toEqual([]);
  });
});
