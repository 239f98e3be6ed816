import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { CommandBus } from '@nestjs/cqrs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cards } from '../../../src/cards/cards.registration';
import { SetWebhook } from '../../../src/network/features/webhook-commands';
import { Redeem } from '../../../src/redemption/domain/redemption-process';
import { redemption } from '../../../src/redemption/redemption.registration';
import { worldOf, type World } from '../../cards/world';
import { eventually, startApp, type TestApp } from '../../support/app';
import { activateDevice } from '../../support/devices';
import { answers, ItemWebhook } from '../../support/item-webhook';

interface Described {
  readonly webhooks: Readonly<
    Record<
      string,
      { readonly post?: { readonly requestBody: { readonly content: Readonly<Record<string, { readonly schema: object }>> } } }
    >
  >;
  readonly components: object;
}
const document = JSON.parse(readFileSync(join(__dirname, '../../../docs/openapi.json'), 'utf8')) as Described;
const ajv = addFormats(new Ajv2020({ strict: false }));

/** What the document finds wrong with the body of a notice; nothing where it is as described. */
function complaints(body: string): unknown {
  const { type } = JSON.parse(body) as { type: string };
  const schema = document.webhooks[type]?.post?.requestBody.content['application/json']?.schema;
  if (!schema) return `${type} is not described`;
  const validate = ajv.compile({ ...schema, components: document.components });
  return validate(JSON.parse(body)) ? undefined : validate.errors;
}

let app: TestApp;
let world: World;
let webhook: ItemWebhook;
beforeAll(async () => {
  app = await startApp({ env: { OUTGOING_PRIVATE: '1' } });
  world = await worldOf(app, [...cards.permissions, ...redemption.permissions]);
  webhook = await ItemWebhook.start();
  const order = { url: webhook.url, offersItems: false };
  await app.app.get(CommandBus).execute(new SetWebhook(world.context(), world.locationId, order));
  webhook.post = answers.ok;
});
afterAll(async () => {
  await app?.stop();
  await webhook?.stop();
});

const usd = (amount: number) => ({ amount, currency: 'USD' }) as const;
const redeem = async (body: object): Promise<string> =>
  (await world.post<{ id: string }>('/v1/redemptions', { locationId: world.locationId, ...body })).body.id;

it('every notice that is sent is one that docs/openapi.json describes', async () => {
  const card = await world.card();
  const plain = await redeem({ cardId: card.id, amount: usd(100), reference: 'slip 1' });
  const items = await redeem({ cardId: card.id, items: [{ name: 'Pie', price: usd(9000) }], upToBalance: true });
  expect((await world.post(`/v1/redemptions/${plain}/reversals`, {})).status).toBe(201);
  const { deviceId } = await activateDevice(app, { slug: world.slug, locationId: world.locationId });
  const onDevice = app.ids.next('rdm');
  const context = { ...world.context(), actor: { kind: 'device', id: deviceId } } as const;
  const rest = { redemptionId: onDevice, cardId: card.id, locationId: world.locationId, what: { kind: 'value' }, via: 'screen' } as const;
  await app.app.get(CommandBus).execute(new Redeem(context, { ...rest, total: usd(50) }));
  const told = await eventually(
    () => Promise.resolve(webhook.notices.length === 4 && webhook.notices.map(({ body }) => body)),
    'four notices',
  );
  expect(told.map(complaints)).toEqual([undefined, undefined, undefined, undefined]);
  const about = (id: string) => told.filter((body) => body.includes(id)).map((body) => (JSON.parse(body) as { type: string }).type);
  expect([plain, items, onDevice].map((id) => about(id).sort())).toEqual([
    ['redemption.completed', 'redemption.reversed'],
    ['redemption.completed'],
    ['redemption.completed'],
  ]);
  expect(told.find((body) => body.includes(onDevice))).toContain(deviceId);
});

it('the check sees what is not as described', () => {
  const data = { redemptionId: 'rdm_1' };
  expect(complaints(JSON.stringify({ type: 'redemption.completed', timestamp: '2026-11-22T15:30:00.000Z', data }))).toBeDefined();
  expect(complaints(JSON.stringify({ type: 'card.issued' }))).toBe('card.issued is not described');
});
