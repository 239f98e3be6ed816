import Database from 'better-sqlite3';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerificationReport } from '../../src/audit';
import { type Demo, demoIn } from '../../src/cli/demo/seed';
import { readConfig } from '../../src/platform/config';
import { startApp } from '../support/app';

jest.setTimeout(180_000);

/** A small demo network, told once; each test works on a copy of its folder. */
const home = mkdtempSync(join(tmpdir(), 'largesse-audit-'));
let demo: Demo;

beforeAll(async () => {
  demo = await demoIn(readConfig({ DATA_DIR: join(home, 'demo'), PUBLIC_URL: 'http://largesse.test' }), () => undefined, 10);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function copy(name: string, change: (folder: string) => void = () => undefined): string {
  const folder = join(home, name);
  cpSync(demo.folder, folder, { recursive: true });
  change(folder);
  return folder;
}

function largesse(folder: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, DATA_DIR: folder, EVENTSTORE_URL: '', MONGODB_URL: '' };
  return spawnSync(process.execPath, [join(__dirname, '../../dist/cli/main.js'), ...args], { env, encoding: 'utf8' });
}

const verified = (folder: string) => {
  const { status, stdout } = largesse(folder, 'audit', 'verify', '--json');
  return { status, report: JSON.parse(stdout) as VerificationReport };
};

function alter(folder: string, file: string, statement: string): void {
  const database = new Database(join(folder, file));
  const { changes } = database.prepare(statement).run();
  database.close();
  if (changes === 0) throw new Error(`Nothing was altered: ${statement}`);
}

it('holds for a log as it was written, with all its cards', () => {
  const { status, report } = verified(copy('whole'));
  expect([status, report.holds, report.brokenChains, report.moneyComplaints]).toEqual([0, true, [], []]);
  expect(report.events).toBeGreaterThan(60);
  expect(report.models.find(({ model }) => model === 'card-list')).toMatchObject({ documents: 10, differing: [], behind: false });
});

it('is told with redemptions on two devices, two payments that wait and a link for another device', () => {
  const database = new Database(join(demo.folder, 'events.db'), { readonly: true });
  const of = (type: string) => (database.prepare('select data from events where type = ?').pluck().all(type) as string[]).map(String);
  const devices = of('DeviceActivated').map((data) => (JSON.parse(data) as { deviceId: string }).deviceId);
  const redeemed = of('RedemptionStarted');
  expect(devices.map((id) => redeemed.some((data) => data.includes(id)))).toEqual([true, true]);
  expect([redeemed.some((data) => data.includes('"kind":"items"')), of('PosPaymentReported').length]).toEqual([true, 2]);
  database.close();
  expect(demo.till?.link).toMatch(/^http:\/\/largesse\.test\/n\/harbor-street\/activate\/loc_\w+\.link_\w+\.\w+$/);
});

it('finds an event whose amount was altered, and names it', () => {
  const folder = copy('altered', (each) =>
    alter(
      each,
      'events.db',
      `update events set data = replace(data, '"balance":{"amount":', '"balance":{"amount":9') where type = 'FundsDeducted'`,
    ),
  );
  const { status, report } = verified(folder);
  expect([status, report.holds]).toEqual([1, false]);
  expect(report.brokenChains[0]).toMatchObject({
    stream: expect.stringMatching(/^giftCard-card_/) as string,
    sentence: 'The event is not what was written.',
  });
  expect(report.moneyComplaints.length).toBeGreaterThan(0);
});

it('finds an event that was taken out of the middle', () => {
  const { status, report } = verified(copy('gap', (each) => alter(each, 'events.db', `delete from events where type = 'CardDelivered'`)));
  expect(status).toBe(1);
  expect(report.brokenChains.map(({ sentence }) => sentence)).toContain('An event is missing before this one.');
});

it('tells scripts what happened by the exit code', () => {
  const folder = copy('codes');
  expect(largesse(folder, 'audit', 'stream', 'card_nobody').status).toBe(3);
  expect(largesse(folder, 'audit', 'stream').status).toBe(2);
  expect(largesse(folder, 'rebuild', 'no-such-model').status).toBe(2);
  const exported = largesse(folder, 'audit', 'export').stdout.trim().split('\n');
  expect(JSON.parse(exported.at(-1)!)).toMatchObject({ end: { events: exported.length - 1 } });
});

it('restores a network with its cards from a backup, and all of it holds', () => {
  const folder = copy('lived-on');
  const kept = join(home, 'backup');
  const before = verified(folder).report;
  expect(largesse(folder, 'backup', kept).status).toBe(0);
  const other = join(home, 'restored');
  const { status, stdout, stderr } = largesse(other, 'restore', kept, '--json');
  expect([status, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({ erasedAgain: 0 });
  const after = verified(other);
  expect([after.status, after.report.holds]).toEqual([0, true]);
  const { events, streams, moneyStreams } = before;
  expect(after.report).toMatchObject({ events, streams, moneyStreams });
  expect(after.report.models.find(({ model }) => model === 'card-list')).toMatchObject({ documents: 10, differing: [], behind: false });
});

it('gives a network its own streams and feed only, people only to those who may see them', async () => {
  const app = await startApp({ folder: copy('api') });
  try {
    const headers = { authorization: `Bearer ${demo.shopKey}` };
    const feed = (await (await app.request('/v1/events?limit=100&kind=giftCard', { headers })).json()) as {
      data: { stream: string }[];
      next: string;
    };
    expect(feed.data.length).toBeGreaterThan(20);
    const more = await app.request(`/v1/events?limit=100&kind=giftCard&after=${feed.next}`, { headers });
    expect(((await more.json()) as { data: { stream: string }[] }).data).not.toContainEqual(feed.data[0]);
    const stream = await app.request(`/v1/streams/${feed.data[0]!.stream}/events`, { headers });
    expect(((await stream.json()) as { data: { revision: number }[] }).data[0]).toMatchObject({ revision: 0, type: 'CardIssued' });
    expect((await app.request('/v1/streams/giftCard-card_nobody/events', { headers })).status).toBe(404);
    expect((await app.request('/v1/events', { headers: {} })).status).toBe(401);
    expect((await app.request('/v1/events?limit=5000', { headers })).status).toBe(422);
  } finally {
    await app.stop();
  }
});
