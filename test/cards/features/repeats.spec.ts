import { CommandBus } from '@nestjs/cqrs';
import { ChangeLocationStanding } from '../../../src/network/features/location-commands';
import { startApp, type TestApp } from '../../support/app';
import { worldOf, type Answer, type Json, type World } from '../world';

let app: TestApp;
let world: World;
beforeAll(async () => {
  app = await startApp();
  world = await worldOf(app);
});
afterAll(() => app?.stop());

const usd = (amount: number): Json => ({ amount, currency: 'USD' });
const sale = (locationId: string): Json => ({ value: usd(5000), buyer: { email: 'amelie@example.com' }, deliver: 'none', locationId });

type Call = (locationId: string, card: string, key: string) => Promise<Answer<Json>>;
const calls: readonly [string, Call][] = [
  ['a card that is issued', (place, _, key) => world.post('/v1/gift-cards', sale(place), key)],
  ['a top-up', (locationId, card, key) => world.post(`/v1/gift-cards/${card}/top-ups`, { amount: usd(700), locationId }, key)],
  ['a deduction', (locationId, card, key) => world.post(`/v1/gift-cards/${card}/deductions`, { amount: usd(700), locationId }, key)],
  [
    'a question to the buyer',
    (locationId, cardId, key) => world.post('/v1/deduction-requests', { cardId, amount: usd(700), locationId }, key),
  ],
];

async function place(): Promise<string> {
  const other = await worldOf(app, undefined, 'USD', { network: world.network, slug: world.slug });
  return other.locationId;
}
const become = (id: string, standing: 'suspended' | 'closed') =>
  app.app.get(CommandBus).execute(new ChangeLocationStanding(world.context(), id, standing));

describe.each(calls)('%s', (_, call) => {
  it.each(['suspended', 'closed'] as const)(
    'is answered as the first time when its place was %s since; what is new there is refused',
    async (standing) => {
      const [locationId, { id: card }] = [await place(), await world.card()];
      const first = await call(locationId, card, `once-${locationId}`);
      expect(first.status).toBe(201);
      await become(locationId, standing);
      const again = await call(locationId, card, `once-${locationId}`);
      expect([again.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([201, 'true', first.body]);
      expect(await call(locationId, card, `another-${locationId}`)).toMatchObject({ status: 409, body: { code: 'location-not-open' } });
    },
  );

  it('names no place that is not there', async () => {
    const { id: card } = await world.card();
    expect(await call('loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG', card, app.ids.uuid())).toMatchObject({
      status: 422,
      body: { code: 'location-unknown' },
    });
  });
});

it('a refusal is not remembered: the same call goes through when the place is open again', async () => {
  const [locationId, { id: card }] = [await place(), await world.card()];
  await become(locationId, 'suspended');
  const ask = () => world.post(`/v1/gift-cards/${card}/deductions`, { amount: usd(700), locationId }, `later-${locationId}`);
  expect((await ask()).status).toBe(409);
  await app.app.get(CommandBus).execute(new ChangeLocationStanding(world.context(), locationId, 'open'));
  expect(await ask()).toMatchObject({ status: 201, body: { balance: usd(4300) } });
});
