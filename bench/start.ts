/**
 * npm run bench:start [-- --events 1000000]: how long the product takes from the start of its process to its first answer, and how much
 * memory it holds then, on an embedded log of that size whose read models are up to date.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, thousands } from './machine';
import { settled, startLargesse, starts } from './processes';
import { eventsACard, fill, mixes } from './rebuild-log';

const { values: options } = parseArgs({
  options: { events: { type: 'string', default: '1000000' }, starts: { type: 'string', default: '3' } },
});

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'largesse-start-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  const masterKey = randomBytes(32);
  const env = { MASTER_KEY: masterKey.toString('base64') };
  const mix = mixes.at(-1)!;
  const events = Math.floor(Number(options.events) / eventsACard(mix)) * eventsACard(mix);
  try {
    for (const size of [0, events]) {
      if (size > 0) await fill({ folder: data, masterKey, mix, cards: size / eventsACard(mix) });
      const first = await startLargesse(data, { env });
      await settled(first);
      await first.stop();
      const { startedIn, memory } = await starts(data, env, Number(options.starts));
      if (size === 0) console.log(`\n${machine()}\n\n| events | to the first answer | memory then |\n|---|---|---|`);
      console.log(`| ${thousands(size)} | ${thousands(startedIn)} ms | ${memory} MB |`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
