import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentSchema } from '../../src/kernel/upcasting';
import { splitHash, verifyChain } from '../../src/platform/event-store/chain';
import { Codec } from '../../src/platform/event-store/codec';
import { registry } from '../../src/registry';
import { CHECKSUMS, checksumOf, FOLDER, goldenEvent, goldenFiles } from './golden-events';

/** Reads what was stored in the schema it was written in, before any step to a newer one. */
const asWritten = new Codec({ personal: registry.personal, upcasts: {} });
const asNow = new Codec(registry);
const keysOf = (keys: Readonly<Record<string, string>>) =>
  new Map(Object.entries(keys).map(([subject, key]) => [subject, Buffer.from(key, 'base64')]));

it('every fact has a golden file of its current shape (npm run golden writes the missing ones)', () => {
  const wanted = [...registry.factOwner.keys()].map((type) => `${type}.v${currentSchema(registry.upcasts, type)}.json`);
  expect(wanted.length).toBeGreaterThan(40);
  expect(wanted.filter((name) => !goldenFiles().includes(name))).toEqual([]);
});

it('no golden file was ever edited, removed or slipped in', () => {
  const listed = readFileSync(join(FOLDER, CHECKSUMS), 'utf8').trim().split('\n').sort();
  expect(goldenFiles().map(checksumOf).sort()).toEqual(listed);
});

describe.each(goldenFiles())('%s', (name) => {
  const { stored, keys, written } = goldenEvent(name);

  it('says what it said when it was written', () => {
    const schema = Number(/\.v(\d+)\./.exec(name)![1]);
    expect((JSON.parse(stored.metadata) as { schema: number }).schema).toBe(schema);
    const decoder = schema === 1 ? asWritten : asNow;
    expect(decoder.decode({ ...stored, metadata: stored.metadata }, keysOf(keys)).fact).toEqual({ type: stored.type, data: written });
  });

  it('is read by this version', () => {
    const aggregate = registry.aggregates.get(registry.factOwner.get(stored.type)!);
    expect(aggregate?.facts).toContain(stored.type);
    expect(asNow.decode(stored, keysOf(keys)).fact.data).toBeInstanceOf(Object);
  });

  it('holds its hash', () => {
    expect(splitHash(stored.metadata)).toBeDefined();
    expect(verifyChain(stored.stream, [stored])).toMatchObject({ whole: true });
  });

  it('keeps people to itself without their keys', () => {
    const text = JSON.stringify(asNow.decode(stored).fact.data);
    for (const secret of peopleIn(written)) expect(stored.data + text).not.toContain(secret);
  });
});

/** The personal values of a fact, wherever they stand. */
function peopleIn(node: unknown): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('subject' in node && 'value' in node) return [String(node.value)];
  return Object.values(node).flatMap(peopleIn);
}
