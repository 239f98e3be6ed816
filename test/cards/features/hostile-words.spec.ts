import { inflateSync } from 'node:zlib';
import { csvLine } from '../../../src/platform/web/csv';
import { signUp, type Visitor } from '../../network/visitor';
import { eventually, startApp, type TestApp } from '../../support/app';
import { openPostOffice, type PostOffice } from '../../support/post-office';
import { NetworkFacade } from '../../../src/network';
import { worldOf, type World } from '../world';

/** Names, messages and references come from strangers, and end in mails, pages, PDFs and spreadsheets. */
const TAG = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'&{{network.name}}${7*7}';
const NAME = 'Bo" <thief@evil.example>, =?utf-8?q?x?= \\';
const MESSAGE = `Line one\r\nBcc: thief@evil.example\r\n\r\n${TAG}\n.\nQUIT`;

let office: PostOffice;
let app: TestApp;
let world: World;
let owner: Visitor;
beforeAll(async () => {
  office = await openPostOffice();
  app = await startApp({ env: { SMTP_URL: office.url } });
  owner = await signUp(app, 'hostile');
  const network = (await app.app.get(NetworkFacade).networkBySlug('hostile'))!.id;
  world = await worldOf(app, undefined, 'USD', { network, slug: 'hostile' });
});
afterAll(async () => {
  await app?.stop();
  await office?.close();
});

const sourceTo = async (to: string): Promise<string> =>
  (await eventually(async () => office.mails.find((mail) => mail.to === to), `a mail to ${to}`)).source;
const headersOf = (source: string): string => source.slice(0, source.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
const names = (source: string): string[] =>
  headersOf(source)
    .split('\r\n')
    .map((line) => line.split(':')[0]!.toLowerCase());

describe('a mail', () => {
  it('goes to one address, with no header more, whatever people are called', async () => {
    const plain = await sold('plain@example.com', { buyer: { email: 'amelie@example.com', name: 'Amélie' }, message: 'Hello' });
    const hostile = await sold('hostile@example.com', {
      buyer: { email: 'amelie@example.com', name: `${NAME} ${TAG}`.slice(0, 100) },
      recipient: { email: 'hostile@example.com', name: NAME },
      message: MESSAGE,
    });
    expect(names(hostile)).toEqual(names(plain));
    const to = /^To: (.*)$/im.exec(headersOf(hostile))![1]!;
    expect(to.match(/<[^>]*>/g)!.at(-1)).toBe('<hostile@example.com>');
    expect(to.replace(/"(\\.|[^"\\])*"/, '')).not.toContain('thief');
    expect(office.mails.filter((mail) => mail.to.includes('evil'))).toEqual([]);
  });

  it('shows words as words: nothing of them is markup or a template', async () => {
    const html = decoded(await sourceTo('hostile@example.com'), 'text/html');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toMatch(/<script|<img src=["']?x|onerror=alert\(2\)>/);
    expect(html).toContain('{{network.name}}');
    const text = decoded(await sourceTo('hostile@example.com'), 'text/plain');
    expect(text).toContain('<script>alert(1)</script>');
    expect(text).not.toContain('49');
  });

  async function sold(to: string, more: object): Promise<string> {
    const { status } = await world.post('/v1/gift-cards', {
      value: { amount: 5000, currency: 'USD' },
      recipient: { email: to, name: 'Bo Lund' },
      ...more,
    });
    expect(status).toBe(201);
    return sourceTo(to);
  }
});

describe('words that could be more than words are refused by name', () => {
  it.each([
    ['a line break in a name', { recipient: { email: 'x@example.com', name: 'Bo\r\nBcc: thief@evil.example' } }, '/recipient/name'],
    ['a line separator in a name', { recipient: { email: 'x@example.com', name: 'Bo\u2028x' } }, '/recipient/name'],
    ['a turned direction', { recipient: { email: 'x@example.com', name: 'Bo \u202Egnp.exe' } }, '/recipient/name'],
    ['half a character', { recipient: { email: 'x@example.com', name: 'Bo \ud83c' } }, '/recipient/name'],
    ['lost bytes', { recipient: { email: 'x@example.com', name: 'Bo \ufffd' } }, '/recipient/name'],
    ['a line break in a reference', { reference: 'order\r\n4711' }, '/reference'],
    ['a turned direction in a message', { message: 'pay \u2066here' }, '/message'],
    ['two addresses', { recipient: { email: 'x@example.com,thief@evil.example' } }, '/recipient/email'],
    ['an address with a header', { recipient: { email: 'x@example.com\nBcc: thief@evil.example' } }, '/recipient/email'],
    ['an address in angles', { recipient: { email: 'Bo <x@example.com>' } }, '/recipient/email'],
    ['a comment in an address', { recipient: { email: 'x(y)@example.com' } }, '/recipient/email'],
  ])('%s', async (_, more, pointer) => {
    const order = { value: { amount: 5000, currency: 'USD' }, buyer: { email: 'a@example.com' }, deliver: 'none', ...more };
    const { status, body } = await world.post('/v1/gift-cards', order);
    expect([status, body.errors?.map((each: { pointer: string }) => each.pointer)]).toEqual([422, [pointer]]);
  });

  it('also in a file of cards, at their line', async () => {
    const rows = ['Bo\u202Ex <bo@example.com>', '"Bo\nBcc: thief@evil.example <bo@example.com>"', 'Bo\u0007 <bo@example.com>'];
    const file = `buyer,recipient,amount\n${rows.map((recipient) => `a@example.com,${recipient},25.00`).join('\n')}\n`;
    const answer = await fetch(`${app.url}/v1/gift-card-imports`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.key}`, 'content-type': 'text/csv' },
      body: file,
    });
    expect(await answer.json()).toMatchObject({
      rows: 3,
      valid: 0,
      errors: [{ column: 'recipient' }, { column: 'recipient' }, { column: 'recipient' }],
    });
  });
});

describe('a spreadsheet', () => {
  it('is given no formula', () => {
    for (const begins of ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
      expect(csvLine([`${begins}HYPERLINK("https://evil.example")`])).toMatch(/^"?'/);
    expect(csvLine(['a,b', 'say "hi"', 'two\nlines', 'plain'])).toBe('"a,b","say ""hi""","two\nlines",plain\r\n');
  });

  it('holds cards with hostile names as one row each', async () => {
    await world.card({
      recipient: { email: 'sheet@example.com', name: "=cmd|' /C calc'!A0" },
      buyer: { email: 'b@example.com', name: '@SUM(1,2)' },
    });
    await app.caughtUp();
    const csv = await (await owner.get('/n/hostile/gift-cards/export.csv')).text();
    const row = csv.split('\r\n').find((line) => line.includes('sheet@example.com'))!;
    expect(row).toContain(`,'=cmd|' /C calc'!A0,`);
    expect(row).toContain(`,"'@SUM(1,2)",`);
  });
});

describe('a printed card', () => {
  it('is drawn and does nothing: no script, no link, no file in it', async () => {
    const page = await (
      await owner.post('/n/hostile/gift-cards/new', {
        amount: '25.00',
        'buyer.email': 'amelie@example.com',
        'recipient.name': ') Tj ET << /S /JavaScript /JS (app.alert(1)) >>',
        'recipient.email': 'paper@example.com',
        message: `) Tj ET endstream endobj << /OpenAction /Launch >> ${TAG}`,
        deliver: 'none',
        language: 'en',
        method: 'cash',
        once: crypto.randomUUID(),
      })
    ).text();
    const ticket = /name="ticket" value="([^"]+)"/.exec(page)![1]!;
    const cardId = /gift-cards\/(card_[0-9A-Z]{26})/.exec(page)![1]!;
    const pdf = Buffer.from(await (await owner.post(`/n/hostile/gift-cards/${cardId}/print`, { ticket })).arrayBuffer());
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const objects = pdf.toString('latin1').replace(/stream\r?\n[\s\S]*?endstream/g, '');
    expect(objects).not.toMatch(/JavaScript|\/JS\b|\/Launch|\/OpenAction|\/URI|\/EmbeddedFile|evil/);
    const drawn = [...pdf.toString('latin1').matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].map(([, body]) => inflated(body!));
    expect(drawn.join('\n')).toMatch(/\bTj|\bTJ/);
  });
});

function inflated(body: string): string {
  try {
    return inflateSync(Buffer.from(body, 'latin1')).toString('latin1');
  } catch {
    return '';
  }
}

/** A part of a mail as its reader sees it. */
function decoded(source: string, type: string): string {
  const part = source.split(/\r\n--/).find((each) => new RegExp(`^Content-Type: ${type}`, 'im').test(each))!;
  const body = part.slice(part.indexOf('\r\n\r\n') + 4);
  if (/^Content-Transfer-Encoding: base64/im.test(part)) return Buffer.from(body, 'base64').toString();
  const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
