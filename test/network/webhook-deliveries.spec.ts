import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext } from '../../src/kernel/event-sourcing';
import { NetworkFacade } from '../../src/network';
import { webhookDelivery, type KnownDelivery, type WebhookDeliveryFact } from '../../src/network/domain/webhook-delivery';
import { ChangeLocationStanding, CreateLocation } from '../../src/network/features/location-commands';
import {
  ChangeWebhookStanding,
  RotateWebhookSecret,
  SetWebhook,
  WebhookDeliveries,
  type WithSecret,
} from '../../src/network/features/webhook-commands';
import { WebhookEndpoints } from '../../src/network/features/webhook-endpoints';
import { WebhookSender } from '../../src/network/features/webhook-sender';
import { Processors } from '../../src/platform/processors/processors';
import { eventually, startApp, type TestApp } from '../support/app';
import { answers, ItemWebhook } from '../support/item-webhook';
import { signUp } from './visitor';

jest.setTimeout(120_000);

const DAY = 86_400_000;
const MINUTE = 60_000;
let app: TestApp;
let network: string;
let facade: NetworkFacade;
let hooks: ItemWebhook[] = [];

async function begin(): Promise<void> {
  facade = app.app.get(NetworkFacade);
  network = (await facade.networkBySlug('harbor'))!.id;
}
beforeAll(async () => {
  app = await startApp({ env: { OUTGOING_PRIVATE: '1' } });
  app.clock.set('2026-11-22T17:00:00.000Z');
  await signUp(app, 'harbor');
  await begin();
});
afterEach(async () => {
  for (const hook of hooks) await hook.stop();
  hooks = [];
});
afterAll(() => app.stop());

const context = (): CommandContext => ({
  network,
  actor: { kind: 'operator', id: 'test' },
  commandId: app.ids.next('cmd'),
  at: app.clock.now(),
  correlation: 'test',
});
const execute = <T>(command: object): Promise<T> => app.app.get(CommandBus).execute(command as never);
const hook = async (): Promise<ItemWebhook> => {
  const made = await ItemWebhook.start();
  hooks.push(made);
  return made;
};
async function location(): Promise<string> {
  const id = app.ids.next('loc');
  await execute(new CreateLocation(context(), id, { name: 'Blue Door Bakery', email: 'bakery@example.com' }));
  return id;
}
/** Sets the webhook of the location, or the network's; answers the endpoint's id. */
async function set(webhook: ItemWebhook, locationId?: string): Promise<string> {
  const { change, secret } = await execute<WithSecret>(new SetWebhook(context(), locationId, { url: webhook.url, offersItems: false }));
  if (secret) webhook.secrets = [secret];
  return (change.state as { id: string }).id;
}
const remove = (endpointId: string): Promise<unknown> => execute(new ChangeWebhookStanding(context(), endpointId, 'removed'));
const notify = (locationId: string, key: string): Promise<string | undefined> =>
  facade.notify(context(), { network, locationId, type: 'redemption.completed', key, data: { redemptionId: key } });
const state = async (id: string): Promise<KnownDelivery> =>
  (await app.streams.state(network, `webhookDelivery-${id}`, webhookDelivery)).state as KnownDelivery;
const factsOf = async (id: string): Promise<WebhookDeliveryFact[]> =>
  (await app.streams.history<WebhookDeliveryFact>(network, `webhookDelivery-${id}`)).map(({ fact }) => fact);
const ended = (id: string, status: string): Promise<unknown> =>
  eventually(async () => (await state(id)).status === status, `a delivery that is ${status}`);
const attempts = (id: string, count: number): Promise<unknown> =>
  eventually(async () => (await state(id)).attempts === count, `${count} attempts`);
/** As if the machine had waited: the clock goes on and is believed. */
async function later(milliseconds: number): Promise<void> {
  app.clock.advance(milliseconds);
  app.app.get(Processors).drift.accept();
  await app.app.get(Processors).tick();
}

it('a notice reaches the location’s webhook, signed, once', async () => {
  const [webhook, place] = [await hook(), await location()];
  await set(webhook, place);
  const id = (await notify(place, 'rdm_1'))!;
  expect(await notify(place, 'rdm_1')).toBe(id);
  await ended(id, 'delivered');
  expect(webhook.notices).toHaveLength(1);
  const { headers, body, verified } = webhook.notices[0]!;
  expect(JSON.parse(body)).toEqual({ type: 'redemption.completed', timestamp: app.clock.now(), data: { redemptionId: 'rdm_1' } });
  // The library compares the timestamp with its own clock, so its verdict on a clock that stands still is taken from a test of its own.
  expect(headers).toMatchObject({ 'webhook-id': id, 'content-type': 'application/json', 'user-agent': 'Largesse-Webhooks/1' });
  expect(verified).toBe(Math.abs(Date.now() - app.clock.millis()) < 5 * MINUTE);
});

it('without a webhook of its own the network’s hears of it; without any, nobody', async () => {
  const [webhook, place] = [await hook(), await location()];
  expect(await notify(place, 'rdm_nobody')).toBeUndefined();
  const endpoint = await set(webhook);
  const id = (await notify(place, 'rdm_2'))!;
  await ended(id, 'delivered');
  expect(webhook.notices).toHaveLength(1);
  await remove(endpoint);
  expect(await notify(place, 'rdm_3')).toBeUndefined();
});

it('a failure is tried again by the schedule with the same id, until it arrives', async () => {
  const [webhook, place] = [await hook(), await location()];
  await set(webhook, place);
  webhook.post = answers.status(500, {}, `oops ${'x'.repeat(5_000)}`);
  const id = (await notify(place, 'rdm_4'))!;
  await attempts(id, 1);
  await later(4_000);
  expect((await state(id)).attempts).toBe(1);
  await later(2_000);
  await attempts(id, 2);
  webhook.post = answers.redirect;
  await later(6 * MINUTE);
  await attempts(id, 3);
  webhook.post = answers.ok;
  await later(34 * MINUTE);
  await ended(id, 'delivered');
  expect(new Set(webhook.notices.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
  expect(new Set(webhook.notices.map(({ body }) => body)).size).toBe(1);
  const made = (await factsOf(id)).filter(({ type }) => type === 'WebhookDeliveryAttempted').map(({ data }) => data);
  expect(made).toMatchObject([{ status: 500 }, { status: 500 }, { status: 302 }, { status: 204 }]);
  expect((made[0] as { answer: string }).answer).toHaveLength(1_024);
});

it('Retry-After is kept to', async () => {
  const [webhook, place] = [await hook(), await location()];
  await set(webhook, place);
  webhook.post = answers.status(503, { 'retry-after': '90' });
  const id = (await notify(place, 'rdm_5'))!;
  await attempts(id, 1);
  expect(Date.parse((await state(id)).dueAt!) - app.clock.millis()).toBe(90_000);
});

it('410 switches the webhook off and tells its owner; new notices are kept and sent when it is on again', async () => {
  const [webhook, place] = [await hook(), await location()];
  const endpointId = await set(webhook, place);
  webhook.post = answers.status(410);
  const first = (await notify(place, 'rdm_6'))!;
  await ended(first, 'parked');
  const endpoints = app.app.get(WebhookEndpoints);
  await eventually(async () => (await endpoints.state(network, endpointId)).status === 'disabled', 'a disabled webhook');
  expect((await app.mail('webhook-disabled', 'bakery@example.com')).text).toContain(`/n/harbor/locations/${place}/webhook`);
  const second = (await notify(place, 'rdm_7'))!;
  expect(await state(second)).toMatchObject({ status: 'parked', why: 'disabled' });
  webhook.post = answers.ok;
  app.clock.advance(1_000);
  await execute(new ChangeWebhookStanding(context(), endpointId, 'active'));
  await Promise.all([ended(first, 'delivered'), ended(second, 'delivered')]);
});

it('a webhook that answered nothing for five days is switched off when a notice is given up, and its owner is told', async () => {
  const [webhook, place] = [await hook(), await location()];
  const endpointId = await set(webhook, place);
  const standing = async (): Promise<string> => (await app.app.get(WebhookEndpoints).state(network, endpointId)).status;
  /** All attempts of one notice, which take three days. */
  const givenUp = async (key: string): Promise<void> => {
    const id = (await notify(place, key))!;
    for (let tries = 1; (await state(id)).status !== 'parked'; tries += 1) {
      await attempts(id, tries);
      const { dueAt, status } = await state(id);
      if (status === 'waiting') await later(Date.parse(dueAt!) - app.clock.millis() + 1_000);
    }
    expect(await state(id)).toMatchObject({ status: 'parked', why: 'given-up' });
  };
  const arrived = (await notify(place, 'rdm_five_1'))!;
  await ended(arrived, 'delivered');
  webhook.post = answers.status(500);
  const began = app.clock.millis();
  await givenUp('rdm_five_2');
  await app.caughtUp();
  // Three days after the last one that arrived it may be a long breakdown; six days after it is the end.
  expect([app.clock.millis() - began > 2.5 * DAY, await standing()]).toEqual([true, 'active']);
  await givenUp('rdm_five_3');
  await eventually(async () => (await standing()) === 'disabled', 'a disabled webhook');
  expect((await app.mail('webhook-disabled', 'bakery@example.com')).text).toContain('webhook');
  webhook.post = answers.ok;
  await execute(new ChangeWebhookStanding(context(), endpointId, 'active'));
  expect(await standing()).toBe('active');
});

it('a paused webhook keeps its notices; closing the location ends the open work', async () => {
  const [webhook, place] = [await hook(), await location()];
  const endpointId = await set(webhook, place);
  await execute(new ChangeWebhookStanding(context(), endpointId, 'paused'));
  const kept = (await notify(place, 'rdm_8'))!;
  expect(await state(kept)).toMatchObject({ status: 'parked', why: 'paused' });
  app.clock.advance(1_000);
  await execute(new ChangeWebhookStanding(context(), endpointId, 'active'));
  await ended(kept, 'delivered');
  webhook.post = answers.status(500);
  const open = (await notify(place, 'rdm_9'))!;
  await attempts(open, 1);
  await execute(new ChangeLocationStanding(context(), place, 'closed'));
  await ended(open, 'parked');
  expect(await state(open)).toMatchObject({ why: 'location-closed' });
  expect(await notify(place, 'rdm_10')).toBeUndefined();
});

it('both secrets sign for a day after a change', async () => {
  const [webhook, place] = [await hook(), await location()];
  const endpointId = await set(webhook, place);
  await execute<WithSecret>(new RotateWebhookSecret(context(), endpointId));
  const id = (await notify(place, 'rdm_11'))!;
  await ended(id, 'delivered');
  expect(String(webhook.notices[0]!.headers['webhook-signature']).split(' ')).toHaveLength(2);
  await later(24 * 60 * MINUTE + 1);
  const next = (await notify(place, 'rdm_12'))!;
  await ended(next, 'delivered');
  expect(String(webhook.notices[1]!.headers['webhook-signature']).split(' ')).toHaveLength(1);
});

it('a test and a replay are tried at once', async () => {
  const [webhook, place] = [await hook(), await location()];
  const endpointId = await set(webhook, place);
  const deliveries = app.app.get(WebhookDeliveries);
  const { state: pinged } = await deliveries.ping(context(), endpointId);
  const { id } = pinged as KnownDelivery;
  expect(await state(id)).toMatchObject({ status: 'delivered', attempts: 1, type: 'ping' });
  await deliveries.replay(context(), id);
  expect(await state(id)).toMatchObject({ status: 'delivered', attempts: 2 });
  expect(webhook.notices.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
  await execute(new ChangeWebhookStanding(context(), endpointId, 'paused'));
  await expect(deliveries.ping(context(), endpointId)).rejects.toMatchObject({ code: 'webhook-off' });
});

it('a dead endpoint does not hold up the others', async () => {
  const [dead, good] = [await hook(), await hook()];
  dead.post = answers.never;
  const [deadPlace, goodPlace] = [await location(), await location()];
  await set(dead, deadPlace);
  await set(good, goodPlace);
  for (let count = 0; count < 60; count += 1) await notify(deadPlace, `rdm_dead_${count}`);
  const started = performance.now();
  const id = (await notify(goodPlace, 'rdm_good'))!;
  await ended(id, 'delivered');
  expect(performance.now() - started).toBeLessThan(4_000);
  expect(dead.notices.length).toBeLessThan(20);
});

it('what was sent and not written down is sent again with the same id; nothing is lost or queued twice by a restart', async () => {
  const [webhook, place] = [await hook(), await location()];
  await set(webhook, place);
  const sender = app.app.get(WebhookSender);
  const change = jest.spyOn(sender, 'change').mockRejectedValue(new Error('The process ended here'));
  const id = (await notify(place, 'rdm_crash'))!;
  await eventually(() => Promise.resolve(webhook.notices.length > 0), 'a first attempt');
  expect(await state(id)).toMatchObject({ status: 'waiting', attempts: 0 });
  change.mockRestore();
  app = await app.restart();
  await begin();
  await ended(id, 'delivered');
  expect(await notify(place, 'rdm_crash')).toBe(id);
  expect(await state(id)).toMatchObject({ attempts: 1 });
  expect(new Set(webhook.notices.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
});
