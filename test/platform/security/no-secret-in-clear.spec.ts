import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { linkIn, PASSWORD, signIn, signUp, Visitor } from '../../network/visitor';
import { eventually } from '../../support/app';
import { runApp, type RunningApp } from '../../support/process';
import { leaksIn, leaksInFolder, type KnownSecret } from '../../support/secrets';

jest.setTimeout(120_000);

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked at field by field
type Json = any;

const SECOND_PASSWORD = 'saffron bicycle window';
const THIRD_PASSWORD = 'copper lantern harvest';
const MISTYPED = 'velvet anchor mourning';
/** Stored in clear on purpose: what the search would have to find. */
const PLANTED = 'PLANTED-7QK2-M9XD';
const scopes = ['cards.issue', 'cards.view', 'cards.deduct-directly', 'cards.deduct', 'cards.replace', 'cards.import', 'locations.manage'];

let folder: string;
let app: RunningApp;
let owner: Visitor;
let key: string;
let locationId: string;
const secrets: KnownSecret[] = [];
const people = ['owner@quiet.example', 'amelie@quiet.example', 'bo@quiet.example', 'luis@quiet.example'];

/** Only in a file that is imported. */
const imported = ['odile@import.example', 'otto@import.example'];
const MESSAGE = 'Lanterns over the quiet harbour';
const persons: KnownSecret[] = [
  ...[...people, ...imported].map((value) => ({ what: 'person', value })),
  ...['Amélie', 'Ottoline'].map((value) => ({ what: 'name', value })),
  { what: 'message', value: MESSAGE },
];

const knows = (what: string, value: string | undefined): string => {
  if (!value) throw new Error(`There was no ${what}`);
  secrets.push({ what, value });
  return value;
};
const call = async (method: string, path: string, json?: unknown): Promise<{ status: number; body: Json }> => {
  const headers = { authorization: `Bearer ${key}`, 'idempotency-key': crypto.randomUUID() };
  const answer = await app.request(`/v1/${path}`, { method, json, headers });
  return { status: answer.status, body: await answer.json() };
};

/** The HTML of a mail of this kind, from the demo's mailbox. */
const mailed = (kind: string, nth = 0): Promise<string> =>
  eventually(async () => {
    const list = await (await app.request('/dev/mailbox')).text();
    const paths = [...list.matchAll(/\/dev\/mailbox\/[\w%:.-]+/g)].map(([path]) => path).filter((path) => path.includes(`/${kind}%3A`));
    const path = paths[nth];
    return path && (await (await app.request(`${path}/html`)).text());
  }, `a mail ${kind}`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'largesse-secrets-'));
  app = await runApp({ DATA_DIR: folder, LOG_LEVEL: 'trace', DEMO: '1' });
});
afterAll(async () => {
  await app?.kill();
  await rm(folder, { recursive: true, force: true });
});

/** Everything that the product makes secrets for is done once; what it told is remembered in `secrets`. */
describe('a day of the product', () => {
  it('has passwords, sessions and a key', async () => {
    owner = await signUp(app, 'quiet', people[0]);
    knows('password', PASSWORD);
    knows('session', owner.session);
    const fields = [['name', 'Web shop'], ...scopes.map((scope) => ['scopes', scope]), ['once', crypto.randomUUID()]];
    key = knows('API key', /lg_\w{40}/.exec(await (await owner.postFields('/n/quiet/api-keys', fields as never)).text())?.[0]);
    await signIn(new Visitor(app), people[0]!, knows('mistyped password', MISTYPED));
    const wrongKey = knows('wrong API key', `lg_${'7QK2M9XD'.repeat(5)}`);
    expect((await app.request('/v1/locations', { headers: { authorization: `Bearer ${wrongKey}` } })).status).toBe(401);
    expect((await app.request(`/v1/locations?key=${key}`)).status).toBe(401);
    expect((await call('GET', `locations?key=${key}`)).status).toBe(422);
    const place = { name: 'Blue Door', email: 'hello@quiet.example', reference: PLANTED };
    locationId = (await call('POST', 'locations', place)).body.id;
  });

  it('has cards, whose codes and links are shown, searched, looked up, mistyped and replaced', async () => {
    const [buyer, recipient] = [{ email: people[1], name: 'Amélie Côté' }, { email: people[2] }];
    const sold = await call('POST', 'gift-cards', { value: { amount: 5000, currency: 'USD' }, buyer, recipient });
    expect(sold.status).toBe(201);
    const replaced = await call('POST', `gift-cards/${sold.body.id}/replacements`, {});
    for (const [what, { code, link }] of [
      ['card', sold.body],
      ['replaced card', replaced.body],
    ] as const) {
      knows(`${what}'s code`, code);
      const token = knows(`${what}'s link`, link.split('/c/')[1]);
      for (const path of [`/c/${token}`, `/c/${token}?lang=fr`, `/c/${token}/nothing`]) await app.request(path);
      await app.request('/n/quiet/balance', { form: { code } });
      await call('POST', 'gift-cards/lookup', { code });
      await call('GET', `gift-cards?search=${code}`);
      await owner.get(`/n/quiet/gift-cards?search=${encodeURIComponent(code)}`);
      await call('POST', `gift-cards/${code}/deductions`, { amount: { amount: 1, currency: 'USD' }, locationId, code });
    }
    knows('mistyped code', '7QK2-M9XD-04TV-HZ3C');
    await call('POST', 'gift-cards/lookup', { code: '7QK2-M9XD-04TV-HZ3C' });
    expect(await mailed('gift')).toContain(replaced.body.link);
  });

  it('has an import with a wrong row, corrected, whose cards have codes and links like others', async () => {
    const upload = async (row: string): Promise<Json> => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'text/csv', 'idempotency-key': crypto.randomUUID() };
      const body = `buyer,recipient,amount,message,deliver-on\n${row}\n`;
      return (await fetch(`${app.url}/v1/gift-card-imports`, { method: 'POST', headers, body })).json();
    };
    const [buyer, recipient] = imported;
    expect((await upload(`${buyer},Ottoline Brandt <${recipient}>,nothing,${MESSAGE},now`)).valid).toBe(0);
    const { id } = await upload(`Ottoline Brandt <${buyer}>,${recipient},25.00,${MESSAGE},now`);
    expect((await call('POST', `gift-card-imports/${id}/confirmations`, { mode: 'allOrNothing' })).status).toBe(202);
    for (const path of ['', `/${id}`]) expect((await owner.get(`/n/quiet/gift-card-imports${path}`)).status).toBe(200);
    const mail = await eventually(async () => {
      const newest = await mailed('gift');
      return newest.includes(MESSAGE) && newest;
    }, 'the mail of an imported card');
    knows('imported card’s link', /\/c\/([\w-]+)/.exec(mail)?.[1]);
    knows('imported card’s code', /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}/.exec(mail)?.[0]);
  });

  it('has deductions by code', async () => {
    const { body: card } = await call('POST', 'gift-cards', {
      value: { amount: 5000, currency: 'USD' },
      buyer: { email: people[1] },
      deliver: 'none',
    });
    knows('second card’s code', card.code);
    const asked = await call('POST', 'deduction-requests', { cardId: card.id, amount: { amount: 700, currency: 'USD' }, locationId });
    const mail = await mailed('deduction-code');
    const code = knows(
      'deduction code',
      /\b(\d{3}) ?(\d{3})\b(?=[^<>]*<)/
        .exec(mail.replace(/<style[\s\S]*?<\/style>/g, ''))
        ?.slice(1)
        .join(''),
    );
    const stop = knows('stop link', /\/stop\/([0-9A-Z]{26})/.exec(mail)?.[1]);
    await app.request(`/stop/${stop}`);
    const wrong = knows('wrong deduction code', code === '481516' ? '481517' : '481516');
    expect((await call('POST', `deduction-requests/${asked.body.id}/confirm`, { code: wrong })).status).toBe(422);
    expect((await call('POST', `deduction-requests/${asked.body.id}/confirm`, { code })).status).toBe(201);
  });

  it('has invitations, resets and second factors', async () => {
    const form = [
      ['name', 'Luis Ortega'],
      ['email', people[3]],
      ['roles', 'employee'],
    ];
    expect((await owner.postFields('/n/quiet/employees', form as never)).status).toBe(303);
    const invitation = linkIn(hrefIn(await mailed('invitation')));
    knows('invitation', invitation.split('/').at(-1));
    const luis = new Visitor(app);
    await luis.post(invitation, { name: 'Luis Ortega', password: knows('second password', SECOND_PASSWORD) });
    knows('second session', luis.session);
    await luis.get(invitation);
    await app.request('/password-reset', { form: { email: people[3]! } });
    const reset = linkIn(hrefIn(await mailed('password-reset')));
    knows('password reset', reset.split('/').at(-1));
    await app.request(reset);
    await app.request(reset, { form: { password: knows('third password', THIRD_PASSWORD) } });
    const page = await (await owner.get('/n/quiet/account/second-factor')).text();
    const secret = knows('TOTP secret', /[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}/.exec(page)?.[0]);
    const code = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')) }).generate();
    const proposal = /name="proposal" value="([^"]+)"/.exec(page)![1]!;
    const done = await (await owner.post('/n/quiet/account/second-factor', { proposal, code, ownPassword: PASSWORD })).text();
    const recovery = [...done.matchAll(/<li class="nowrap">([\w-]+)<\/li>/g)].map((match) => match[1]!);
    expect(recovery).toHaveLength(10);
    for (const each of recovery) knows('recovery code', each);
    await signIn(new Visitor(app), people[0]!);
  });
});

describe('afterwards', () => {
  it('no secret stands in clear in any file of the data folder, while it runs and when it has stopped', async () => {
    expect(secrets.length).toBeGreaterThan(25);
    const master = await readFile(join(folder, 'master.key'));
    const others = secrets.concat({ what: 'master key', value: master.toString('latin1') });
    const whole = async () => (await leaksInFolder(folder, others)).filter((leak) => leak !== 'master.key: master key');
    expect(await whole()).toEqual([]);
    expect(await app.stop()).toBe(0);
    expect(await whole()).toEqual([]);
  });

  it('no secret and no person stands in the logs, at their most talkative', () => {
    const logs = app.written();
    for (const route of ['/c/:token', '/n/:slug/invitation/:employee/:secret']) expect(logs).toContain(`"route":"${route}"`);
    expect(leaksIn('logs', logs, [...secrets, ...persons])).toEqual([]);
  });

  it('no person stands in clear in the log of events', async () => {
    const leaks = await leaksInFolder(folder, persons);
    // Read models are searched by them: so the search finds them there.
    expect(leaks).toContain('models.db: person');
    expect(leaks.filter((leak) => leak.startsWith('events.db'))).toEqual([]);
  });

  it('the search finds what was planted, through the product and beside it', async () => {
    expect(await leaksInFolder(folder, [{ what: 'planted', value: PLANTED }])).toContain('events.db: planted');
    const code = { what: 'code', value: '7QK2-M9XD-04TV-HZ3C' };
    const bare = '7QK2M9XD04TVHZ3C';
    const plants = [
      bare,
      bare.toLowerCase(),
      '7QK2 M9XD 04TV HZ3C',
      Buffer.from(`x${bare}`).toString('base64'),
      Buffer.from(bare).toString('hex'),
    ];
    for (const plant of plants) expect(leaksIn('here', `{"a":"${plant}"}`, [code])).toHaveLength(1);
    expect(leaksIn('here', '"code":"123456"', [{ what: 'digits', value: '123456' }])).toEqual(['here: digits']);
    expect(leaksIn('here', '"at":1234567', [{ what: 'digits', value: '123456' }])).toEqual([]);
  });
});

/** The address of a mail's button, as the text part would give it. */
function hrefIn(html: string): string {
  const href = /href="(http[^"]+\/n\/[^"]+)"/.exec(html)?.[1];
  if (!href) throw new Error(`No link in ${html}`);
  return href;
}
