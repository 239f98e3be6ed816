#!/usr/bin/env node
import 'reflect-metadata';
import { ask, knock, RemoteFailure } from './ask';
import { ConfigError, type Config, readConfig } from '../platform/config';
import { failureOf } from './failure';
import { socketPath } from './local-socket';
import { Terminal } from './terminal';
import { help, type Typed, understand } from './usage';
import { exit, UsageError, type Verb } from './verb';
import { verbs } from './verbs';

/** `largesse <verb>`: has the running process do it, or opens the stores itself when none runs. */
async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 0 || argv.includes('--help') || argv[0] === 'help') {
    process.stdout.write(`${help(verbs)}\n`);
    return argv.length === 0 ? exit.usage : exit.done;
  }
  const terminal = new Terminal(argv.includes('--json'));
  const awake = setInterval(() => undefined, 1_000); // what closes last holds nothing that would keep the process alive until it has
  try {
    const typed = understand(verbs, argv);
    const config = readConfig(process.env);
    const result = await perform(typed, config, terminal);
    await terminal.result(result === undefined ? [] : typed.verb.show(result), result);
    return typed.verb.exitCode?.(result) ?? exit.done;
  } catch (error) {
    return told(error, terminal);
  } finally {
    clearInterval(awake);
  }
}

async function perform({ verb, positionals, options }: Typed, config: Config, terminal: Terminal): Promise<unknown> {
  const running = verb.files === 'here' ? undefined : await knock(socketPath(config.dataFolder));
  if (running && verb.files === 'alone') {
    running.destroy();
    throw new UsageError(`A process runs on ${config.dataFolder}. Stop it first.`);
  }
  if (running) return ask(running, { words: verb.words, positionals, options }, terminal);
  return alone(verb, { positionals, options }, config, terminal);
}

/** Without the web, the policies and the scheduler: an audit must not send mail. */
async function alone(verb: Verb, typed: Pick<Typed, 'positionals' | 'options'>, config: Config, terminal: Terminal): Promise<unknown> {
  if (verb.files) return verb.run({ app: undefined as never, config, ...typed, progress: terminal.progress, write: terminal.write });
  const { createApp } = await import('../app.js');
  const app = await createApp({ ...config, logLevel: 'silent' }, { reacts: false });
  try {
    return await verb.run({ app, config, ...typed, progress: terminal.progress, write: terminal.write });
  } finally {
    await app.close();
  }
}

function told(error: unknown, terminal: Terminal): number {
  if (error instanceof ConfigError) {
    terminal.failure('configuration', error.sentences.join('\n'));
    return exit.usage;
  }
  const failure = error instanceof RemoteFailure ? error.failure : failureOf(error);
  terminal.failure(failure.code, error instanceof UsageError ? `${failure.sentence}\nlargesse --help lists every verb.` : failure.sentence);
  return failure.exitCode;
}

// Whoever reads may stop reading: `largesse audit export | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? exit.done : exit.failed));

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = exit.failed;
  },
);
