/** Servers of a bench, each a process of its own, and what they cost: processor time is told by the kernel, thread by thread. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { median } from './machine';

const ROOT = join(__dirname, '..');
const TICK_MICROS = 10_000;
const PATIENCE_MS = 60_000;
const SETTLES_WITHIN_MS = 3 * 3_600_000;

export interface Server {
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from the start of the process to its first answer. */
  readonly startedIn: number;
  /** SIGTERM, and wait for its end. */
  stop(): Promise<void>;
  /** SIGKILL, and wait for its end. */
  kill(): Promise<void>;
}

export interface StartOptions {
  /** Arguments of node: options, the file and its own arguments. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Asked until it answers. */
  readonly ready?: string;
}

/** Starts a server that takes its port from `PORT`, and waits for its first answer. */
export async function startServer({ args, env = {}, ready = '/' }: StartOptions): Promise<Server> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const child = spawn(process.execPath, [...args], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port), HOST: '127.0.0.1', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await answers(child, url + ready, began);
  const end = (signal: NodeJS.Signals) => async (): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return { url, pid: child.pid!, startedIn: performance.now() - began, stop: end('SIGTERM'), kill: end('SIGKILL') };
}

/** The product itself, compiled, on an embedded store in `folder` unless `env` says otherwise. */
export const startLargesse = (
  folder: string,
  options: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Server> =>
  startServer({
    args: [...(options.args ?? []), 'dist/main.js'],
    env: { DATA_DIR: folder, LOG_LEVEL: 'error', DEMO: '0', PUBLIC_URL: 'http://largesse.test', ...options.env },
    ready: '/health/ready',
  });

/** Medians of so many starts on a folder whose read models are up to date: milliseconds to the first answer, megabytes held then. */
export async function starts(
  folder: string,
  env: Readonly<Record<string, string>>,
  times: number,
): Promise<{ readonly startedIn: number; readonly memory: number }> {
  const each: { startedIn: number; memory: number }[] = [];
  for (let i = 0; i < times; i++) {
    const server = await startLargesse(folder, { env });
    each.push({ startedIn: server.startedIn, memory: residentMegabytes(server.pid) });
    await server.stop();
  }
  return { startedIn: median(each.map(({ startedIn }) => startedIn)), memory: median(each.map(({ memory }) => memory)) };
}

/** Read models have caught up with the log. */
export async function settled({ url }: Server): Promise<void> {
  for (const until = performance.now() + SETTLES_WITHIN_MS; performance.now() < until;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const figure = (name: string): number => Number(new RegExp(`^largesse_${name} (\\S+)$`, 'm').exec(text)?.[1]);
    if (figure('projection_behind') === 0 && figure('projected') >= figure('log_head')) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('The read models did not catch up');
}

/** A server written in TypeScript beside this file. */
export const startOwn = (file: string, env: Readonly<Record<string, string>> = {}): Promise<Server> =>
  startServer({ args: ['-r', './scripts/typescript.cjs', join('bench', file)], env });

async function answers(child: ChildProcess, url: string, began: number): Promise<void> {
  while (performance.now() - began < PATIENCE_MS) {
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} ended with ${child.exitCode}`);
    const ok = await fetch(url).then(
      ({ status }) => status < 500,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  child.kill('SIGKILL');
  throw new Error(`${url} did not answer`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export interface ProcessorTime {
  /** Microseconds of the event loop's thread. */
  readonly main: number;
  /** Microseconds of all threads together. */
  readonly all: number;
}

/** What a process has used up to now; zeros where there is no /proc. */
export function processorTime(pid: number): ProcessorTime {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => [Number(thread), micros(`/proc/${pid}/task/${thread}/stat`)] as const);
    return { main: threads.find(([thread]) => thread === pid)?.[1] ?? 0, all: threads.reduce((sum, [, each]) => sum + each, 0) };
  } catch {
    return { main: 0, all: 0 };
  }
}

function micros(file: string): number {
  const fields = readFileSync(file, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}

/** Resident memory in megabytes. */
export const residentMegabytes = (pid: number): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
