import { parseArgs } from 'node:util';
import { UsageError, type Verb } from './verb';

export interface Typed {
  readonly verb: Verb;
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly json: boolean;
}

/** @throws UsageError with a sentence that says what was not understood */
export function understand(verbs: readonly Verb[], argv: readonly string[]): Typed {
  const verb = [...verbs]
    .sort((a, b) => b.words.length - a.words.length)
    .find(({ words }) => words.every((word, index) => argv[index] === word));
  if (!verb) throw new UsageError(argv.length === 0 ? 'Say what to do.' : `There is no verb "${argv.slice(0, 2).join(' ')}".`);
  const { values, positionals } = parsed(verb, argv.slice(verb.words.length));
  const needed = verb.positionals.filter((name) => !name.startsWith('['));
  if (positionals.length < needed.length) throw new UsageError(`${needed[positionals.length]} is missing.\n${usageOf(verb)}`);
  if (positionals.length > verb.positionals.length) throw new UsageError(`"${positionals.at(-1)}" is one too many.\n${usageOf(verb)}`);
  const { json, ...options } = values as Typed['options'];
  return { verb, positionals, options, json: json === true };
}

function parsed(verb: Verb, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { ...verb.options, json: { type: 'boolean' } }, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usageOf(verb)}`);
  }
}

const optionText = ([name, { type }]: [string, { type: 'string' | 'boolean' }]) => (type === 'boolean' ? `[--${name}]` : `[--${name} …]`);

export const usageOf = ({ words, positionals, options }: Verb): string =>
  ['largesse', ...words, ...positionals, ...Object.entries(options).map(optionText), '[--json]'].join(' ');

export function help(verbs: readonly Verb[]): string {
  const entries = verbs.map((verb) => `  ${usageOf(verb)}\n      ${verb.summary}`);
  return [
    'Usage: largesse <verb>',
    '',
    ...entries,
    '',
    'The configuration is the environment, as for the server: docs/operations.md.',
  ].join('\n');
}
