import { CommandBus } from '@nestjs/cqrs';
import { NetworkFacade } from '../../src/network';
import { AddItem } from '../../src/network/features/item-commands';
import { CreateLocation } from '../../src/network/features/location-commands';
import { ChangeWebhookStanding, SetWebhook, type WithSecret } from '../../src/network/features/webhook-commands';
import { eventually, startApp, type TestApp } from '../support/app';
import { answers, ItemWebhook, type Answer } from '../support/item-webhook';
import { signUp } from './visitor';

let app: TestApp;
let facade: NetworkFacade;
let network: string;
let webhook: ItemWebhook;
let place: string;
let endpointId: string;

const context = () =>
  ({ network, actor: { kind: 'operator', id: 'test' }, commandId: app.ids.next('cmd'), at: app.clock.now(), correlation: 'test' }) as const;
const execute = <T>(command: object): Promise<T> => app.app.get(CommandBus).execute(command as never);
async function location(): Promise<string> {
  const id = app.ids.next('loc');
  await execute(new CreateLocation(context(), id, { name: 'Bakery', email: 'bakery@example.com' }));
  return id;
}
async function set(locationId?: string): Promise<string> {
  const { change, secret } = await execute<WithSecret>(new SetWebhook(context(), locationId, { url: webhook.url, offersItems: true }));
  webhook.secrets = [secret!];
  return (change.state as { id: string }).id;
}
const items = (where = place) => facade.items(network, where);
const loaf = { id: 'loaf-01', name: 'Sourdough loaf', price: { amount: 850, currency: 'USD' } };
const offered = { itemId: 'loaf-01', name: 'Sourdough loaf', price: loaf.price };

beforeAll(async () => {
  app = await startApp({ env: { OUTGOING_PRIVATE: '1' } });
  await signUp(app, 'harbor');
  facade = app.app.get(NetworkFacade);
  network = (await facade.networkBySlug('harbor'))!.id;
});
beforeEach(async () => {
  webhook = await ItemWebhook.start();
  webhook.get = answers.items([loaf]);
  place = await location();
  endpointId = await set(place);
});
afterEach(() => webhook.stop());
afterAll(() => app.stop());

it('the webhook’s items are offered; the question is signed and names the location', async () => {
  expect(await items()).toEqual({ source: 'webhook', items: [offered], asOf: expect.any(String) as string });
  const [question] = webhook.questions;
  expect(question).toMatchObject({ method: 'GET', body: '', verified: true });
  expect(new URL(question!.url, webhook.url).searchParams.get('location')).toBe(place);
});

it('is asked once in half a minute, and once for all who ask at the same time', async () => {
  webhook.get = answers.slowly(200, answers.items([loaf]));
  await Promise.all(Array.from({ length: 10 }, () => items()));
  await items();
  expect(webhook.questions).toHaveLength(1);
  app.clock.advance(31_000);
  await items();
  expect(webhook.questions).toHaveLength(2);
});

it.each<[string, Answer, string]>([
  ['an error', answers.status(500), 'status'],
  ['a redirection', answers.redirect, 'status'],
  ['no JSON', answers.text('<html>'), 'not-json'],
  ['another shape', answers.text('[]'), 'not-items'],
  ['an unknown field', answers.items([{ ...loaf, colour: 'brown' }]), 'not-items'],
  ['a price as a float', answers.items([{ ...loaf, price: { amount: 8.5, currency: 'USD' } }]), 'price'],
  ['a price as a text', answers.items([{ ...loaf, price: '8.50' }]), 'price'],
  ['a price of nothing', answers.items([{ ...loaf, price: { amount: 0, currency: 'USD' } }]), 'price'],
  ['another currency', answers.items([{ ...loaf, price: { amount: 850, currency: 'CAD' } }]), 'currency'],
  ['one id for two items', answers.items([loaf, loaf]), 'twice'],
  ['too many items', answers.items(Array.from({ length: 501 }, (_, index) => ({ ...loaf, id: `i${index}` }))), 'not-items'],
  ['two megabytes', answers.huge, 'too-large'],
  ['a hung-up line', answers.hangUp, 'unreachable'],
])('%s leaves the last good list on the screen, with its age and what is wrong', async (_, answer, problem) => {
  const { asOf } = await items();
  app.clock.advance(60_000);
  webhook.get = answer;
  expect(await items()).toEqual({ source: 'webhook', items: [offered], asOf, stale: true, problem: `network.items.problem.${problem}` });
});

it('an answer that comes too late does not hold up a screen that has a list', async () => {
  await items();
  app.clock.advance(60_000);
  webhook.get = answers.never;
  const started = performance.now();
  expect(await items()).toMatchObject({ items: [offered], stale: true, problem: 'network.items.problem.late' });
  expect(performance.now() - started).toBeLessThan(2_000);
});

it('without any list so far the screen waits three seconds and is told why there is none', async () => {
  webhook.get = answers.never;
  expect(await items()).toEqual({ source: 'webhook', items: [], stale: true, problem: 'network.items.problem.late' });
});

it('a slow answer counts for the next who asks', async () => {
  await items();
  app.clock.advance(60_000);
  webhook.get = answers.slowly(1_500, answers.items([{ ...loaf, name: 'Rye' }]));
  expect(await items()).toMatchObject({ stale: true, items: [{ name: 'Sourdough loaf' }] });
  await eventually(async () => (await items()).items.some(({ name }) => name === 'Rye'), 'the slow answer');
});

it('a paused webhook gives way to the items that are kept, and those stand before the network’s webhook', async () => {
  await execute(new ChangeWebhookStanding(context(), endpointId, 'paused'));
  expect(await items()).toEqual({ source: 'none', items: [] });
  const common = await set();
  expect(await items()).toMatchObject({ source: 'webhook', items: [offered] });
  const item = { itemId: app.ids.next('itm'), name: 'Tea', price: { amount: 400, currency: 'USD' }, active: true } as const;
  await execute(new AddItem(context(), place, item));
  expect(await items()).toMatchObject({ source: 'stored', items: [{ name: 'Tea' }] });
  await execute(new ChangeWebhookStanding(context(), common, 'removed'));
});
