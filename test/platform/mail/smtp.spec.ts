import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { MailRefused, type Mail } from '../../../src/platform/mail/mailer';
import { SmtpMailer } from '../../../src/platform/mail/smtp';

const mail: Mail = {
  id: 'gift:card_1:1',
  network: 'net_1',
  kind: 'gift',
  to: { name: 'Zoë, "the" Recipient', address: 'zoe@example.com' },
  from: { name: 'Harbor Street' },
  replyTo: 'help@harborstreet.example',
  subject: 'Marcus sent you a gift card – 100 $',
  html: '<p>Grüße <img src="cid:qr"></p>',
  text: 'Grüße',
  images: [{ cid: 'qr', filename: 'card.png', png: Buffer.from('89504e470d0a1a0a', 'hex') }],
};

interface Caught {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
}

let server: SMTPServer;
let caught: Caught[];
let url: string;
let answer: { code: number; text: string } | undefined;

beforeEach(async () => {
  caught = [];
  answer = undefined;
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => done(answer ? Object.assign(new Error(answer.text), { responseCode: answer.code }) : undefined),
    onData: (stream, { envelope }, done) => {
      let source = '';
      stream.on('data', (chunk: Buffer) => (source += chunk.toString()));
      stream.on('end', () => {
        caught.push({
          from: (envelope.mailFrom as { address: string }).address,
          to: envelope.rcptTo.map(({ address }) => address),
          source,
        });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

const sending = async (each: Mail = mail): Promise<void> => {
  const mailer = new SmtpMailer(url, 'gifts@largesse.example');
  try {
    await mailer.send(each);
  } finally {
    await mailer.close();
  }
};

describe('the mail server', () => {
  it('gets both parts, the picture, who it is from and where to answer', async () => {
    await sending();
    const [{ from, to, source }] = caught as [Caught];
    expect([from, to]).toEqual(['gifts@largesse.example', ['zoe@example.com']]);
    expect(source).toMatch(/^From: Harbor Street <gifts@largesse\.example>/m);
    expect(source).toMatch(/^Reply-To: help@harborstreet\.example/m);
    expect(source).toContain('Content-Type: text/plain; charset=utf-8');
    expect(source).toContain('Content-Type: text/html; charset=utf-8');
    expect(source).toContain('Content-Id: <qr>'.replace('Content-Id', source.includes('Content-ID') ? 'Content-ID' : 'Content-Id'));
    expect(source).toMatch(/^Auto-Submitted: auto-generated/m);
  });

  it('gets the same Message-ID for the same mail, another for another, and never our id', async () => {
    await sending();
    await sending();
    await sending({ ...mail, id: 'gift:card_1:2' });
    const ids = caught.map(({ source }) => /^Message-ID: <([^>]+)>/m.exec(source)?.[1]);
    expect(ids[0]).toMatch(/^[0-9a-f]{40}@largesse\.example$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(caught[0]!.source).not.toContain('gift:card_1');
  });

  it('cannot be given a second header by a name or a subject', async () => {
    await sending({
      ...mail,
      subject: 'Hi\r\nBcc: everybody@example.com',
      to: { name: 'X\r\nBcc: y@example.com', address: 'x@example.com' },
    });
    expect(caught[0]!.to).toEqual(['x@example.com']);
    expect(caught[0]!.source).not.toMatch(/^Bcc:/m);
  });

  it('refuses for good with 5xx: the code is told, the address is not', async () => {
    answer = { code: 550, text: '5.1.1 no such user zoe@example.com' };
    const failure = await sending().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MailRefused);
    expect((failure as MailRefused).reason).toMatch(/^550/);
    expect((failure as Error).message).not.toContain('zoe');
  });

  it('may say "later", or not be there: worth another try', async () => {
    answer = { code: 451, text: 'try later' };
    const later = await sending().catch((error: unknown) => error);
    expect(later).toBeInstanceOf(Error);
    expect(later).not.toBeInstanceOf(MailRefused);
    url = 'smtp://127.0.0.1:1';
    const absent = await sending().catch((error: unknown) => error);
    expect(absent).toBeInstanceOf(Error);
    expect(absent).not.toBeInstanceOf(MailRefused);
  });

  it('is checked for health', async () => {
    const mailer = new SmtpMailer(url, 'gifts@largesse.example');
    await expect(mailer.check()).resolves.toBeUndefined();
    await mailer.close();
    const absent = new SmtpMailer('smtp://127.0.0.1:1', 'gifts@largesse.example');
    await expect(absent.check()).rejects.toThrow(/SMTP_URL does not answer/);
    await absent.close();
  });
});
