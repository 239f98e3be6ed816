import type { INestApplicationContext } from '@nestjs/common';
import type { Config } from '../platform/config';
import type { ParseArgsConfig } from 'node:util';

/** Exit codes, for scripts. They are in docs/operations.md too. */
export const exit = {
  /** Done, and what was asked holds. */
  done: 0,
  /** Done, but something does not hold: a verification found a difference, a store is not healthy. */
  doesNotHold: 1,
  /** The command line was not understood, or the configuration is wrong. */
  usage: 2,
  notFound: 3,
  /** A store or the running process did not answer in time; try again. */
  unavailable: 4,
  /** A rule refused it; the sentence says which. */
  refused: 5,
  /** A bug. */
  failed: 70,
} as const;

export interface Steps {
  /** What is being done: shown before the bar. */
  readonly label: string;
  readonly done: number;
  readonly of: number;
}

/** What a verb gets: the product (in this process or in the running one), what was typed, and how to tell what happens meanwhile. */
export interface Call {
  readonly app: INestApplicationContext;
  readonly config: Config;
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  progress(steps: Steps): void;
  /** Output that is too long to be one result: written as it comes. */
  write(text: string): Promise<void>;
}

export type OptionTable = NonNullable<ParseArgsConfig['options']>;

/** One thing that an operator or an auditor can ask for. `run` may happen in the running process; `show` is for the terminal. */
export interface Verb<Result = unknown> {
  readonly words: readonly string[];
  readonly summary: string;
  /** Names of what follows the verb; in brackets when it may be left out. */
  readonly positionals: readonly string[];
  readonly options: OptionTable;
  /**
   * Where it runs when not in the product: `here`, beside a running process or without one; `alone`, with the data folder to itself.
   * Such a verb gets no `app`.
   */
  readonly files?: 'here' | 'alone';
  run(call: Call): Promise<Result>;
  /** Lines for people. */
  show(result: Result): readonly string[];
  /** 0 unless the result says that something does not hold. */
  exitCode?(result: Result): number;
}

/** The command line as typed makes no sense: told with the usage. */
export class UsageError extends Error {}
