import { CommandBus } from '@nestjs/cqrs';
import { ChangeLocationStanding } from '../../src/network/features/location-commands';
import { NetworkFacade } from '../../src/network/network.facade';
import { worldOf } from '../cards/world';
import { startApp, type TestApp } from '../support/app';
import { signUp, type Visitor } from './visitor';

let app: TestApp;
let owner: Visitor;
beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'few');
});
afterAll(() => app?.stop());

const choices = async (path: string): Promise<readonly string[]> => {
  const select = /<select id="f-locationId"[\s\S]*?<\/select>/.exec(await (await owner.get(`/n/few/${path}`)).text())![0];
  return [...select.matchAll(/<option value="[^"]*"( selected)?>([^<]*)</g)].map(([, chosen, label]) => (chosen ? `[${label}]` : label!));
};

it('a location is a choice at once for whoever added it', async () => {
  for (const name of ['Pier Coffee', 'Anchor Tools', 'Élan Studio']) {
    const before = await choices('account');
    expect(before).not.toContain(name);
    await owner.post('/n/few/locations', { name, email: 'shop@few.example' });
    expect(await choices('account')).toContain(name);
  }
  expect(await choices('account')).toEqual(['None', 'Anchor Tools', 'Élan Studio', 'Pier Coffee']);
});

it('one’s own location is chosen while it is open; else nobody’s is', async () => {
  const html = await (await owner.get('/n/few/locations')).text();
  const pier = /locations\/(loc_[0-9A-Z]{26})">Pier Coffee</.exec(html)![1]!;
  const network = (await app.app.get(NetworkFacade).networkBySlug('few'))!.id;
  const world = await worldOf(app, undefined, 'USD', { network, slug: 'few' });
  const card = `gift-cards/${(await world.card()).id}`;
  const stand = (standing: 'open' | 'suspended' | 'closed') =>
    app.app.get(CommandBus).execute(new ChangeLocationStanding(world.context(), pier, standing));
  expect((await choices(card))[0]).toBe('Choose a location');
  expect((await owner.post('/n/few/account/details', { name: 'Olive', locationId: 'pier coffee' })).status).toBe(303);
  expect(await choices(card)).toContain('[Pier Coffee]');
  await stand('suspended');
  await app.caughtUp();
  app.clock.advance(1_001);
  const suspended = await choices(card);
  expect([suspended[0], suspended.filter((each) => /Pier|^\[/.test(each))]).toEqual(['Choose a location', []]);
  expect(await choices('account')).toContain('[Pier Coffee]');
  await stand('closed');
  await app.caughtUp();
  app.clock.advance(1_001);
  expect((await choices('account')).filter((each) => /Pier|^\[/.test(each))).toEqual([]);
});
