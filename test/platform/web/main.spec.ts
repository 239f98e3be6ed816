import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(__dirname, '../../../dist/main.js');

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const start = (env: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [main], { env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', ...env }, stdio: 'pipe' });

const end = (child: ChildProcess): Promise<Ended> =>
  new Promise((resolve) => {
    let [out, err] = ['', ''];
    child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('exit', (code) => resolve({ code, out, err }));
  });

describe('the process', () => {
  it('says what is wrong with its configuration, a sentence a variable, and does not start', async () => {
    const { code, err } = await end(
      start({ PORT: 'many', PUBLIC_URL: 'gifts.example', EVENTSTORE_URL: 'http://x', LOG_LEVEL: 'loud', MASTER_KEY: 'short' }),
    );
    expect(code).toBe(1);
    for (const variable of ['PORT', 'PUBLIC_URL', 'EVENTSTORE_URL', 'LOG_LEVEL', 'MASTER_KEY']) expect(err).toContain(variable);
    expect(err).not.toContain('    at ');
  });

  it('starts, holds its data folder, and stops cleanly when it is asked to', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'largesse-main-'));
    const child = start({ DATA_DIR: folder });
    const ended = end(child);
    await new Promise<void>((resolve) => child.stdout!.on('data', (chunk: Buffer) => chunk.includes('listening') && resolve()));
    const second = await end(start({ DATA_DIR: folder }));
    expect([second.code, second.err]).toEqual([1, expect.stringContaining(`in use by process ${child.pid}`)]);
    expect(second.err).not.toContain('    at ');
    child.kill('SIGTERM');
    const { code, out, err } = await ended;
    expect([code, err]).toEqual([0, '']);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { msg: string }).msg),
    ).toContain('stopping');
    await rm(folder, { recursive: true, force: true });
  });
});
