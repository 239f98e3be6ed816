import { hash } from 'node:crypto';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentSchema } from '../../src/kernel/upcasting';
import { Codec } from '../../src/platform/event-store/codec';
import { registry } from '../../src/registry';
import { CHECKSUMS, checksumOf, FOLDER, type GoldenEvent, goldenEvent } from './golden-events';
import { samples, variants } from './golden-samples';

/**
 * `npm run golden`: writes a file for each fact whose current shape has none yet. What is there is left alone, for ever. Facts that were
 * first written when each personal value was sealed by itself get a second file, `….together.json`, of how they are sealed since.
 */
const codec = new Codec(registry);
const context = {
  network: 'net_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  actor: { kind: 'employee', id: 'emp_01JD8Z4M2Q7RXK3V5T9WBN6CHG' },
  at: '2026-11-22T09:30:00.000Z',
  correlation: 'req_0123456789abcdef',
  causation: '0d7a8b3c-6f0e-5a41-9c52-1f2e3d4c5b6a',
  requestId: 'req_0123456789abcdef',
  requestHash: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
} as const;

const SEALED_ONE_BY_ONE = /"sealed":"[\w-]+"/;

/** The file that is missing, if one is. */
function missing(type: string): string | undefined {
  const name = `${type}.v${currentSchema(registry.upcasts, type)}`;
  if (!existsSync(join(FOLDER, `${name}.json`))) return `${name}.json`;
  const { keys, stored } = goldenEvent(`${name}.json`);
  if (Object.keys(keys).length === 0 || !SEALED_ONE_BY_ONE.test(stored.data)) return undefined;
  return existsSync(join(FOLDER, `${name}.together.json`)) ? undefined : `${name}.together.json`;
}

for (const type of registry.factOwner.keys()) {
  const file = missing(type);
  if (!file) continue;
  const data = samples[type];
  if (!data) throw new Error(`${type} has no sample in golden-samples.ts`);
  write(file, { type, data });
}
for (const [name, data] of Object.entries(variants)) {
  if (!existsSync(join(FOLDER, `${name}.json`))) write(`${name}.json`, { type: name.slice(0, name.indexOf('.')), data });
}

function write(file: string, fact: { readonly type: string; readonly data: object }): void {
  const subjects = [...(codec.subjectsIn(fact)?.keys() ?? [])];
  const keys = new Map(subjects.map((subject) => [subject, hash('sha256', subject, 'buffer')]));
  const stream = `${registry.factOwner.get(fact.type)}-golden`;
  const command = { ...context, commandId: `cmd_${fact.type}` };
  const [event] = codec.encode(stream, command, [fact], context.at, { revision: -1, hash: '' }, keys);
  const golden: GoldenEvent = {
    stored: { ...event!, stream, revision: 0, position: 1 },
    keys: Object.fromEntries([...keys].map(([subject, key]) => [subject, key.toString('base64')])),
    written: fact.data,
  };
  writeFileSync(join(FOLDER, file), `${JSON.stringify(golden, null, 2)}\n`);
  appendFileSync(join(FOLDER, CHECKSUMS), `${checksumOf(file)}\n`);
}
