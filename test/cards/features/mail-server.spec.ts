import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { eventually, startApp, type TestApp } from '../../support/app';
import { worldOf, type Json, type World } from '../world';

/** A mail server that can be told what to answer, and stopped and started on its port. */
class PostOffice {
  readonly mails: { readonly to: string; readonly source: string }[] = [];
  answer: 'take' | 'refuse' | 'later' = 'take';
  port = 0;
  tries = 0;
  private server?: SMTPServer;

  async start(): Promise<void> {
    const server = (this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: ({ address }, _session, done) => {
        this.tries += 1;
        if (this.answer === 'take') return done();
        const [responseCode, words] = this.answer === 'refuse' ? [550, '5.1.1'] : [451, '4.3.0'];
        done(Object.assign(new Error(`${words} <${address}> is not served`), { responseCode }));
      },
      onData: (stream, { envelope }, done) => {
        const pieces: Buffer[] = [];
        stream.on('data', (piece: Buffer) => pieces.push(piece));
        stream.on('end', () => {
          for (const { address } of envelope.rcptTo) this.mails.push({ to: address, source: Buffer.concat(pieces).toString() });
          done();
        });
      },
    }));
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', () => resolve()));
    this.port = (server.server.address() as AddressInfo).port;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
  }

  to(address: string): readonly string[] {
    return this.mails.filter(({ to }) => to === address).map(({ source }) => source);
  }
}

const office = new PostOffice();
let app: TestApp;
let world: World;
beforeAll(async () => {
  await office.start();
  app = await startApp({ env: { SMTP_URL: `smtp://127.0.0.1:${office.port}` } });
  world = await worldOf(app);
});
afterAll(async () => {
  await app?.stop();
  await office.stop();
});

const see = async (id: string): Promise<Json> => (await world.get(`/v1/gift-cards/${id}`)).body;
const mailed = (id: string, state: string) =>
  eventually(async () => {
    const card = await see(id);
    return card.giftMail.state === state && card;
  }, `a gift mail that is ${state}`);
const sell = (address: string) => world.card({ deliver: 'now', recipient: { email: address } });

it('a refused gift mail shows as failed on the card, which stays pending; sending it again works', async () => {
  office.answer = 'refuse';
  const { id } = await sell('typo@example.com');
  const failed = await mailed(id, 'failed');
  expect(failed).toMatchObject({ status: 'pending', giftMail: { reason: '550 5.1.1' } });
  expect(office.to('typo@example.com')).toEqual([]);
  office.answer = 'take';
  expect(await world.post(`/v1/gift-cards/${id}/deliveries`)).toMatchObject({ status: 202, body: { giftMail: { state: 'queued' } } });
  expect(await mailed(id, 'sent')).toMatchObject({ status: 'active' });
  expect(office.to('typo@example.com')).toHaveLength(1);
});

it('a corrected address gets what the wrong one never did', async () => {
  office.answer = 'refuse';
  const { id, code } = await sell('wrong@example.com');
  await mailed(id, 'failed');
  office.answer = 'take';
  expect((await world.call('PUT', `/v1/gift-cards/${id}/recipient`, { email: 'right@example.com' })).status).toBe(200);
  await mailed(id, 'sent');
  expect(office.to('wrong@example.com')).toEqual([]);
  expect(office.to('right@example.com')).toHaveLength(1);
  expect(await world.call('POST', '/v1/gift-cards/lookup', { code })).toMatchObject({ status: 200, body: { id } });
});

it('a server that asks to come back later is asked again, and takes each mail once', async () => {
  office.answer = 'later';
  const before = office.tries;
  const { id } = await sell('later@example.com');
  await eventually(async () => office.tries > before + 1, 'a second try');
  expect(await see(id)).toMatchObject({ status: 'pending', giftMail: { state: 'queued' } });
  office.answer = 'take';
  await mailed(id, 'sent');
  expect(office.to('later@example.com')).toHaveLength(1);
});

it('a server that is down delays the gift and nothing else; when it is up, the gift goes out once', async () => {
  await office.stop();
  const { id } = await sell('down@example.com');
  const paid = await world.card({ recipient: undefined });
  const deduction = { amount: { amount: 100, currency: 'USD' }, locationId: world.locationId };
  expect((await world.post(`/v1/gift-cards/${paid.id}/deductions`, deduction)).status).toBe(201);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await see(id)).toMatchObject({ status: 'pending', giftMail: { state: 'queued' } });
  await office.start();
  await mailed(id, 'sent');
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(office.to('down@example.com')).toHaveLength(1);
});
