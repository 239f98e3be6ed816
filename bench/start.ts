/**
 * npm run bench:start [-- --events 1000000]: how long the product takes from the start of its process to its first answer, and how much
 * memory it holds then, on an embedded log of that size whose read models are up to date.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, median, thousands } from './machine';
import { residentMegabytes, type Server, startLargesse } from './processes';
import { eventsACard, fill, mixes } from './rebuild-log';

const { values: options } = parseArgs({
  options: { events: { type: 'string', default: '1000000' }, starts: { type: 'string', default: '3' } },
});
const SETTLES_WITHIN_MS = 30 * 60_000;

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
      if (size > 0) await fill(data, masterKey, mix, size / eventsACard(mix));
      const first = await startLargesse(data, { env });
      await settled(first);
      await first.stop();
      const starts: { startedIn: number; memory: number }[] = [];
      for (let i = 0; i < Number(options.starts); i++) {
        const server = await startLargesse(data, { env });
        starts.push({ startedIn: server.startedIn, memory: residentMegabytes(server.pid) });
        await server.stop();
      }
      if (size === 0) console.log(`\n${machine()}\n\n| events | to the first answer | memory then |\n|---|---|---|`);
      console.log(
        `| ${thousands(size)} | ${Math.round(median(starts.map(({ startedIn }) => startedIn)))} ms | ${median(starts.map(({ memory }) => memory))} MB |`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Read models have caught up with the log. */
async function settled({ url }: Server): Promise<void> {
  for (const until = performance.now() + SETTLES_WITHIN_MS; performance.now() < until;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const figure = (name: string): number => Number(new RegExp(`^largesse_${name} (\\S+)$`, 'm').exec(text)?.[1]);
    if (figure('projection_behind') === 0 && figure('projected') >= figure('log_head')) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('The read models did not catch up');
}

void main();
