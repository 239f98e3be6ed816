import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyChain } from '../../src/platform/event-store/chain';
import { signIn, signUp, Visitor } from '../network/visitor';
import { eventually } from '../support/app';
import { eventStoreDbServer, type EventStoreDbServer } from '../support/eventstoredb-server';
import { hasMongoServer, HOW_TO_GET_ONE, type MongoServer, startMongoServer } from '../support/mongo-server';
import { openPostOffice, type PostOffice } from '../support/post-office';
import { type RunningApp, runApp } from '../support/process';

const possible = hasMongoServer();
if (!possible) console.warn(`SKIPPED: the product on EventStoreDB and MongoDB was not tried: ${HOW_TO_GET_ONE}`);

jest.setTimeout(90_000);

/** What an orchestrator waits, at least, before it kills: ten seconds with docker. Alone a process takes half of one. */
const PROMPTLY_MS = 5_000;
const slug = 'lakeside';
const owner = `owner@${slug}.example`;
const scopes = ['cards.issue', 'cards.view', 'cards.deduct-directly', 'cards.deduct', 'locations.manage', 'devices.manage', 'audit.view'];

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked at field by field
type Json = any;

/** Two instances of the product on the same stores, as the processes that ship. */
(possible ? describe : describe.skip)('on EventStoreDB and a server of the Mongo protocol', () => {
  let log: EventStoreDbServer;
  let mongo: MongoServer;
  let post: PostOffice;
  let folder: string;
  let one: RunningApp;
  let two: RunningApp;
  let nadia: Visitor;
  let key: string;
  let locationId: string;
  let card: Json;

  const env = (): Record<string, string> => ({
    EVENTSTORE_URL: log.url,
    MONGODB_URL: databaseOf(mongo),
    MASTER_KEY: Buffer.alloc(32, 9).toString('base64'),
    DATA_DIR: join(folder, 'never-made'),
    SMTP_URL: post.url,
    LOG_LEVEL: 'warn',
  });
  const call = async (
    app: RunningApp,
    method: string,
    path: string,
    json?: unknown,
    once?: string,
  ): Promise<{ status: number; body: Json }> => {
    const headers = { authorization: `Bearer ${key}`, ...(once ? { 'idempotency-key': once } : {}) };
    const answer = await app.request(`/v1/${path}`, { method, json, headers });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const deduct = (app: RunningApp, amount: number, once: string) =>
    call(app, 'POST', `gift-cards/${card.id}/deductions`, { amount: { amount, currency: 'USD' }, locationId }, once);
  const balance = async (app: RunningApp): Promise<number> => (await call(app, 'GET', `gift-cards/${card.id}`)).body.balance.amount;
  const found = (app: RunningApp, search: string) =>
    eventually(async () => {
      const { status, body } = await call(app, 'GET', `gift-cards?search=${encodeURIComponent(search)}`);
      return status === 200 && body.data.length > 0 && body.data;
    }, `a card found by ${search}`);
  const readiness = async (app: RunningApp): Promise<Json> => (await app.request('/health/ready')).json();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'largesse-servers-'));
    [log, mongo, post] = await Promise.all([eventStoreDbServer(), startMongoServer(), openPostOffice()]);
    one = await runApp({ ...env(), LOG_LEVEL: 'info' });
    two = await runApp({ ...env(), LOG_LEVEL: 'info' });
  });
  afterAll(async () => {
    await Promise.all([one, two].map((app) => app?.kill()));
    await Promise.all([log?.close(), mongo?.stop(), post?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  it('a network signs up at one instance, and its session works at the other at once', async () => {
    nadia = await signUp(one, slug, owner);
    const elsewhere = nadia.copy(two);
    expect((await elsewhere.get(`/n/${slug}`)).status).toBe(200);
    await eventually(async () => (await projected()) >= (await ours()), 'a list of employees that has the owner');
    expect((await signIn(new Visitor(two), owner)).status).toBe(303);
    expect((await signIn(new Visitor(two), owner, 'not the password at all')).status).toBe(422);
  });

  it('an API key made at one instance works at both at once', async () => {
    const once = crypto.randomUUID();
    const page = await nadia.postFields(`/n/${slug}/api-keys`, [
      ['name', 'Web shop'],
      ...scopes.map((scope) => ['scopes', scope] as const),
      ['once', once],
    ]);
    key = /lg_\w{40}/.exec(await page.text())![0];
    const answers = await Promise.all([one, two].map((app) => call(app, 'GET', 'locations')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('a card is sold, mailed, found, looked up and deducted, whichever instance is asked', async () => {
    const place = await call(one, 'POST', 'locations', { name: 'Blue Door Bakery', email: 'hello@bluedoor.example' }, 'place-1');
    locationId = place.body.id;
    const sold = await call(
      one,
      'POST',
      'gift-cards',
      {
        value: { amount: 5000, currency: 'USD' },
        buyer: { email: 'amelie@example.com', name: 'Amélie Côté' },
        recipient: { email: 'bo@example.com', name: 'Bo Lund' },
        deliver: 'now',
      },
      'card-1',
    );
    expect(sold.status).toBe(201);
    card = sold.body;
    await eventually(async () => post.mails.find(({ to }) => to === 'bo@example.com'), 'a gift mail');
    const lookedUp = await call(two, 'POST', 'gift-cards/lookup', { code: card.code });
    expect([lookedUp.status, lookedUp.body.id]).toEqual([200, card.id]);
    await eventually(async () => (await call(two, 'GET', `gift-cards/${card.id}`)).body.status === 'active', 'an active card');
    for (const app of [one, two]) expect((await found(app, 'bo@example.com')).map(({ id }: Json) => id)).toEqual([card.id]);
    expect((await deduct(two, 1200, 'till-1')).body.balance.amount).toBe(3800);
    expect((await deduct(one, 1200, 'till-1')).body.balance.amount).toBe(3800);
    expect([await balance(one), await balance(two)]).toEqual([3800, 3800]);
  });

  it('one key sent to both instances at once deducts once, and the chain of hashes stays whole', async () => {
    const answers = await Promise.all([one, two, one, two].map((app) => deduct(app, 300, 'twin')));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await deduct(one, 100, 'after-1')).body.balance.amount).toBe(3400);
    expect((await deduct(two, 100, 'after-2')).body.balance.amount).toBe(3300);
    const stored = log.log
      .stream(`giftCard-${card.id}`)
      .map((event) => ({ ...event, data: text(event.data), metadata: text(event.metadata) }));
    expect(verifyChain(`giftCard-${card.id}`, stored)).toMatchObject({ whole: true, revision: stored.length - 1 });
  });

  it('32 deductions at once over both instances never overspend', async () => {
    const answers = await Promise.all(Array.from({ length: 32 }, (_, i) => deduct(i % 2 ? one : two, 500, `rush-${i}`)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(6);
    for (const { status, body } of answers.filter((each) => each.status !== 201))
      expect([status, body.code]).toEqual([409, 'insufficient-funds']);
    expect([await balance(one), await balance(two)]).toEqual([300, 300]);
  });

  it('a wrong code is answered without waiting, also when the log ends with records of the server itself', async () => {
    log.log.append('$epoch-information', -1, [record('$epoch')]);
    const begun = performance.now();
    for (const app of [one, two]) {
      const { status, body } = await call(app, 'POST', 'gift-cards/lookup', { code: '7QK2-M9XD-04TV-HZ3C' });
      expect([status, body.code]).toEqual([404, 'code-not-valid']);
    }
    // Less than what a lookup that lags is waited for.
    expect(performance.now() - begun).toBeLessThan(1_500);
    await eventually(async () => (await projected()) >= (await ours()), 'everything projected');
  });

  it('asking for health or metrics writes nothing', async () => {
    const before = log.log.events.length;
    for (const app of [one, two, one, two]) {
      const { status, details } = await readiness(app);
      expect([status, details.eventStore.status, details.readStore.status]).toEqual(['ok', 'up', 'up']);
      expect((await app.request('/metrics')).status).toBe(200);
    }
    expect(log.log.events).toHaveLength(before);
  });

  it('rebuilds every read model from the log while both serve, and finds the same', async () => {
    const before = (await found(one, 'bo@example.com'))[0];
    const cli = join(__dirname, '../../dist/cli/main.js');
    const variables = { PATH: process.env.PATH, ...env() };
    const code = await new Promise((resolve) =>
      execFile(process.execPath, [cli, 'rebuild', '--json'], { env: variables }, (error) => resolve(error?.code ?? 0)),
    );
    expect(code).toBe(0);
    for (const app of [one, two]) expect((await found(app, 'bo@example.com'))[0]).toEqual(before);
  });

  it('a key that is revoked at one instance is refused at both', async () => {
    const spare = await makeKey(nadia);
    const withSpare = (app: RunningApp) => app.request('/v1/locations', { headers: { authorization: `Bearer ${spare.key}` } });
    await eventually(async () => (await withSpare(two)).status === 200, 'a new key that works at the other instance');
    expect((await nadia.post(`/n/${slug}/api-keys/${spare.id}/revocation`)).status).toBe(303);
    expect([(await withSpare(one)).status, (await withSpare(two)).status]).toEqual([401, 401]);
  });

  it('a device that is revoked at one instance is refused at both', async () => {
    const { url } = (await call(one, 'POST', `locations/${locationId}/activation-links`, { mail: false }, 'link-1')).body;
    const { pathname: link } = new URL(url);
    const once = /name="once" value="([0-9A-Z]{32})"/.exec(await (await two.request(link)).text())![1]!;
    const [cookie] = (await two.request(link, { form: { once, name: '' } })).headers
      .getSetCookie()
      .flatMap((line) => (line.startsWith('device=') ? line.split(';')[0]! : []));
    const screen = async (app: RunningApp) => (await app.request(`/n/${slug}/redeem`, { headers: { cookie: cookie! } })).status;
    expect([await screen(one), await screen(two)]).toEqual([200, 200]);
    const device = cookie!.split('.')[2]!;
    expect((await call(one, 'DELETE', `locations/${locationId}/devices/${device}`)).status).toBeLessThan(300);
    expect([await screen(two), await screen(one)]).toEqual([401, 401]);
  });

  it('when the instance on duty is killed the other one takes over: mails and read models go on', async () => {
    await one.kill();
    const sold = await call(two, 'POST', 'gift-cards', order('cy@example.com'), 'card-2');
    expect(sold.status).toBe(201);
    const until = Date.now() + 40_000;
    while (!post.mails.some(({ to }) => to === 'cy@example.com') && Date.now() < until) await new Promise((done) => setTimeout(done, 100));
    expect(post.mails.filter(({ to }) => to === 'cy@example.com')).toHaveLength(1);
    await found(two, 'cy@example.com');
  });

  it('SIGTERM ends an instance at once, also amid calls, and what it acknowledged counts', async () => {
    one = await runApp({ ...env(), LOG_LEVEL: 'info' });
    const spent = await call(one, 'POST', 'gift-cards', { ...order('dee@example.com'), deliver: 'none' }, 'card-3');
    expect(spent.status).toBe(201);
    const calls = Array.from({ length: 16 }, (_, i) =>
      call(i % 2 ? one : two, 'POST', `gift-cards/${spent.body.id}/deductions`, tenCents(), `late-${i}`).catch(() => undefined),
    );
    await new Promise((resolve) => setTimeout(resolve, 10)); // some are under way
    const [first, answers] = await Promise.all([stopped(one), Promise.all(calls)]);
    expect(first).toEqual({ code: 0, promptly: true });
    const acknowledged = answers.filter((answer) => answer?.status === 201).length;
    expect(acknowledged).toBeGreaterThanOrEqual(8);
    const left = (await call(two, 'GET', `gift-cards/${spent.body.id}`)).body.balance.amount;
    expect(left).toBeLessThanOrEqual(900 - 10 * acknowledged);
    expect(await stopped(two)).toEqual({ code: 0, promptly: true });
  });

  it('SIGTERM ends an instance also when the log has gone away', async () => {
    one = await runApp({ ...env(), LOG_LEVEL: 'info' });
    await log.stop();
    expect(await stopped(one)).toEqual({ code: 0, promptly: true });
  });

  const tenCents = () => ({ amount: { amount: 10, currency: 'USD' }, locationId });
  async function stopped(app: RunningApp): Promise<{ code: number | null; promptly: boolean }> {
    const began = Date.now();
    const code = await Promise.race([app.stop(), new Promise<null>((resolve) => setTimeout(resolve, 20_000, null))]);
    const took = Date.now() - began;
    return { code, promptly: took < PROMPTLY_MS };
  }
  async function makeKey(by: Visitor): Promise<{ key: string; id: string }> {
    const page = await by.postFields(`/n/${slug}/api-keys`, [
      ['name', 'Spare'],
      ['scopes', 'locations.manage'],
      ['once', crypto.randomUUID()],
    ]);
    const made = /lg_\w{40}/.exec(await page.text())![0];
    const list = await (await by.get(`/n/${slug}/api-keys`)).text();
    const row = list.split('<tr').find((each) => each.includes('Spare'))!;
    return { key: made, id: /api-keys\/(key_\w+)\/revocation/.exec(row)![1] };
  }
  async function projected(): Promise<number> {
    const figures = await Promise.all([one, two].map(async (app) => (await app.request('/metrics')).text()));
    return Math.max(...figures.map((text) => Number(/^largesse_projected (\S+)$/m.exec(text)?.[1] ?? 0)));
  }
  const ours = async (): Promise<number> => log.log.events.filter(({ stream }) => !stream.startsWith('$')).at(-1)!.position;
});

function databaseOf({ url, database }: MongoServer): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.href;
}

const order = (recipient: string): Json => ({
  value: { amount: 900, currency: 'USD' },
  buyer: { email: 'amelie@example.com' },
  recipient: { email: recipient },
  deliver: 'now',
});

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

const record = (type: string) => ({
  id: crypto.randomUUID(),
  type,
  contentType: 'application/json',
  data: Buffer.from('{}'),
  metadata: Buffer.from('{}'),
});
