import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Answering, request } from './app';

const main = join(__dirname, '../../dist/main.js');
/** Deep enough below the first use that a loaded machine does not fail a start. */
const PATIENCE_MS = 60_000;

/** The product as it ships, in a process of its own. */
export interface RunningApp extends Answering {
  readonly child: ChildProcess;
  /** All that it has written to its standard streams. */
  written(): string;
  /** Asks it to stop; answers its exit code. */
  stop(): Promise<number | null>;
  /** As a power cut would. */
  kill(): Promise<void>;
}

/** Starts dist/main.js with these variables and nothing else, on a free port of this machine. */
export async function runApp(env: Readonly<Record<string, string>>): Promise<RunningApp> {
  const port = await freePort();
  const variables = { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), PUBLIC_URL: 'http://largesse.test', ...env };
  const child = spawn(process.execPath, [main], { env: variables, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let text = '';
  const listening = new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`The app did not listen in time: ${text}`)), PATIENCE_MS);
    void ended.then((code) => reject(new Error(`The app ended with ${code}: ${text}`)));
    const hear = (chunk: Buffer): void => {
      text += chunk.toString();
      if (!text.includes('"listening"')) return;
      clearTimeout(late);
      resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
  });
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  try {
    await listening;
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    child,
    request: (path, options) => request(url, path, options),
    written: () => text,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
