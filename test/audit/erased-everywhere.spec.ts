import { CommandBus } from '@nestjs/cqrs';
import { Verification } from '../../src/audit/verification';
import { CreateApiKey } from '../../src/network/features/api-keys';
import { NetworkFacade } from '../../src/network/network.facade';
import { Generations, tableOf } from '../../src/platform/processors/generations';
import { modelsOf } from '../../src/platform/processors/stores';
import { Processors } from '../../src/platform/processors/processors';
import { Registry } from '../../src/platform/registry';
import { PersonKeys } from '../../src/platform/security/vault';
import { signUp, type Visitor } from '../network/visitor';
import { eventually, startApp, type TestApp } from '../support/app';

const usd = (amount: number) => ({ amount, currency: 'USD' });
const buyer = { email: 'Amelie.Cote@example.com', name: 'Amélie Côté' };
const recipient = { email: 'bo.lund@example.com', name: 'Bo Lund' };
/** Every way in which the buyer might still stand somewhere: as typed, as searched for, by either name. */
const TRACES = /am[eé]lie|c[oô]t[eé]/i;

let app: TestApp;
let owner: Visitor;
let network: string;
let key: string;
let cardId: string;

const call = (path: string, json?: unknown): Promise<Response> =>
  app.request(path, { json, headers: { authorization: `Bearer ${key}`, 'idempotency-key': app.ids.uuid() } });
const textAt = async (path: string): Promise<string> => {
  const answer = await (path.startsWith('/v1/') ? call(path) : owner.get(path));
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.text();
};

function places(): readonly string[] {
  return [
    '/n/harbor/gift-cards',
    `/n/harbor/gift-cards/${cardId}`,
    `/n/harbor/audit/streams/giftCard-${cardId}`,
    '/n/harbor/audit',
    '/v1/gift-cards?limit=100',
    `/v1/gift-cards/${cardId}`,
    `/v1/streams/giftCard-${cardId}/events`,
    '/v1/events?limit=100',
  ];
}
const exported = (): Promise<string> => textAt('/n/harbor/audit/export');
const found = async (query: string): Promise<readonly { id: string }[]> =>
  (JSON.parse(await textAt(`/v1/gift-cards?${query}`)) as { data: { id: string }[] }).data;
const balance = async (): Promise<unknown> => (JSON.parse(await textAt(`/v1/gift-cards/${cardId}`)) as { balance: unknown }).balance;

/** Every document of every live model. */
async function documents(): Promise<Record<string, object | null>> {
  const projections = modelsOf(app.app.get(Registry));
  const all: Record<string, object | null> = {};
  await app.caughtUp();
  const pointers = await new Generations(app.store).pointers(projections.map(({ name }) => name));
  for (const [name, pointer] of pointers)
    for (const { id, doc } of await app.store.scan(tableOf(pointer), undefined, 1_000)) all[`${name} ${id}`] = doc;
  return all;
}

beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'harbor');
  network = (await app.app.get(NetworkFacade).networkBySlug('harbor'))!.id;
  key = `lg_${app.ids.secret(40)}`;
  const scopes = ['cards.issue', 'cards.view', 'cards.top-up', 'audit.view', 'personal-data.erase'];
  const context = { network, actor: { kind: 'operator', id: 'test' }, commandId: app.ids.next('cmd'), at: app.clock.now() } as const;
  await app.app
    .get(CommandBus)
    .execute(new CreateApiKey({ ...context, correlation: 'test' }, app.ids.next('key'), 'Shop', scopes, new Set(scopes), key));
  const card = { value: usd(5000), buyer, recipient, message: 'Happy birthday from Amélie', deliver: 'none' };
  cardId = ((await (await call('/v1/gift-cards', card)).json()) as { id: string }).id;
  await eventually(async () => (await found('search=amelie')).length === 1, 'the card in the list');
});
afterAll(() => app?.stop());

it('finds the buyer in lists, pages, events and documents at first', async () => {
  for (const path of ['/n/harbor/gift-cards', `/v1/gift-cards/${cardId}`, `/v1/streams/giftCard-${cardId}/events`])
    expect(await textAt(path)).toMatch(TRACES);
  expect(await found('buyerEmail=amelie.cote@example.com')).toHaveLength(1);
  expect(JSON.stringify(await documents())).toMatch(TRACES);
});

describe('after the buyer was erased by e-mail address', () => {
  beforeAll(async () => {
    // The message belongs to the recipient, whom it was written to: both are erased, each by their own address.
    for (const { email } of [buyer, recipient]) expect((await call('/v1/erasures', { email: email.toUpperCase() })).status).toBe(201);
    await documents();
  });

  it('shows nothing of the person anywhere, and finds nobody by what they were', async () => {
    for (const path of places()) expect([path, TRACES.exec(await textAt(path))]).toEqual([path, null]);
    expect(await exported()).not.toMatch(TRACES);
    for (const query of [
      'search=amelie',
      'search=cote',
      'buyerEmail=amelie.cote@example.com',
      'search=bo',
      'recipientEmail=bo.lund@example.com',
    ])
      expect([query, await found(query)]).toEqual([query, []]);
    expect(await found('limit=100')).toEqual([expect.objectContaining({ id: cardId })]);
  });

  it('keeps every amount, and the log whole', async () => {
    expect(await balance()).toEqual(usd(5000));
    const report = await app.app.get(Verification).run(network, () => undefined);
    expect(JSON.stringify(report)).not.toMatch(TRACES);
    expect(report).toMatchObject({ holds: true, brokenChains: [], moneyComplaints: [] });
  });

  it('holds none of it in any document, and a rebuild comes to the same ones', async () => {
    const live = await documents();
    expect(JSON.stringify(live)).not.toMatch(TRACES);
    expect(live[`card-list ${cardId}`]).toMatchObject({ buyer: { name: { erased: true } }, search: { buyerName: { erased: true } } });
    await app.app.get(Processors).rebuild(undefined, { fresh: true });
    expect(await documents()).toEqual(live);
  });

  it('stays so when an old backup of keys comes back: the next start destroys them again', async () => {
    const [subject] = await subjectsOfTheCard();
    const sealed = app.vault.seal(Buffer.alloc(32, 7).toString('base64url'), `person-key\n${subject}`);
    await app.store.put('person-keys', subject!, { network, sealed });
    app = await app.restart();
    expect((await app.store.fetch('person-keys', subject!))?.doc).toEqual({ network, erased: true });
    expect((await app.app.get(PersonKeys).load([subject!])).size).toBe(0);
  });
});

async function subjectsOfTheCard(): Promise<readonly string[]> {
  const [issued] = await app.events.readStream(`giftCard-${cardId}`);
  return (JSON.parse(issued!.metadata) as { subjects: readonly string[] }).subjects;
}
