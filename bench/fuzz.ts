/**
 * npm run fuzz:api: what docs/openapi.json says about the API is asked of the real server, rightly and wrongly, by schemathesis; each answer
 * must be one that the document tells. `SCHEMATHESIS` names the program. Arguments after `--` are the fuzzer's, and replace the phases.
 */
import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registry } from '../src/registry';
import { documentForFuzzer, type FuzzedShop } from './fuzz-document';
import { startLargesse } from './processes';
import { seed, type Shop } from './seed';

const CARDS = 12;
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
];
const BOUNDS = ['--phases', 'examples,coverage,fuzzing', '--max-examples', '6', '--no-shrink'];

async function main(program: string, bounds: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'largesse-fuzz-'));
  try {
    const shop = await seed(folder, CARDS, {}, registry.permissions);
    const server = await startLargesse(folder);
    try {
      const document = join(folder, 'openapi.json');
      const shipped = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as object;
      writeFileSync(document, JSON.stringify(documentForFuzzer(shipped, await furnish(server.url, shop))));
      const options = ['--url', server.url, '--header', `Authorization: Bearer ${shop.key}`, '--checks', CHECKS.join(',')];
      const same = ['--seed', '1', '--generation-deterministic', '--workers', '1'];
      const quiet = ['--generation-with-security-parameters', 'false', '--warnings', 'off', '--continue-on-failure', '--no-color'];
      return await run(program, ['run', document, ...options, ...same, ...quiet, ...bounds], folder);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function furnish(url: string, shop: Shop): Promise<FuzzedShop> {
  const ask = async (method: string, path: string, body: object): Promise<string> => {
    const headers = { authorization: `Bearer ${shop.key}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { id: string }).id;
  };
  const closable = await ask('POST', '/v1/locations', { name: 'Corner Shoes', email: 'hello@corner.example' });
  const closed = await ask('POST', '/v1/locations', { name: 'Old Mill Tea', email: 'hello@oldmill.example' });
  await ask('PUT', `/v1/locations/${closed}/standing`, { standing: 'closed' });
  const items: string[] = [];
  for (const name of ['Sourdough loaf', 'Rye loaf', 'Cinnamon roll', 'Coffee'])
    items.push(await ask('POST', `/v1/locations/${shop.locationId}/items`, { name, price: { amount: 450, currency: 'USD' } }));
  return { ...shop, closable, closed, items };
}

/** The folder is the fuzzer's own place too: what it leaves behind goes with it. */
function run(program: string, args: readonly string[], cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

main(process.env.SCHEMATHESIS ?? 'schemathesis', process.argv.length > 2 ? process.argv.slice(2) : BOUNDS).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
