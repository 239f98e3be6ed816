import { connect } from 'node:net';
import { PASSWORD, signIn, signUp, Visitor } from '../../network/visitor';
import { worldOf, type World } from '../../cards/world';
import { eventually, startApp, type TestApp } from '../../support/app';

let app: TestApp;
let world: World;
beforeAll(async () => {
  app = await startApp();
  world = await worldOf(app);
});
afterAll(() => app?.stop());

/** The bytes as they are, on a connection of their own; answers the first line and all of it. */
function raw(request: string | Buffer): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(request));
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('close', () => resolve({ status: Number(text.slice(9, 12)), text }));
    socket.on('error', reject);
  });
}
const post = (body: Buffer | string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> => {
  const bytes = Buffer.from(body);
  const all = {
    host: 'largesse.test',
    connection: 'close',
    authorization: `Bearer ${world.key}`,
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    'idempotency-key': crypto.randomUUID(),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return raw(Buffer.concat([Buffer.from(`POST /v1/gift-cards HTTP/1.1\r\n${head.join('')}\r\n`), bytes]));
};
const order = (name: Buffer | string): Buffer =>
  Buffer.concat([
    Buffer.from('{"value":{"amount":5000,"currency":"USD"},"deliver":"none","buyer":{"email":"a@example.com","name":"'),
    Buffer.from(name),
    Buffer.from('"}}'),
  ]);
const lives = async (): Promise<boolean> => (await app.request('/health/live')).status === 200;

describe('a body', () => {
  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a character', [0xf0, 0x9f]],
    ['a surrogate in UTF-8', [0xed, 0xa0, 0x80]],
  ])('that is no UTF-8 is refused: %s', async (_, bytes) => {
    const { status } = await post(order(Buffer.from([0x42, ...bytes, 0x42])));
    expect([400, 422]).toContain(status);
  });

  it('in UTF-8 with a byte order mark, or in another character set, is refused or read as what it says', async () => {
    const { status, text } = await post(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), order('Bo')]));
    expect([201, 400]).toContain(status);
    expect(text).not.toContain('\u00ef\u00bb\u00bf');
    expect((await post(Buffer.from(order('Bo').toString(), 'utf16le'))).status).toBe(400);
  });

  it('that names a field twice counts once, the last one, as its answer says', async () => {
    const { status, text } = await post(order('Bo","name":"Cy'));
    expect([status, JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)).buyer.name]).toEqual([201, 'Cy']);
    const forged = await post(
      '{"value":{"amount":5000,"currency":"USD"},"deliver":"none","buyer":{"email":"a@example.com"},"__proto__":{"x":1}}',
    );
    expect(forged.status).toBe(400);
    expect((await post('{"constructor":{"prototype":{"x":1}}}')).status).toBe(400);
  });

  it('that is deep, long or wide is refused in little time', async () => {
    const began = Date.now();
    const bodies = [
      '['.repeat(500_000),
      `{"buyer":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
      `{${wide(60_000)}}`,
      `"${'x'.repeat(1_000_000)}"`,
    ];
    for (const body of bodies) expect([400, 413, 422]).toContain((await post(body)).status);
    expect((await post('x'.repeat(1_100_000))).status).toBe(413);
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(await lives()).toBe(true);
  });

  it('whose length is not what was said is refused', async () => {
    expect((await post(order('Bo'), { 'content-length': '12' })).status).toBe(400);
    expect((await post(order('Bo'), { 'content-length': '-1' })).status).toBe(400);
    expect((await post(order('Bo'), { 'transfer-encoding': 'chunked' })).status).toBe(400);
    expect(await lives()).toBe(true);
  });

  const wide = (fields: number): string => Array.from({ length: fields }, (_, i) => `"f${i}":1`).join();
});

describe('a head', () => {
  it('that is huge is refused before anything is done', async () => {
    const line = 'GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n';
    expect((await raw(`${line}x: ${'y'.repeat(100_000)}\r\n\r\n`)).status).toBe(431);
    expect((await raw(`${line}${Array.from({ length: 5_000 }, (_, i) => `x-${i}: y\r\n`).join('')}\r\n`)).status).toBe(431);
    expect((await raw(`GET /${'y'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`)).status).toBe(431);
    expect(await lives()).toBe(true);
  });

  it('cannot carry a line more into an answer', async () => {
    const { text } = await raw(
      'GET /v1/gift-cards HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-request-id: abcdefgh%0d%0aset-cookie:a=b\r\n\r\n',
    );
    expect(text.toLowerCase()).not.toContain('set-cookie');
    const answer = await app.request('/sign-in?next=%0d%0aset-cookie:%20a=b&lang=fr%0d%0ax:y');
    expect(answer.headers.get('x')).toBeNull();
    const bent = await app.request('/sign-in', { form: { email: 'a@example.com', password: 'x', next: '/\r\nset-cookie: a=b' } });
    expect(bent.headers.get('set-cookie') ?? '').not.toContain('a=b');
  });
});

describe('an id in a path', () => {
  const odd = [
    '%00',
    'card_%00',
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e%2f',
    '%c0%ae%c0%ae',
    '%ff%fe',
    '%E0%A4%A',
    '%u0041',
    'card_01JD8Z4M2Q7RXK3V5T9WBN6CHG%0a',
    'card_01JD8Z4M2Q7RXK3V5T9WBN6CHG%20',
    'card_01jd8z4m2q7rxk3v5t9wbn6chg',
    'constructor',
    '__proto__',
    'x'.repeat(400),
    "'%20OR%201=1--",
    '%F0%9F%8E%81',
  ];
  it.each(odd)('is answered as unknown, never with an error of ours: %s', async (id) => {
    const get = async (path: string, headers: Record<string, string> = {}): Promise<number> => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      return (await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${lines.join('')}\r\n`)).status;
    };
    const key = { authorization: `Bearer ${world.key}` };
    for (const path of [
      `/v1/gift-cards/${id}`,
      `/v1/gift-cards/${id}/activities`,
      `/v1/deduction-requests/${id}`,
      `/v1/gift-card-imports/${id}`,
    ])
      expect([path, [400, 404, 414].includes(await get(path, key))]).toEqual([path, true]);
    for (const path of [`/c/${id}`, `/stop/${id}`, `/n/${id}/balance`, `/problems/${id}`, `/assets/${id}`])
      expect([path, [400, 404, 414].includes(await get(path))]).toEqual([path, true]);
  });
});

describe('what a caller says of itself', () => {
  const guess = (from: string): Promise<Response> =>
    app.request('/v1/locations', {
      headers: { authorization: 'Bearer lg_wrong', 'x-forwarded-for': from, 'x-real-ip': from, forwarded: `for=${from}` },
    });

  it('does not count as its address: who guesses is held up under every name', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 200 && statuses.at(-1) !== 429; i += 1) statuses.push((await guess(`10.1.${i}.7`)).status);
    expect(statuses.at(-1)).toBe(429);
    expect((await app.request('/metrics', { headers: { 'x-forwarded-for': '127.0.0.1' } })).status).toBe(404);
  });

  it('does not make links: Host and X-Forwarded-Host are read by nobody', async () => {
    const evil = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'gopher',
      forwarded: 'host=evil.example',
    };
    await signUp(app, 'linked', 'ida@linked.example');
    const lines = Object.entries({
      ...evil,
      connection: 'close',
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    });
    const body = 'email=ida%40linked.example';
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const { text } = await raw(`POST /password-reset HTTP/1.1\r\n${head}content-length: ${body.length}\r\n\r\n${body}`);
    expect(text).toContain('303');
    expect(text).not.toContain('evil.example');
    const mail = await app.mail('password-reset', 'ida@linked.example');
    expect(mail.text).toContain('http://largesse.test/n/linked/password-reset/');
    expect(mail.text + mail.html).not.toContain('evil');
    const page = await raw(`GET /sign-in HTTP/1.1\r\n${head}\r\n`);
    expect(page.text).not.toContain('evil.example');
  });
});

describe('a session', () => {
  const planted = 'PLANTEDPLANTEDPLANTEDPLANTED0000';

  it('that somebody else chose is worth nothing, before a sign-in and after', async () => {
    await signUp(app, 'fixed', 'fay@fixed.example');
    const cookie = `session=${planted}`;
    const form = { email: 'fay@fixed.example', password: PASSWORD, next: '' };
    const answer = await app.request('/sign-in', { form, headers: { cookie } });
    expect(answer.status).toBe(303);
    const given = answer.headers.getSetCookie().find((line) => line.startsWith('session='))!;
    expect(given).not.toContain(planted);
    expect(given).toMatch(/HttpOnly/i);
    expect(given).toMatch(/SameSite=Lax/i);
    expect((await app.request('/n/fixed', { headers: { cookie } })).status).toBe(303);
  });

  it('that was open before is closed by signing in again, and by signing out', async () => {
    const before = new Visitor(app);
    await signIn(before, 'fay@fixed.example');
    const stolen = before.copy();
    expect((await stolen.get('/n/fixed')).status).toBe(200);
    await signIn(before, 'fay@fixed.example');
    expect((await stolen.get('/n/fixed')).status).toBe(303);
    const again = before.copy();
    await before.post('/n/fixed/sign-out');
    expect(await eventually(async () => (await again.get('/n/fixed')).status === 303, 'a closed session')).toBe(true);
  });
});

describe('behind a proxy', () => {
  it('an address counts as the proxy added it, not by what it was sent', async () => {
    const behind = await startApp({ env: { TRUST_PROXY: '1' } });
    try {
      const ask = (forwarded: string) =>
        behind.request('/v1/locations', { headers: { authorization: 'Bearer lg_wrong', 'x-forwarded-for': forwarded } });
      const statuses: number[] = [];
      for (let i = 0; i < 200 && statuses.at(-1) !== 429; i += 1) statuses.push((await ask(`10.2.${i}.7, 203.0.113.9`)).status);
      expect(statuses.at(-1)).toBe(429);
      expect((await ask('10.2.0.7, 203.0.113.10')).status).toBe(401);
    } finally {
      await behind.stop();
    }
  });
});
