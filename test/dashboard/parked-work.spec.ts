import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import { NetworkFacade } from '../../src/network/network.facade';
import { parkedFact } from '../../src/platform/processors/parked-work';
import { Processors } from '../../src/platform/processors/processors';
import { signUp, textOf, type Visitor } from '../network/visitor';
import { eventually, startApp, type TestApp } from '../support/app';
import { openPostOffice, type PostOffice } from '../support/post-office';

const POLICY = 'mail-the-invitation-when-an-employee-is-invited';

let app: TestApp;
let office: PostOffice;
let owner: Visitor;
let network: string;

/**
 * A mail server that is down, an invitation that can't be mailed, and a restart into a state where its policy has given up: waiting for
 * twelve real tries would take the better part of an hour.
 */
beforeAll(async () => {
  office = await openPostOffice();
  const folder = await mkdtemp(pathOf(tmpdir(), 'largesse-parked-'));
  const down = await startApp({ folder, env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
  const before = await signUp(down, 'harbor');
  expect((await before.postFields('/n/harbor/employees', invitation)).status).toBe(303);
  network = (await down.app.get(NetworkFacade).networkBySlug('harbor'))!.id;
  await park(down);
  await down.app.close();
  app = await startApp({ folder, env: { SMTP_URL: office.url } });
  owner = before.copy(app);
});
afterAll(async () => {
  await app?.stop();
  await office.close();
});

const invitation = [
  ['name', 'Luis Ortega'],
  ['email', 'luis@example.com'],
  ['roles', 'employee'],
] as const;

async function park({ app: down, events, clock }: TestApp): Promise<void> {
  const { events: all } = await events.readAll({ after: 0, prefixes: ['employee-'] });
  const invited = all.find(({ type }) => type === 'EmployeeInvited')!;
  const at = { network, stream: invited.stream, revision: invited.revision, position: invited.position, eventId: invited.id };
  const why = new Error('The mail server did not take the mail for luis@example.com');
  await down.get(Processors).parked.put(parkedFact(POLICY, at, invited.type, why, 12, clock.now()));
}

describe('Work that is stuck', () => {
  it('stands on the overview, with the way to it', async () => {
    const html = await (await owner.get('/n/harbor')).text();
    expect(html).toContain('One piece of work is stuck');
    expect(html).toContain('href="/n/harbor/parked-work"');
  });

  it('is told with what, why and since when, without an address', async () => {
    const text = await textOf(await owner.get('/n/harbor/parked-work'));
    expect(text).toContain('mail the invitation when an employee is invited');
    expect(text).toContain('The mail server did not take the mail');
    expect(text).not.toContain('luis@example.com');
    expect(await textOf(await owner.get('/n/harbor/parked-work?lang=fr'))).toContain('Réessayer');
    await owner.get('/n/harbor/parked-work?lang=en');
  });

  it('is nobody else’s: another network neither sees nor retries it', async () => {
    const stranger = await signUp(app, 'stranger');
    const path = retryPath(await (await owner.get('/n/harbor/parked-work')).text());
    expect(await textOf(await stranger.get('/n/stranger/parked-work'))).toContain('No work is stuck');
    expect((await stranger.post(path.replace('/harbor/', '/stranger/'))).status).toBe(404);
    const { data } = (await (await stranger.send('/v1/parked-work')).json()) as { data: unknown[] };
    expect(data).toEqual([]);
    expect(office.mails.filter(({ to }) => to === 'luis@example.com')).toEqual([]);
  });

  it('is in the API as on the page', async () => {
    const { data } = (await (await owner.send('/v1/parked-work')).json()) as { data: Record<string, unknown>[] };
    expect(data).toEqual([
      expect.objectContaining({ kind: 'policy', name: POLICY, event: 'EmployeeInvited', tries: 12, status: 'parked' }),
    ]);
    expect((await owner.send('/v1/parked-work/bm93aGVyZQ/retries', { method: 'POST' })).status).toBe(404);
  });

  it('is done when the button is pressed and the cause is mended, once', async () => {
    const path = retryPath(await (await owner.get('/n/harbor/parked-work')).text());
    expect((await owner.post(path)).status).toBe(303);
    await eventually(async () => office.mails.some(({ to }) => to === 'luis@example.com'), 'the invitation');
    await eventually(async () => (await app.app.get(Processors).parked.list(network)).length === 0, 'an end of what was stuck');
    const text = await textOf(await owner.get('/n/harbor/parked-work'));
    expect(text).toContain('No work is stuck');
    expect((await owner.post(path)).status).toBe(404);
    expect(office.mails.filter(({ to }) => to === 'luis@example.com')).toHaveLength(1);
  });

  it('is nothing that a clerk is shown', async () => {
    const accept = /https?:\/\/[^/\s]+(\/n\/\S+)/.exec(office.mails.find(({ to }) => to === 'luis@example.com')!.text)![1]!;
    const clerk = owner.copy();
    await clerk.post('/n/harbor/sign-out');
    await clerk.post(accept, { name: 'Luis Ortega', password: 'velvet anchor morning' });
    expect((await clerk.get('/n/harbor/parked-work')).status).toBe(403);
  });
});

const retryPath = (html: string): string => /action="(\/n\/harbor\/parked-work\/[^"]+\/retries)"/.exec(html)![1]!;
