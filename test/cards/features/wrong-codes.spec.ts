import { NetworkFacade } from '../../../src/network';
import { signUp, textOf, type Visitor } from '../../network/visitor';
import { startApp, type TestApp } from '../../support/app';
import { worldOf, type Json, type World } from '../world';

let app: TestApp;
let owner: Visitor;
let world: World;
beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'harbor');
  const { id } = (await app.app.get(NetworkFacade).networkBySlug('harbor'))!;
  world = await worldOf(app, undefined, 'USD', { network: id, slug: 'harbor' });
});
afterAll(() => app?.stop());

const overview = async (): Promise<string> => textOf(await owner.get('/n/harbor'));
const times = (text: string, part: RegExp): number => [...text.matchAll(part)].length;

it('many wrong codes from one place raise one alert that the overview shows', async () => {
  const guess = (code: string) => app.request('/n/harbor/balance', { form: { code } });
  for (let n = 10; n < 24; n += 1) expect((await guess(`0000-0000-0000-00${n}`)).status).toBe(422);
  expect(await overview()).not.toContain('wrong codes');
  await guess('0000-0000-0000-0024');
  expect(times(await overview(), /\d+ wrong codes from one place/g)).toBe(1);
  await guess('0000-0000-0000-0025');
  const text = await overview();
  expect(text).toContain('16 wrong codes from one place');
  expect(times(text, /\d+ wrong codes from one place/g)).toBe(1);
  // The right code is no guess.
  const { code } = await world.card();
  expect((await guess(code)).status).toBe(200);
  expect(await overview()).toContain('16 wrong codes from one place');
});

it('many wrong codes for one card raise one alert that leads to the card', async () => {
  const { id: cardId } = await world.card({ buyer: { email: 'target@example.com' } });
  const wrongThrice = async (): Promise<void> => {
    const { body }: Json = await world.post('/v1/deduction-requests', {
      cardId,
      amount: { amount: 100, currency: 'USD' },
      locationId: world.locationId,
    });
    for (let tries = 0; tries < 3; tries += 1) await world.post(`/v1/deduction-requests/${body.id}/confirm`, { code: 'abcdef' });
  };
  await wrongThrice();
  expect(await overview()).not.toContain('wrong codes for one card');
  await wrongThrice();
  const html = await (await owner.get('/n/harbor')).text();
  expect(html).toContain('6 wrong codes for one card');
  expect(html).toContain(`/n/harbor/gift-cards/${cardId}`);
  await wrongThrice();
  expect(times(await overview(), /\d+ wrong codes for one card/g)).toBe(1);
  expect(await overview()).toContain('9 wrong codes for one card');
});

it('a code that a lagging lookup does not hold yet is not called wrong; yet it counts as a try', async () => {
  const { code } = await world.card();
  const [settled, get] = [jest.spyOn(app.models, 'settled'), jest.spyOn(app.models, 'get')];
  settled.mockResolvedValue(false);
  get.mockResolvedValue(undefined);
  const lookUp = () => world.post('/v1/gift-cards/lookup', { code });
  try {
    const { status, headers, body } = await lookUp();
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'busy', '3']);
    let tries = 1;
    while ((await lookUp()).status === 503) tries += 1;
    expect(tries).toBeLessThan(40);
    expect((await lookUp()).body.code).toBe('too-many-requests');
  } finally {
    settled.mockRestore();
    get.mockRestore();
  }
  app.clock.advance(24 * 3_600_000);
  expect((await lookUp()).status).toBe(200);
});
