import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DataFolder, DataFolderInUse } from '../../src/platform/data-folder';

const compiledFile = join(__dirname, '../../dist/platform/data-folder.js');

/** Another process that holds the folder until it is killed. */
async function holder(folder: string) {
  const opens = `require(${JSON.stringify(compiledFile)}).DataFolder.open(${JSON.stringify(folder)})`;
  const script = `${opens}.then((held) => { console.log('held'); setInterval(() => held, 1e6); })`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => createInterface(child.stdout).once('line', resolve));
  const kill = () =>
    new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill('SIGKILL');
    });
  return { pid: child.pid, kill };
}

describe('The data folder', () => {
  let parent: string;
  let folder: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'largesse-folder-'));
    folder = join(parent, 'a', 'data');
  });
  afterEach(() => rm(parent, { recursive: true }));

  it('is made for its owner only', async () => {
    const held = await DataFolder.open(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    held.release();
  });

  it('makes its master key once, for its owner only', async () => {
    const held = await DataFolder.open(folder);
    const key = await held.masterKey();
    expect(key).toHaveLength(32);
    expect((await stat(held.files.masterKey)).mode & 0o777).toBe(0o600);
    expect(await held.masterKey()).toEqual(key);
    expect((await readFile(held.files.masterKey, 'utf8')).trim()).toBe(key.toString('base64'));
    await writeFile(held.files.masterKey, 'short');
    await expect(held.masterKey()).rejects.toThrow('should hold 32 bytes');
    held.release();
  });

  it('belongs to one at a time, in one process too', async () => {
    const held = await DataFolder.open(folder);
    await expect(DataFolder.open(folder)).rejects.toThrow(`${folder} is in use by process ${process.pid} since 20`);
    await expect(DataFolder.open(folder)).rejects.toBeInstanceOf(DataFolderInUse);
    held.release();
    (await DataFolder.open(folder)).release();
  });

  it('names the process that has it, and is free as soon as that one is killed', async () => {
    const other = await holder(folder);
    await expect(DataFolder.open(folder)).rejects.toThrow(`is in use by process ${other.pid} since`);
    await other.kill();
    (await DataFolder.open(folder)).release();
  });
});
