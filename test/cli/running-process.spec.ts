import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalSocket, socketPath } from '../../src/cli/local-socket';
import { registry } from '../../src/registry';
import { worldOf } from '../cards/world';
import { startApp, type TestApp } from '../support/app';

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const main = join(__dirname, '../../dist/cli/main.js');
const models = registry.projections.map(({ name }) => name).sort();

let app: TestApp;
let closeSocket: () => Promise<void>;
let cardId: string;

beforeAll(async () => {
  app = await startApp();
  closeSocket = await openLocalSocket(app.app, app.folder);
  const world = await worldOf(app);
  cardId = (await world.card()).id;
});
afterAll(async () => {
  await closeSocket?.();
  await app?.stop();
});

/** The command line in a process of its own, which must not wait for this one: this one serves. */
function largesse(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const variables = { PATH: process.env.PATH, DATA_DIR: app.folder, ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env: variables }, (error, stdout, stderr) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });
}

/** As if standard error were a terminal. */
async function onTerminal(args: readonly string[]): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'largesse-terminal-'));
  try {
    const preload = join(folder, 'terminal.cjs');
    await writeFile(preload, 'process.stderr.isTTY = true; process.stderr.columns = 100;');
    return await largesse(args, { NODE_OPTIONS: `--require=${preload}` });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('beside a process that serves', () => {
  it('has that process answer, through a socket that only its owner may use', async () => {
    expect((await stat(socketPath(app.folder))).mode & 0o777).toBe(0o600);
    const { status, stdout } = await largesse(['audit', 'stream', cardId, '--json']);
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { type: string }[])[0]).toMatchObject({ type: 'CardIssued', revision: 0 });
  });

  it('tells refusals and wrong usage with the same exit codes', async () => {
    expect(await largesse(['audit', 'stream', 'card_nobody'])).toMatchObject({ status: 3, stderr: 'There is nothing here.\n' });
    const unknown = await largesse(['rebuild', 'no-such-model', '--json']);
    expect(unknown.status).toBe(2);
    expect(JSON.parse(unknown.stderr)).toEqual({ error: { code: 'usage', sentence: expect.stringContaining('card-list') as string } });
  });

  it('refuses what needs the data folder to itself', async () => {
    const { status, stderr } = await largesse(['restore', join(app.folder, 'nowhere')]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('Stop it first.')]);
  });

  it('rebuilds every read model while it serves; a program reads the result and no bar', async () => {
    const { status, stdout, stderr } = await largesse(['rebuild', '--json']);
    expect([status, stderr]).toEqual([0, '']);
    expect((JSON.parse(stdout) as string[]).sort()).toEqual(models);
    expect((await app.request('/health/ready')).status).toBe(200);
  });

  it('draws a bar on a terminal, and the result below it', async () => {
    const { status, stdout, stderr } = await onTerminal(['rebuild', 'card-list', '--fresh']);
    expect([status, stdout]).toEqual([0, 'Rebuilt: card-list\n']);
    expect(stderr).toMatch(/(Folding, \d+ events\/s|Building indexes) \[.+\] \d+%/);
  });

  it('is healthy', async () => {
    const { status, stdout } = await largesse(['health', '--json']);
    expect([status, JSON.parse(stdout)]).toEqual([
      0,
      ['eventStore', 'readStore', 'disk', 'processors', 'mail'].map((name) => expect.objectContaining({ name, status: 'up' }) as object),
    ]);
  });

  it('ends with 1 when something is down, and says what', async () => {
    const check = jest.spyOn(app.events, 'check').mockRejectedValue(new Error('The disk is gone.'));
    try {
      const { status, stdout } = await largesse(['health']);
      expect([status, stdout]).toEqual([1, expect.stringMatching(/^eventStore +down +The disk is gone\.$/m)]);
    } finally {
      check.mockRestore();
    }
  });
});

describe('with no process running', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'largesse-alone-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const alone = (env: Readonly<Record<string, string>>, ...args: string[]) =>
    spawnSync(process.execPath, [main, ...args], { env: { PATH: process.env.PATH, DATA_DIR: folder, ...env }, encoding: 'utf8' });

  it('opens the stores itself', () => {
    expect(alone({}, 'health')).toMatchObject({ status: 0, stderr: '' });
    expect(alone({}, 'rebuild', '--json')).toMatchObject({ status: 0 });
  });

  it('a socket that a killed process left behind is no process', async () => {
    await writeFile(socketPath(folder), '');
    await chmod(socketPath(folder), 0o600);
    expect(alone({}, 'health', '--json').status).toBe(0);
  });

  it('ends with 2 and sentences when the configuration is wrong', () => {
    const { status, stderr } = alone({ PORT: 'eighty' }, 'health', '--json');
    expect(status).toBe(2);
    expect(JSON.parse(stderr)).toEqual({ error: { code: 'configuration', sentence: expect.stringContaining('PORT') as string } });
  });

  it('ends with 4 when a server does not answer', () => {
    const { status, stderr } = alone(
      { MONGODB_URL: 'mongodb://127.0.0.1:1/largesse', MASTER_KEY: Buffer.alloc(32, 7).toString('base64') },
      'health',
    );
    expect([status, stderr]).toEqual([4, expect.stringContaining('does not answer')]);
  });
});
