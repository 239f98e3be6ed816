// Runs jest with what it is given, says aloud what was not run and how to run it, and closes with `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closingLine, readResults } from './results.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const journeys = process.argv.includes('--journeys');
const rest = process.argv.slice(2).filter((argument) => argument !== '--journeys');
const results = join(root, '.cache', 'results', journeys ? 'journeys.json' : 'tests.json');

mkdirSync(dirname(results), { recursive: true });
rmSync(results, { force: true });
const jest = spawnSync(
  process.execPath,
  [join(root, 'node_modules/jest/bin/jest.js'), '--json', `--outputFile=${results}`, ...(journeys ? ['test/journeys'] : []), ...rest],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...(journeys ? { JOURNEYS: '1' } : {}) } },
);
const outcome = readResults(results);
for (const name of outcome.skipped) console.log(`SKIPPED  ${name}`);
for (const sentence of journeys ? [] : notRun(process.env)) console.log(`NOT RUN  ${sentence}`);
for (const name of outcome.failures) console.log(`FAILED  ${name}`);
console.log(closingLine(outcome));
process.exitCode = jest.status === 0 && outcome.failed === 0 && outcome.passed > 0 ? 0 : 1;

function notRun(env) {
  return [
    'The browser journeys (they need chromium): npm run test:journeys',
    ...(env.EVENTSTORE_URL
      ? []
      : ['The event store contract on a real EventStoreDB: EVENTSTORE_URL=esdb://127.0.0.1:2113?tls=false npm test']),
    ...(env.MONGODB_URL ? [] : ['The read store contract on a MongoDB server: MONGODB_URL=mongodb://127.0.0.1:27017/largesse npm test']),
    'The crash proof: npm run prove:crash',
  ];
}
