import { cards } from '../../src/cards/cards.registration';
import { ApiKeyRing } from '../../src/platform/security/api-key-ring';
import { type IssuedAnswer, type World, worldOf } from '../cards/world';
import { signUp, type Visitor } from '../network/visitor';
import { startApp, type TestApp } from '../support/app';

interface Listed {
  readonly data: readonly { readonly stream: string; readonly type: string; readonly data: object }[];
  readonly next: string;
}

const buyer = { email: 'amelie@example.com', name: 'Amélie Côté' };
const recipient = { email: 'bo@example.com', name: 'Bo Lund' };

let app: TestApp;
let here: World;
let elsewhere: World;
/** The owner of a third network, in a browser. */
let nadia: Visitor;
let card: IssuedAnswer;
let stream: string;

beforeAll(async () => {
  app = await startApp();
  here = await worldOf(app, [...cards.permissions, 'audit.view']);
  elsewhere = await worldOf(app, [...cards.permissions, 'audit.view']);
  nadia = await signUp(app, 'lakeside');
  card = await here.card({ buyer, recipient });
  await elsewhere.card();
  stream = `giftCard-${card.id}`;
});
afterAll(() => app?.stop());

describe('another network, by API', () => {
  it('does not find the stream, which its own network does', async () => {
    expect((await here.get<Listed>(`/v1/streams/${stream}/events`)).body.data[0]).toMatchObject({ stream, type: 'CardIssued' });
    for (const path of [`/v1/streams/${stream}/events`, `/v1/streams/${stream}/events?from=1`, '/v1/streams/giftCard-card_nobody/events']) {
      const { status, body } = await elsewhere.get<{ code: string; detail: string }>(path);
      expect([path, status, body]).toEqual([path, 404, expect.objectContaining({ code: 'not-found' })]);
    }
  });

  it('pulls a feed of its own events only', async () => {
    const [ours, theirs] = await Promise.all([here, elsewhere].map((world) => world.get<Listed>('/v1/events?limit=100')));
    const streams = (answer: { body: Listed }) => new Set(answer.body.data.map((event) => event.stream));
    expect(streams(ours!).has(stream)).toBe(true);
    expect([...streams(ours!)].filter((each) => streams(theirs!).has(each))).toEqual([]);
    expect(streams(theirs!).size).toBeGreaterThan(1);
  });

  it('cannot go on from another network’s cursor', async () => {
    const { next } = (await here.get<Listed>('/v1/events?limit=1')).body;
    expect((await elsewhere.get<{ code: string }>(`/v1/events?after=${next}`)).body.code).toBe('cursor-unusable');
  });
});

describe('another network, in a browser', () => {
  it('does not find the stream by its name or id', async () => {
    for (const path of [`streams/${stream}`, `streams/${stream}?revision=0`, `?q=${card.id}`, `?q=${stream}`]) {
      const answer = await nadia.get(`/n/lakeside/audit${path.startsWith('?') ? '' : '/'}${path}`);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(await answer.text()).not.toContain('CardIssued');
    }
  });

  it('sees and exports its own events only', async () => {
    const page = await (await nadia.get('/n/lakeside/audit')).text();
    expect(page).toContain('NetworkCreated');
    expect(page).not.toContain(card.id);
    const lines = (await (await nadia.get('/n/lakeside/audit/export')).text()).trim().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join('\n')).not.toContain(here.network);
    expect(await (await nadia.get(`/n/lakeside/audit/export?stream=${stream}`)).text()).not.toContain('CardIssued');
  });

  it('cannot open another network’s trail', async () => {
    expect([403, 404]).toContain((await nadia.get(`/n/${here.slug}/audit`)).status);
  });
});

describe('people in events', () => {
  it('are read by those who may see cards', async () => {
    const text = JSON.stringify((await here.get(`/v1/streams/${stream}/events`)).body);
    for (const each of [buyer.email, buyer.name, recipient.email, recipient.name]) expect(text).toContain(each);
  });

  it('are only said to be hidden to a key that may audit and not see cards', async () => {
    const key = `lg_${app.ids.secret(40)}`;
    const ring = app.app.get(ApiKeyRing);
    const permissions = new Set(['audit.view']);
    ring.admit(ring.hashOf(key), { kind: 'apiKey', id: app.ids.next('key'), network: here.network, permissions });
    for (const path of [`/v1/streams/${stream}/events`, '/v1/events?limit=100&kind=giftCard']) {
      const answer = await app.request(path, { headers: { authorization: `Bearer ${key}` } });
      const text = await answer.text();
      expect([path, answer.status]).toEqual([path, 200]);
      expect(text).toContain(card.id);
      expect(text).toContain('"hidden":true');
      expect(text).not.toMatch(/example\.com|Amélie|Bo Lund|"erased"/);
    }
  });
});
