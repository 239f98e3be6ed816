import type { INestApplicationContext } from '@nestjs/common';
import { hash } from 'node:crypto';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Config } from '../platform/config';
import { verbs } from './verbs';
import type { Steps } from './verb';
import { type Failure, failureOf } from './failure';

/** What the command line asks the running process, in one line of JSON. */
export interface Question {
  readonly words: readonly string[];
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/** What it answers, a line each; the last is a result or a failure. */
export type Answer =
  { readonly progress: Steps } | { readonly text: string } | { readonly result: unknown } | { readonly failure: Failure };

const LONGEST_PATH = 100;

/** A socket in the data folder; where that path is longer than the system allows, one beside it in the system's folder for such things. */
export function socketPath(dataFolder: string): string {
  const path = join(dataFolder, 'largesse.sock');
  return path.length <= LONGEST_PATH ? path : join(tmpdir(), `largesse-${hash('sha256', dataFolder, 'hex').slice(0, 16)}.sock`);
}

/**
 * Opens the local socket of the running process. Whoever may read the data folder's owner-only files may use it: the file's mode is
 * its permission, and nothing on it is reachable from the network. Call the answer to close it.
 */
export async function openLocalSocket(app: INestApplicationContext, dataFolder: string): Promise<() => Promise<void>> {
  const path = socketPath(dataFolder);
  await mkdir(dataFolder, { recursive: true });
  await rm(path, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket));
    void converse(app, socket);
  });
  await listen(server, path);
  await chmod(path, 0o600);
  return async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
}

/** The file is made with the owner's rights only, so that nobody gets in between making it and `chmod`. */
async function listen(server: Server, path: string): Promise<void> {
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  } finally {
    process.umask(before);
  }
}

async function converse(app: INestApplicationContext, socket: Socket): Promise<void> {
  for await (const line of createInterface({ input: socket })) {
    const answer = (part: Answer) => say(socket, part);
    try {
      const question = JSON.parse(line) as Question;
      await answer({ result: await run(app, question, answer) });
    } catch (error) {
      await answer({ failure: failureOf(error) });
    }
    socket.end();
    return;
  }
}

function run(
  app: INestApplicationContext,
  { words, positionals, options }: Question,
  answer: (part: Answer) => Promise<void>,
): Promise<unknown> {
  const verb = verbs.find((each) => each.words.join(' ') === words.join(' '));
  if (!verb) throw new Error('The running process is of another version and does not know this verb');
  return verb.run({
    app,
    config: app.get(Config),
    positionals,
    options,
    progress: (progress) => void answer({ progress }),
    write: (text) => answer({ text }),
  });
}

/** Waits when the other side reads slowly, so that a long export does not pile up in memory. */
function say(socket: Socket, part: Answer): Promise<void> {
  if (socket.destroyed) return Promise.reject(new Error('The command line is gone'));
  return new Promise((resolve) => {
    if (socket.write(`${JSON.stringify(part)}\n`)) return resolve();
    socket.once('drain', resolve).once('close', resolve);
  });
}
