import { Secret, TOTP } from 'otpauth';
import { startApp, type TestApp } from '../support/app';
import { join, linkIn, PASSWORD, signIn, signUp, textOf, Visitor } from './visitor';

/** Passwords are hashed slowly on purpose, and these machines are shared. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let app: TestApp;
let owner: Visitor;

beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'harbor');
});
afterAll(() => app.stop());

const codeAt = (secret: string): string =>
  new TOTP({ secret: Secret.fromBase32(secret.replace(/ /g, '')) }).generate({ timestamp: app.clock.millis() });
const field = (html: string, name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)![1]!;
const secretIn = (html: string): string => /<code class="mono">([A-Z2-7 ]+)<\/code>/.exec(html)![1]!;

/** Follows the enrolment page: scans, confirms; answers the secret and the recovery codes. */
async function enrol(person: Visitor, path: string): Promise<{ secret: string; recovery: readonly string[] }> {
  const html = await (await person.get(path)).text();
  const secret = secretIn(html);
  const again: Record<string, string> = path.includes('/account/') ? { ownPassword: PASSWORD } : { next: '' };
  const done = await person.post(path.split('?')[0]!, { proposal: field(html, 'proposal'), code: codeAt(secret), ...again });
  expect(done.status).toBe(200);
  const recovery = [...(await done.text()).matchAll(/<li class="nowrap">([\w-]+)<\/li>/g)].map((match) => match[1]!);
  return { secret, recovery };
}

describe('Signing up', () => {
  it('opens the overview of the new network', async () => {
    expect((await owner.get('/n/harbor')).status).toBe(200);
    expect((await owner.get('/')).headers.get('location')).toBe('/n/harbor');
  });

  it('gives an address to one network only', async () => {
    const second = await new Visitor(app).post('/sign-up', form({ slug: 'harbor', email: 'other@example.com' }));
    expect(second.status).toBe(409);
    expect(await textOf(second)).toContain('Another network has this address');
  });

  it('makes one network of a form that was sent twice, and opens it only to who knows the password', async () => {
    const once = crypto.randomUUID();
    const [first, second] = await Promise.all(
      [1, 2].map(() => new Visitor(app).post('/sign-up', form({ slug: 'twice', email: 'twice@example.com', once }))),
    );
    expect([first!.status, second!.status]).toEqual([303, 303]);
    const thief = new Visitor(app);
    expect(
      (await thief.post('/sign-up', form({ slug: 'twice', email: 'twice@example.com', once, password: 'another good password' }))).status,
    ).toBe(409);
    expect(thief.session).toBeUndefined();
  });

  it.each([
    ['a short password', { password: 'short' }, 'Use at least 12 characters'],
    ['a password that everybody tries', { password: 'password12345678' }, 'guessed first'],
    ['a password made of the name', { password: 'harborharbor1234', networkName: 'Harbor Street' }, 'your own name'],
    ['a slug with capitals', { slug: 'Harbor!' }, 'small letters'],
    ['no e-mail address', { email: 'nobody' }, 'e-mail address'],
    ['a zone that is none', { timeZone: 'Mars/Olympus' }, 'Choose one of'],
  ])('refuses %s at its field', async (_, change, sentence) => {
    const response = await new Visitor(app).post('/sign-up', form(change));
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html).toContain('aria-invalid="true"');
    expect(html.replace(/<[^>]+>/g, ' ')).toContain(sentence);
    expect(html).not.toContain('password12345678');
  });

  const form = (change: Record<string, string> = {}) => ({
    ownerName: 'Ada Byron',
    email: 'ada@example.com',
    password: PASSWORD,
    networkName: 'New Town',
    slug: `n${crypto.randomUUID().slice(0, 8)}`,
    currency: 'CAD',
    timeZone: 'America/Toronto',
    language: 'fr',
    once: crypto.randomUUID(),
    ...change,
  });
});

describe('Signing in', () => {
  it('sets a cookie that scripts and other sites never see', async () => {
    const response = await signIn(new Visitor(app), 'owner@harbor.example');
    const cookie = response.headers.getSetCookie().find((line) => line.startsWith('session='))!;
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    expect(cookie).toMatch(/Path=\//i);
  });

  it('takes the address in any case and leads where somebody wanted to go', async () => {
    const response = await signIn(new Visitor(app), 'OWNER@Harbor.example', PASSWORD, '/n/harbor/settings');
    expect(response.headers.get('location')).toBe('/n/harbor/settings');
  });

  it.each(['https://evil.example/', '//evil.example', '/n/../../evil', '/n/twice', 'javascript:alert(1)'])(
    'never leads to %s',
    async (next) => {
      expect((await signIn(new Visitor(app), 'owner@harbor.example', PASSWORD, next)).headers.get('location')).toBe('/n/harbor');
    },
  );

  it('answers a wrong password and an unknown address alike', async () => {
    const wrong = await signIn(new Visitor(app), 'owner@harbor.example', 'not the password');
    const unknown = await signIn(new Visitor(app), 'nobody@harbor.example', 'not the password');
    expect([wrong.status, unknown.status]).toEqual([422, 422]);
    const plain = async (response: Response) => (await response.text()).replaceAll('owner@', '').replaceAll('nobody@', '');
    expect(await plain(wrong)).toBe(await plain(unknown));
  });

  it('gives a new key each time, and the former is worth nothing', async () => {
    const person = new Visitor(app);
    await signIn(person, 'owner@harbor.example');
    const before = person.copy();
    await signIn(person, 'owner@harbor.example');
    expect(person.session).not.toBe(before.session);
    expect((await before.get('/n/harbor/account')).status).toBe(303);
    expect((await person.get('/n/harbor/account')).status).toBe(200);
  });

  it('asks for it on the way to a page', async () => {
    const response = await new Visitor(app).get('/n/harbor/settings');
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/sign-in?next=%2Fn%2Fharbor%2Fsettings');
  });

  it('refuses a form that another site sent', async () => {
    const person = new Visitor(app);
    const response = await person.send('/sign-in', {
      form: { email: 'owner@harbor.example', password: PASSWORD, next: '' },
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(response.status).toBe(403);
    expect(person.session).toBeUndefined();
  });

  it('stops guessing at one account from one place, though not its owner elsewhere', async () => {
    const guesses = await Promise.all(Array.from({ length: 14 }, () => signIn(new Visitor(app), 'victim@harbor.example', 'a wrong guess')));
    const statuses = guesses.map(({ status }) => status);
    expect(statuses.filter((status) => status === 422)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(4);
    expect((await signIn(new Visitor(app), 'owner@harbor.example')).status).toBe(303);
    app.clock.advance(15 * MINUTE);
    expect((await signIn(new Visitor(app), 'victim@harbor.example', 'a wrong guess')).status).toBe(422);
  });

  it('ends: by signing out, after eight hours without a click, after a week in all', async () => {
    const out = new Visitor(app);
    await signIn(out, 'owner@harbor.example');
    const stolen = out.copy();
    expect((await out.post('/n/harbor/sign-out')).headers.get('location')).toBe('/sign-in');
    expect((await stolen.get('/n/harbor/account')).status).toBe(303);

    const idle = new Visitor(app);
    await signIn(idle, 'owner@harbor.example');
    app.clock.advance(7 * HOUR);
    expect((await idle.get('/n/harbor/account')).status).toBe(200);
    app.clock.advance(7 * HOUR);
    expect((await idle.get('/n/harbor/account')).status).toBe(200);
    app.clock.advance(8 * HOUR + MINUTE);
    expect((await idle.get('/n/harbor/account')).status).toBe(303);

    const busy = new Visitor(app);
    await signIn(busy, 'owner@harbor.example');
    for (let hours = 0; hours < 7 * 24; hours += 7) {
      expect((await busy.get('/n/harbor/account')).status).toBe(200);
      app.clock.advance(7 * HOUR);
    }
    expect((await busy.get('/n/harbor/account')).status).toBe(303);
    owner = new Visitor(app);
    await signIn(owner, 'owner@harbor.example');
  });
});

describe('An invitation', () => {
  it('is mailed, accepted once, and opens the network', async () => {
    const person = await join(app, owner, 'harbor', 'luis@example.com', ['employee']);
    expect((await person.get('/n/harbor')).status).toBe(200);
    expect((await person.get('/n/harbor/employees')).status).toBe(403);
    const link = linkIn((await app.mail('invitation', 'luis@example.com')).text);
    expect((await new Visitor(app).get(link)).status).toBe(404);
  });

  it('answers a wrong, an altered and an expired link in ways that tell a stranger nothing', async () => {
    await owner.postFields('/n/harbor/employees', [
      ['name', 'Late'],
      ['email', 'late@example.com'],
      ['roles', 'employee'],
    ]);
    const link = linkIn((await app.mail('invitation', 'late@example.com')).text);
    expect((await new Visitor(app).get(link)).status).toBe(200);
    const altered = `${link.slice(0, -1)}${link.endsWith('0') ? '1' : '0'}`;
    expect((await new Visitor(app).get(altered)).status).toBe(404);
    expect((await new Visitor(app).get(link.replace('/n/harbor/', '/n/twice/'))).status).toBe(404);
    app.clock.advance(7 * 24 * HOUR);
    expect((await new Visitor(app).get(link)).status).toBe(410);
    await signIn(owner, 'owner@harbor.example');
  });

  it('goes to an address once', async () => {
    const again = await owner.postFields('/n/harbor/employees', [
      ['name', 'Luis'],
      ['email', 'LUIS@example.com'],
      ['roles', 'employee'],
    ]);
    expect(again.status).toBe(409);
    expect(await textOf(again)).toContain('Somebody in this network has this e-mail address already');
  });

  it('leaves an address free when it was refused', async () => {
    const manager = await join(app, owner, 'harbor', 'manager@example.com', ['manager']);
    const refused = await manager.postFields('/n/harbor/employees', [
      ['name', 'Rex'],
      ['email', 'rex@example.com'],
      ['roles', 'owner'],
    ]);
    expect(refused.status).toBe(403);
    expect(
      (
        await manager.postFields('/n/harbor/employees', [
          ['name', 'Rex'],
          ['email', 'rex@example.com'],
          ['roles', 'finance'],
        ])
      ).status,
    ).toBe(303);
  });
});

describe('A role', () => {
  it('counts at the next click, and disabling ends every session', async () => {
    const person = await join(app, owner, 'harbor', 'mover@example.com', ['employee']);
    const page = await (await owner.get('/n/harbor/employees')).text();
    const id = /employees\/(emp_[0-9A-Z]{26})">[^<]*<\/a><br><span class="muted small">mover@example.com/.exec(page)![1]!;
    expect((await person.get('/n/harbor/locations')).status).toBe(403);
    await owner.postFields(`/n/harbor/employees/${id}/position`, [['roles', 'manager']]);
    expect((await person.get('/n/harbor/locations')).status).toBe(200);
    await owner.post(`/n/harbor/employees/${id}/standing`, { standing: 'disabled' });
    expect((await person.get('/n/harbor/locations')).status).toBe(303);
    expect((await signIn(new Visitor(app), 'mover@example.com')).status).toBe(422);
    await owner.post(`/n/harbor/employees/${id}/standing`, { standing: 'enabled' });
    expect((await signIn(person, 'mover@example.com')).status).toBe(303);
  });
});

describe('A lost password', () => {
  it('is reset by a mailed link, once, and ends every session', async () => {
    const person = await join(app, owner, 'harbor', 'forgetful@example.com', ['employee']);
    const known = await new Visitor(app).post('/password-reset', { email: 'Forgetful@example.com' });
    const unknown = await new Visitor(app).post('/password-reset', { email: 'stranger@example.com' });
    expect([known.status, known.headers.get('location')]).toEqual([unknown.status, unknown.headers.get('location')]);
    const link = linkIn((await app.mail('password-reset', 'forgetful@example.com')).text);
    expect(await app.mails('stranger@example.com')).toEqual([]);
    expect((await new Visitor(app).post(link, { password: 'short' })).status).toBe(422);
    expect((await new Visitor(app).post(link, { password: 'saffron bicycle window' })).status).toBe(303);
    expect((await new Visitor(app).post(link, { password: 'saffron bicycle window' })).status).toBe(404);
    expect((await person.get('/n/harbor')).status).toBe(303);
    expect((await signIn(new Visitor(app), 'forgetful@example.com')).status).toBe(422);
    expect((await signIn(new Visitor(app), 'forgetful@example.com', 'saffron bicycle window')).status).toBe(303);
  });

  it('has an hour', async () => {
    await new Visitor(app).post('/password-reset', { email: 'luis@example.com' });
    const link = linkIn((await app.mail('password-reset', 'luis@example.com')).text);
    app.clock.advance(HOUR);
    expect((await new Visitor(app).get(link)).status).toBe(410);
  });

  it('leaves no secret in the log', async () => {
    const { events } = await app.events.readAll({ limit: 10_000 });
    const text = events.map(({ data, metadata }) => data + metadata).join('\n');
    for (const { text: mail } of await app.mails()) expect(text.includes(linkIn(mail).split('/').at(-1)!)).toBe(false);
    expect(text.includes('$argon2')).toBe(false);
    expect(text.match(/[\w.]+@[\w.]+/g)).toBeNull();
  });
});

describe('A password of one’s own', () => {
  it('is changed with the old one, and every other session ends', async () => {
    const here = await join(app, owner, 'harbor', 'changer@example.com', ['employee']);
    const there = new Visitor(app);
    await signIn(there, 'changer@example.com');
    const wrong = await here.post('/n/harbor/account/password', { current: 'not mine at all', password: 'saffron bicycle window' });
    expect(wrong.status).toBe(422);
    expect((await here.post('/n/harbor/account/password', { current: PASSWORD, password: 'saffron bicycle window' })).status).toBe(303);
    expect((await here.get('/n/harbor/account')).status).toBe(200);
    expect((await there.get('/n/harbor/account')).status).toBe(303);
  });
});

describe('A session', () => {
  it('is listed and ended from another one, but not by somebody else', async () => {
    const here = await join(app, owner, 'harbor', 'two@example.com', ['employee']);
    const there = new Visitor(app);
    await signIn(there, 'two@example.com');
    const key = field(await (await here.get('/n/harbor/account')).text(), 'session');
    await owner.post('/n/harbor/account/ended-sessions', { session: key });
    expect((await there.get('/n/harbor/account')).status).toBe(200);
    await here.post('/n/harbor/account/ended-sessions', { session: key });
    expect((await there.get('/n/harbor/account')).status).toBe(303);
    expect((await here.get('/n/harbor/account')).status).toBe(200);
  });
});

describe('A second factor', () => {
  it('is asked for after the password; a code works once, even when it comes twice at the same moment', async () => {
    const person = await join(app, owner, 'harbor', 'careful@example.com', ['finance']);
    const { secret } = await enrol(person, '/n/harbor/account/second-factor');
    app.clock.advance(MINUTE);

    const half = new Visitor(app);
    expect((await signIn(half, 'careful@example.com')).headers.get('location')).toBe('/sign-in/second-factor?next=%2Fn%2Fharbor');
    expect((await half.get('/n/harbor')).status).toBe(303);
    expect((await half.post('/sign-in/second-factor', { code: '000000', next: '/n/harbor' })).status).toBe(422);

    const twin = new Visitor(app);
    await signIn(twin, 'careful@example.com');
    const code = codeAt(secret);
    const answers = await Promise.all([half, twin].map((each) => each.post('/sign-in/second-factor', { code, next: '/n/harbor' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422]);

    const later = new Visitor(app);
    await signIn(later, 'careful@example.com');
    expect((await later.post('/sign-in/second-factor', { code, next: '' })).status).toBe(422);
    app.clock.advance(MINUTE);
    expect((await later.post('/sign-in/second-factor', { code: codeAt(secret), next: '' })).status).toBe(303);
    expect((await later.get('/n/harbor')).status).toBe(200);
  });

  it('changes the session’s key: one that somebody else saw or planted before the code opens nothing after it', async () => {
    const person = await join(app, owner, 'harbor', 'fixed@example.com', ['employee']);
    const { secret } = await enrol(person, '/n/harbor/account/second-factor');
    app.clock.advance(MINUTE);

    const victim = new Visitor(app);
    await signIn(victim, 'fixed@example.com');
    const watcher = victim.copy();
    expect((await watcher.get('/sign-in/second-factor')).status).toBe(200);
    expect((await victim.post('/sign-in/second-factor', { code: codeAt(secret), next: '' })).status).toBe(303);
    expect(victim.session).not.toBe(watcher.session);
    expect((await victim.get('/n/harbor')).status).toBe(200);
    expect((await watcher.get('/n/harbor')).status).toBe(303);
    expect((await watcher.get('/sign-in/second-factor')).headers.get('location')).toBe('/sign-in');

    app.clock.advance(MINUTE);
    const planter = new Visitor(app);
    await signIn(planter, 'fixed@example.com');
    const planted = planter.copy();
    await signIn(planted, 'fixed@example.com');
    expect((await planted.post('/sign-in/second-factor', { code: codeAt(secret), next: '' })).status).toBe(303);
    expect((await planted.get('/n/harbor')).status).toBe(200);
    expect((await planter.get('/n/harbor')).status).toBe(303);
    expect((await planter.get('/sign-in/second-factor')).headers.get('location')).toBe('/sign-in');
  });

  it('is neither set up nor taken off by whoever finds an open session and does not know the password', async () => {
    const person = await join(app, owner, 'harbor', 'away@example.com', ['employee']);
    const path = '/n/harbor/account/second-factor';
    const html = await (await person.get(path)).text();
    const proposed = { proposal: field(html, 'proposal'), code: codeAt(secretIn(html)) };
    const refused = await person.post(path, { ...proposed, ownPassword: 'not the password at all' });
    expect([refused.status, (await refused.text()).includes('autocomplete="current-password"')]).toEqual([422, true]);
    expect((await person.post(path, proposed)).status).toBe(422);
    await enrol(person, path);
    for (const ownPassword of ['', 'not the password at all'])
      expect((await person.post(`${path}/removal`, { ownPassword })).status).toBe(422);
    expect((await signIn(new Visitor(app), 'away@example.com')).headers.get('location')).toMatch(/^\/sign-in\/second-factor/);
  });

  it('ends every other session when it is set up and when it is taken off', async () => {
    const person = await join(app, owner, 'harbor', 'thorough@example.com', ['employee']);
    const change: Record<string, () => Promise<unknown>> = {
      'set up': () => enrol(person, '/n/harbor/account/second-factor'),
      'taken off': () => person.post('/n/harbor/account/second-factor/removal', { ownPassword: PASSWORD }),
    };
    for (const [what, make] of Object.entries(change)) {
      const elsewhere = person.copy();
      expect((await elsewhere.get('/n/harbor')).status).toBe(200);
      await make();
      expect([what, (await person.get('/n/harbor')).status, (await elsewhere.get('/n/harbor')).status]).toEqual([what, 200, 303]);
    }
    const elsewhere = new Visitor(app);
    expect((await signIn(elsewhere, 'thorough@example.com')).headers.get('location')).toBe('/n/harbor');
    await enrol(person, '/n/harbor/account/second-factor');
    expect((await elsewhere.get('/n/harbor')).status).toBe(303);
  });

  it('is guessed six times and no more', async () => {
    const person = await join(app, owner, 'harbor', 'guessed@example.com', ['employee']);
    const { secret } = await enrol(person, '/n/harbor/account/second-factor');
    app.clock.advance(MINUTE);
    const thief = new Visitor(app);
    await signIn(thief, 'guessed@example.com');
    const tries = await Promise.all(Array.from({ length: 9 }, () => thief.post('/sign-in/second-factor', { code: '111111', next: '' })));
    expect(tries.filter(({ status }) => status === 429)).toHaveLength(3);
    expect((await thief.post('/sign-in/second-factor', { code: codeAt(secret), next: '' })).status).toBe(429);
  });

  it('opens with a recovery code, once', async () => {
    const person = await join(app, owner, 'harbor', 'phoneless@example.com', ['employee']);
    const { recovery } = await enrol(person, '/n/harbor/account/second-factor');
    expect(recovery).toHaveLength(10);
    const first = new Visitor(app);
    await signIn(first, 'phoneless@example.com');
    expect((await first.post('/sign-in/second-factor', { code: recovery[0]!.toLowerCase(), next: '' })).status).toBe(303);
    const second = new Visitor(app);
    await signIn(second, 'phoneless@example.com');
    expect((await second.post('/sign-in/second-factor', { code: recovery[0]!, next: '' })).status).toBe(422);
  });

  it('is set up at the next sign-in where the network requires it, and can’t be taken off', async () => {
    const chief = await signUp(app, 'strict');
    const person = await join(app, chief, 'strict', 'strict@example.com', ['employee']);
    await chief.post('/n/strict/settings/second-factor', { secondFactor: 'required' });
    await person.post('/n/strict/sign-out');
    expect((await signIn(person, 'strict@example.com')).headers.get('location')).toMatch(/^\/sign-in\/enrolment/);
    expect((await person.get('/n/strict')).status).toBe(303);
    await enrol(person, '/sign-in/enrolment');
    expect((await person.get('/n/strict')).status).toBe(200);
    expect((await person.post('/n/strict/account/second-factor/removal', { ownPassword: PASSWORD })).status).toBe(409);
  });
});

describe('Two networks', () => {
  it('know nothing of each other', async () => {
    const other = await signUp(app, 'elsewhere');
    for (const path of ['', '/employees', '/locations', '/settings', '/account'])
      expect((await other.get(`/n/harbor${path}`)).status).toBe(404);
    expect((await other.get('/n/nowhere/settings')).status).toBe(404);
    const created = await owner.post('/n/harbor/locations', { name: 'Blue Door', email: 'blue@example.com', reference: 'M-1' });
    expect(created.status).toBe(303);
    const id = /locations\/(loc_[0-9A-Z]{26})/.exec(await (await owner.get('/n/harbor/locations')).text())![1]!;
    expect((await other.get(`/n/elsewhere/locations/${id}`)).status).toBe(404);
    expect((await other.post(`/n/elsewhere/locations/${id}/standing`, { standing: 'closed' })).status).toBe(404);
    expect((await owner.get(`/n/harbor/locations/${id}`)).status).toBe(200);
  });
});
