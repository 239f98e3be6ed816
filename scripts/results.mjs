// What test runs came to. A suite that could not even start counts as one failure: it must not vanish from the sum.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @returns {{ passed: number, failed: number, skipped: string[], failures: string[] }} a missing or broken file is one failure */
export function readResults(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: [], failures: [`${file} was never written`] };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites = 0, testResults = [] } = JSON.parse(readFileSync(file, 'utf8'));
  const cases = testResults.flatMap((suite) => suite.assertionResults ?? []);
  return {
    passed: numPassedTests,
    failed: numFailedTests + numRuntimeErrorTestSuites,
    failures: testResults.flatMap(failuresOf),
    skipped: cases.filter(({ status }) => status === 'pending' || status === 'todo').map(({ fullName }) => fullName),
  };
}

function failuresOf({ name, status, assertionResults = [] }) {
  const failed = assertionResults.filter((each) => each.status === 'failed').map(({ fullName }) => fullName);
  const file = relative(process.cwd(), name);
  return status === 'failed' && failed.length === 0 ? [`${file} could not run`] : failed.map((test) => `${file} › ${test}`);
}

/** The plain line that a build server reads; it must stand alone on its line. */
export const closingLine = ({ passed, failed }) => `${passed} passed, ${failed} failed`;

// `node scripts/results.mjs FILE…` prints the sum of several runs.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sum = process.argv.slice(2).map(readResults);
  const total = { passed: sum.reduce((n, { passed }) => n + passed, 0), failed: sum.reduce((n, { failed }) => n + failed, 0) };
  console.log(closingLine(total));
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
}
