import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mailbox } from '../../../src/platform/mail/mailbox';
import { Mailer, type Mail } from '../../../src/platform/mail/mailer';
import { facesOf } from '../../../src/platform/mail/mails';
import { SqliteReadStore } from '../../../src/platform/read-store/sqlite';
import { VaultKeys } from '../../../src/platform/security/vault-keys';
import { SettableClock } from '../../support/fakes';
import { masterKey } from '../../support/stores';
import { startWeb, type WebApp } from '../../support/web';

const mail: Mail = {
  id: 'gift:card_1:1',
  network: 'net_1',
  kind: 'gift',
  to: { name: 'Dana', address: 'dana@example.com' },
  subject: 'A gift <b>for you</b>',
  html: '<html><head></head><body><img src="cid:qr"><script>alert(1)</script></body></html>',
  text: 'A gift for you',
  images: [{ cid: 'qr', filename: 'card.png', png: Buffer.from('89504e47', 'hex') }],
};

describe('the mailbox', () => {
  let web: WebApp;
  beforeAll(async () => {
    web = await startWeb([]);
    const mailer = web.app.get(Mailer);
    await mailer.send(mail);
    await mailer.send({ ...mail, subject: 'the same mail again' });
    await mailer.send({ ...mail, id: 'gift:card_2:1', network: 'net_2', subject: 'Elsewhere' });
  });
  afterAll(() => web.stop());

  const get = (path: string, headers: Record<string, string> = {}) => fetch(web.url + path, { headers });

  it('keeps each mail once and shows it, escaped', async () => {
    const html = await (await get('/dev/mailbox')).text();
    expect(html).toContain('A gift &lt;b&gt;for you&lt;/b&gt;');
    expect(html).not.toContain('the same mail again');
    const one = await get(`/dev/mailbox/${encodeURIComponent(mail.id)}`);
    expect(await one.text()).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
    expect(one.headers.get('content-security-policy')).toContain("frame-src 'self'");
  });

  it('shows the HTML part where it can do nothing, pictures in place', async () => {
    const part = await get(`/dev/mailbox/${encodeURIComponent(mail.id)}/html`);
    const policy = part.headers.get('content-security-policy')!;
    expect(policy).toContain('sandbox');
    expect(policy).not.toContain('script-src');
    expect(await part.text()).toContain('<img src="data:image/png;base64,iVBORw==">');
  });

  it('is closed outside the demo, but for employees with the permission, who see their own network’s', async () => {
    const real = await startWeb([], {}, { DEMO: '0' });
    try {
      const mailer = real.app.get(Mailer);
      await mailer.send(mail);
      await mailer.send({ ...mail, id: 'gift:card_2:1', network: 'net_2', subject: 'Elsewhere' });
      const ask = async (path: string, headers: Record<string, string> = {}) => fetch(real.url + path, { headers });
      expect((await ask('/dev/mailbox')).status).toBe(404);
      expect((await ask('/dev/mailbox', { 'x-caller': 'nadia' })).status).toBe(404);
      const allowed = { 'x-caller': 'nadia', 'x-permissions': 'mailbox.view' };
      const html = await (await ask('/dev/mailbox', allowed)).text();
      expect([html.includes('A gift'), html.includes('Elsewhere')]).toEqual([true, false]);
      expect((await ask('/dev/mailbox/gift%3Acard_2%3A1', allowed)).status).toBe(404);
      expect((await ask('/design')).status).toBe(404);
    } finally {
      await real.stop();
    }
  });
});

describe('mails that a former version kept in clear', () => {
  const MONTH = 30 * 86_400_000;
  const clock = new SettableClock();
  const ids = Array.from({ length: 201 }, (_, n) => `gift:card_${n}:1`);
  const clear = { ...mail, at: clock.now(), images: [{ cid: 'qr', filename: 'card.png', png: 'iVBORw==' }] };
  let folder: string;
  let store: SqliteReadStore;
  let mailbox: Mailbox;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'largesse-mailbox-'));
    store = await SqliteReadStore.open({ folder, role: 'main', now: () => clock.millis() });
    mailbox = new Mailbox(store, clock, new VaultKeys(masterKey));
    await keepInClear(ids);
    clock.advance(MONTH / 2);
    await mailbox.open();
  });
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const keepInClear = (some: readonly string[]): Promise<void> =>
    store.putMany(
      'mailbox',
      some.map((id) => ({ key: id, doc: { ...clear, id, key: id }, expiresAt: Date.parse(clear.at) + MONTH })),
    );

  it('are all sealed when it opens, and read as before', async () => {
    expect(await store.list('mailbox', { limit: 1 })).toEqual([]);
    const stored = await store.list('sealed-mails', { limit: 500 });
    expect(stored).toHaveLength(ids.length);
    expect(JSON.stringify(stored)).not.toMatch(/dana@|gift for you/i);
    expect(await mailbox.read(ids[200]!)).toMatchObject({ ...clear, id: ids[200] });
  });

  it('are sealed once where a start was cut off, and forgotten with their person', async () => {
    await keepInClear(ids.slice(0, 3));
    await mailbox.open();
    expect(await mailbox.list({ to: ' DANA@example.com' }, 500)).toHaveLength(ids.length);
    await mailbox.forget('net_1', 'dana@example.com');
    expect(await mailbox.list()).toEqual([]);
  });

  it('are gone thirty days after they were mailed', async () => {
    await keepInClear(ids.slice(0, 1));
    await mailbox.open();
    clock.advance(MONTH / 2 - 1);
    expect(await mailbox.list()).toHaveLength(1);
    clock.advance(1);
    expect(await mailbox.list()).toEqual([]);
  });
});

describe('a brand in a mail', () => {
  const luminance = (colour: string): number => {
    const [r, g, b] = [1, 3, 5]
      .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const contrast = (a: string, b: string): number => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high! + 0.05) / (low! + 0.05);
  };

  it('is readable whatever the colour', () => {
    const steps = ['00', '33', '66', '99', 'cc', 'ff'];
    for (const r of steps) {
      for (const g of steps) {
        for (const b of steps) {
          const { face, onFace, link } = facesOf(`#${r}${g}${b}`);
          expect(contrast(face, onFace)).toBeGreaterThanOrEqual(4.5);
          expect(contrast(link, '#ffffff')).toBeGreaterThanOrEqual(5.4);
        }
      }
    }
  });
});
