import { giftCard, type GiftCard } from '../../../src/cards/domain/gift-card';
import { giftCardFacts, type GiftCardFact } from '../../../src/cards/domain/gift-card.facts';
import { cards } from '../../../src/cards/cards.registration';
import { Processors } from '../../../src/platform/processors/processors';
import { PersonKeys } from '../../../src/platform/security/vault';
import { samples } from '../../contracts/golden-samples';
import { eventually, startApp, type TestApp } from '../../support/app';
import { worldOf, type World } from '../world';

/** The value as it is read without anybody's key. */
function erased<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => erased<unknown>(each)) as T;
  if ('subject' in value && 'value' in value) return { subject: value.subject, erased: true } as T;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, erased<unknown>(each)])) as T;
}

const facts = giftCardFacts.map((type) => ({ type, data: samples[type] }) as GiftCardFact);
const issued: GiftCard = giftCard.evolve(
  giftCard.initial,
  facts.find(({ type }) => type === 'CardIssued')!,
);

it.each(facts)('$type makes the same card whether its persons can be read or not', (fact) => {
  const before = fact.type === 'CardIssued' ? giftCard.initial : issued;
  expect(giftCard.evolve(before, erased(fact))).toEqual(giftCard.evolve(before, fact));
});

it('has samples that speak of persons', () => {
  expect(facts.filter((fact) => JSON.stringify(fact) !== JSON.stringify(erased(fact))).length).toBeGreaterThan(2);
});

/** Whoever mails asks for keys too, in his own time. */
const allMailed = ({ app, events }: TestApp): Promise<unknown> =>
  eventually(async () => {
    const [{ policies }, head] = [app.get(Processors).figures, await events.head()];
    return policies.size > 0 && [...policies.values()].every((position) => position >= head);
  }, 'an end of what policies have to do');

describe('A server that has no card in memory', () => {
  let app: TestApp;
  let world: World;
  beforeAll(async () => {
    app = await startApp();
    world = await worldOf(app, [...cards.permissions]);
  });
  afterAll(() => app?.stop());

  it('deducts without asking for anybody\u2019s key', async () => {
    const card = await world.card({ buyer: { email: 'pat@example.com', name: 'Pat' }, recipient: { email: 'sam@example.com' } });
    await allMailed(app);
    app = await app.restart();
    world.moveTo(app);
    await allMailed(app);
    const keys = app.app.get(PersonKeys);
    const asked = [jest.spyOn(keys, 'load'), jest.spyOn(keys, 'cached')];
    const amount = { amount: 700, currency: 'USD' };
    const answer = await world.post(`/v1/gift-cards/${card.id}/deductions`, { amount, locationId: world.locationId });
    expect([answer.status, answer.body.balance]).toEqual([201, { amount: 4300, currency: 'USD' }]);
    expect(asked.flatMap(({ mock }) => mock.calls.flatMap(([subjects]) => subjects))).not.toContainEqual(expect.stringContaining(card.id));
  });
});
