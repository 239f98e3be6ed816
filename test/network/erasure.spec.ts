import { CreateApiKey } from '../../src/network/features/api-keys';
import { CommandBus } from '@nestjs/cqrs';
import { NetworkFacade } from '../../src/network/network.facade';
import { startApp, type TestApp } from '../support/app';
import { join, PASSWORD, signIn, signUp, textOf, Visitor } from './visitor';

const DANA = 'dana@example.com';
const certificatePath = /\/n\/harbor\/erasures\/[\w-]{43}$/;

let app: TestApp;
let owner: Visitor;
let network: string;
let key: string;

beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'harbor');
  network = (await app.app.get(NetworkFacade).networkBySlug('harbor'))!.id;
  key = await keyWith('cards.issue', 'cards.view', 'personal-data.erase');
});
afterAll(() => app.stop());

async function keyWith(...scopes: readonly string[]): Promise<string> {
  const made = `lg_${app.ids.secret(40)}`;
  const actor = { kind: 'operator', id: 'test' } as const;
  const context = { network, actor, commandId: app.ids.next('cmd'), at: app.clock.now(), correlation: 'test' };
  await app.app.get(CommandBus).execute(new CreateApiKey(context, app.ids.next('key'), 'Shop', scopes, new Set(scopes), made));
  return made;
}

const call = (path: string, json?: unknown): Promise<Response> =>
  app.request(path, { json, headers: { authorization: `Bearer ${key}`, 'idempotency-key': app.ids.uuid() } });

async function sell(buyer: { email: string; name: string }, recipient: { email: string; name: string }): Promise<string> {
  const card = { value: { amount: 5000, currency: 'USD' }, buyer, recipient, message: 'For your birthday', deliver: 'none' };
  const answer = await call('/v1/gift-cards', card);
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

const dana = { email: 'Dana@Example.com', name: 'Dana Whitfield' };
const omar = { email: 'omar@example.com', name: 'Omar Reyes' };

describe('Erasing a person', () => {
  let bought: string;
  let given: string;

  beforeAll(async () => {
    bought = await sell(dana, omar);
    given = await sell(omar, dana);
    await sell(omar, dana);
  });

  it('is reached from the settings, by an owner only', async () => {
    expect(await (await owner.get('/n/harbor/settings')).text()).toContain('href="/n/harbor/erasures"');
    const manager = await join(app, owner, 'harbor', 'manager@example.com', ['manager']);
    expect(await (await manager.get('/n/harbor/settings')).text()).not.toContain('/erasures');
    expect((await manager.get('/n/harbor/erasures')).status).toBe(403);
    expect((await manager.post('/n/harbor/erasures', { email: DANA, sure: 'on' })).status).toBe(403);
  });

  it('says first what would go, and changes nothing yet', async () => {
    const text = await textOf(await owner.post('/n/harbor/erasures/preview', { email: DANA }));
    expect(text).toContain('on one card they bought');
    expect(text).toContain('on 2 cards they were given');
    expect(await textOf(await owner.get(`/n/harbor/gift-cards/${bought}`))).toContain('Dana Whitfield');
  });

  it('knows nobody by another address, and says so at the field', async () => {
    const answer = await owner.post('/n/harbor/erasures/preview', { email: 'nobody@example.com' });
    expect(answer.status).toBe(422);
    expect(await textOf(answer)).toContain('Nobody here has this address.');
    expect((await call('/v1/erasures', { email: 'nobody@example.com' })).status).toBe(422);
  });

  it('wants to be told that it can’t be undone', async () => {
    const answer = await owner.post('/n/harbor/erasures', { email: DANA });
    expect(answer.status).toBe(422);
    expect(await textOf(answer)).toContain('Tick this when you are sure.');
  });

  it('is certified, without a word about who it was', async () => {
    expect((await app.mails(DANA)).length + (await app.mails('Dana@Example.com')).length).toBeGreaterThan(0);
    const answer = await owner.post('/n/harbor/erasures', { email: DANA, sure: 'on' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(certificatePath);
    const text = await textOf(await owner.get(answer.headers.get('location')!));
    expect(text).toContain('Nadia Quill');
    expect(text).toContain('on 2 cards they were given');
    expect(text).not.toMatch(/dana/i);
    expect([...(await app.mails(DANA)), ...(await app.mails('Dana@Example.com'))]).toEqual([]);
  });

  it('leaves cards that say "Erased on request", in both languages, and still find their other person', async () => {
    for (const [card, other] of [
      [bought, 'Omar Reyes'],
      [given, 'Omar Reyes'],
    ] as const) {
      const text = await textOf(await owner.get(`/n/harbor/gift-cards/${card}`));
      expect(text).toContain('Erased on request');
      expect(text).toContain(other);
      expect(text).toContain('50.00');
      expect(text).not.toMatch(/dana|undefined|\[object/i);
      expect(await textOf(await owner.get(`/n/harbor/gift-cards/${card}?lang=fr`))).toContain('Effacé sur demande');
      await owner.get('/n/harbor?lang=en');
    }
  });

  it('empties the window’s list and its search of them, and the API’s answers', async () => {
    const list = await textOf(await owner.get('/n/harbor/gift-cards'));
    expect(list).toContain('Erased on request');
    expect(list).not.toMatch(/dana/i);
    expect(await textOf(await owner.get('/n/harbor/gift-cards?q=dana'))).toContain('No card matches');
    const { data } = (await (await call('/v1/gift-cards')).json()) as { data: unknown[] };
    expect(data).toHaveLength(3);
    expect(JSON.stringify(data)).not.toMatch(/dana/i);
  });

  it('holds in the event explorer', async () => {
    const answer = await owner.get(`/n/harbor/audit/streams/giftCard-${bought}`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).not.toMatch(/dana/i);
  });

  it('again is as good as once, and somebody who comes back can be erased again', async () => {
    const first = (await (await call('/v1/erasures', { email: DANA })).json()) as { id: string; roles: unknown };
    expect(first.roles).toEqual([
      { role: 'buyer', count: 1 },
      { role: 'recipient', count: 2 },
    ]);
    expect(await textOf(await owner.post('/n/harbor/erasures/preview', { email: DANA }))).toContain('was erased');
    await sell(dana, omar);
    const again = await call('/v1/erasures', { email: DANA });
    expect(again.status).toBe(201);
    expect(await again.json()).toMatchObject({ id: first.id, roles: [{ role: 'buyer', count: 2 }, { role: 'recipient' }] });
    expect(await (await call(again.headers.get('location')!)).json()).toMatchObject({ id: first.id });
    expect((await call('/v1/erasures/unknown')).status).toBe(404);
  });
});

describe('Erasing an employee', () => {
  it('waits until they are disabled, then frees their address', async () => {
    const clerk = await join(app, owner, 'harbor', 'luis@example.com', ['employee']);
    const refused = await owner.post('/n/harbor/erasures/preview', { email: 'luis@example.com' });
    expect(refused.status).toBe(409);
    expect(await textOf(refused)).toContain('Disable them first');
    const [, id] = /employees\/(emp_\w+)">Luis Ortega<\/a><br><span[^>]*>luis@/.exec(
      await (await owner.get('/n/harbor/employees')).text(),
    )!;
    await owner.post(`/n/harbor/employees/${id}/standing`, { standing: 'disabled' });
    expect((await owner.post('/n/harbor/erasures', { email: 'luis@example.com', sure: 'on' })).status).toBe(303);
    expect((await clerk.get('/n/harbor')).status).toBe(303);
    const list = await textOf(await owner.get('/n/harbor/employees'));
    expect(list).toContain('Erased on request');
    expect(list).not.toContain('luis@example.com');
    expect((await owner.get(`/n/harbor/employees/${id}`)).status).toBe(200);
    expect((await signIn(new Visitor(app), 'luis@example.com', PASSWORD)).status).toBe(422);
    await join(app, owner, 'harbor', 'luis@example.com', ['employee']);
  });

  it('leaves the contact address of the network until there is another, and then only that', async () => {
    await owner.post('/n/harbor/settings/general', settings('help@harbor.example'));
    const refused = await owner.post('/n/harbor/erasures/preview', { email: 'help@harbor.example' });
    expect(await textOf(refused)).toContain('your network’s own contact address');
    await owner.post('/n/harbor/settings/general', settings('hello@harbor.example'));
    expect((await owner.post('/n/harbor/erasures', { email: 'help@harbor.example', sure: 'on' })).status).toBe(303);
    expect((await app.app.get(NetworkFacade).network(network))!.contactEmail).toBe('hello@harbor.example');
  });
});

const settings = (contactEmail: string) => ({ name: 'Harbor', timeZone: 'America/New_York', language: 'en', contactEmail });
