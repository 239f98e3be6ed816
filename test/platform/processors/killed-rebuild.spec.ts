import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Generations } from '../../../src/platform/processors/generations';
import { counters, Processing } from '../../support/processing';

const { counterList, sums } = counters;
const MODELS = [counterList, sums];
let at: Processing;

beforeEach(async () => void (at = await Processing.open()));
afterEach(() => at.remove());

/** Rebuilds in a process of its own, which dies at the nth call of this method of its store. */
async function killedAt(method: string, nth: number): Promise<void> {
  await at.close();
  const script = join(__dirname, '../../support/killed-rebuild.js');
  const child = spawn(process.execPath, [script, at.folder, at.masterKey.toString('hex'), method, String(nth)], { stdio: 'inherit' });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect([code, signal]).toEqual([null, 'SIGKILL']);
  at = await Processing.open(at.folder, at.masterKey, at.clock);
}

const generation = async (): Promise<number> => (await new Generations(at.store).pointers(['sums'])).get('sums')?.generation ?? 0;

it.each([
  ['replace', 2],
  ['replace', 9],
  ['replace', 24],
  ['buildIndexes', 1],
  ['buildIndexes', 3],
] as const)('A rebuild killed at its %s no. %i leaves the live models alone, and the next one comes to the same', async (method, nth) => {
  let last = 0;
  for (let n = 0; n < 60; n++) last = n % 6 === 0 ? await at.openCounter(`c${n}`) : await at.raise(`c${n - (n % 6)}`, n % 13 || 1);
  last = await at.write('z', { type: 'PersonErased', data: { subject: 'owner-c12' } });
  await at.rebuild();
  const documents = async () => Promise.all(MODELS.map((model) => at.documents(model, last)));
  const [expected, served] = [await documents(), await generation()];
  expect(expected[0]).toMatchObject({ c0: { owner: { value: 'Sam' } }, c12: { owner: { erased: true } } });

  await killedAt(method, nth);
  expect([await documents(), await generation()]).toEqual([expected, served]);

  await at.rebuild();
  expect([await documents(), await generation()]).toEqual([expected, served + 1]);
  const live = at.project();
  last = await at.raise('c0', 7);
  expect((await documents())[0]).toMatchObject({ c0: { times: (expected[0]!.c0 as { times: number }).times + 1 } });
  await live.stop();
});
