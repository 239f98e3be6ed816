import { Health } from '../../platform/telemetry/health';
import { Processors } from '../../platform/processors/processors';
import { Registry } from '../../platform/registry';
import { table } from '../terminal';
import { exit, UsageError, type Verb } from '../verb';

interface Checked {
  readonly name: string;
  readonly status: string;
  readonly sentence: string;
}

const health: Verb<readonly Checked[]> = {
  words: ['health'],
  summary: 'Says whether the stores and the processors can do their work, in the running process if there is one.',
  positionals: [],
  options: {},
  async run({ app }) {
    const results = await Promise.all(
      app
        .get(Health)
        .checks()
        .map((check) => check()),
    );
    return results.flatMap((result) =>
      Object.entries(result).map(([name, { status, message, warning }]) => ({ name, status, sentence: String(message ?? warning ?? '') })),
    );
  },
  show: (checks) =>
    table(
      ['check', 'status', ''],
      checks.map(({ name, status, sentence }) => [name, status, sentence]),
    ),
  exitCode: (checks) => (checks.every(({ status }) => status === 'up') ? exit.done : exit.doesNotHold),
};

const rebuild: Verb<readonly string[]> = {
  words: ['rebuild'],
  summary: 'Folds read models again from the log, all or one, beside those in use, and swaps them when they have caught up.',
  positionals: ['[MODEL]'],
  options: { fresh: { type: 'boolean' } },
  async run({ app, positionals: [model], options, progress }) {
    const known = app.get(Registry).projections.map(({ name }) => name);
    if (model !== undefined && !known.includes(model))
      throw new UsageError(`There is no read model ${model}. There are: ${known.join(', ')}.`);
    return app.get(Processors).rebuild(model === undefined ? undefined : [model], {
      fresh: options.fresh === true,
      onProgress: ({ position, head, phase, eventsPerSecond }) =>
        progress({
          label: phase === 'folding' ? `Folding, ${Math.round(eventsPerSecond)} events/s` : 'Building indexes',
          done: Math.min(position, head),
          of: head,
        }),
    });
  },
  show: (models) => [models.length === 0 ? 'Nothing to rebuild.' : `Rebuilt: ${models.join(', ')}`],
};

export const operationVerbs = [health, rebuild] as readonly Verb[];
