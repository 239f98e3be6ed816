/**
 * npm run bench:page
 *
 * What Lighthouse says of the redemption screen, on an activated device, as a phone and as a desk see it. Needs chromium (CHROME_PATH where
 * it is not in the path) and the registry: Lighthouse is fetched when it is asked for, nothing else needs it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machine } from './machine';
import { startLargesse } from './processes';
import { openShop } from './redeem-shop';

const LIGHTHOUSE = 'lighthouse@12.8.2';
const AIM = 0.95;
const FLAGS = '--chrome-flags=--headless=new --no-sandbox --disable-gpu';

interface Report {
  readonly categories: Readonly<Record<string, { readonly title: string; readonly score: number }>>;
  readonly audits: Readonly<Record<string, { readonly numericValue?: number; readonly displayValue?: string }>>;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'largesse-page-'));
  const about = machine();
  try {
    const shop = await openShop({ folder: join(folder, 'data'), cards: 1, devices: 1, value: 5000 });
    const headers = join(folder, 'headers.json');
    writeFileSync(headers, JSON.stringify({ cookie: shop.devices[0] }));
    const server = await startLargesse(join(folder, 'data'));
    try {
      console.log(`${about}\n\n| redemption screen | score of 100 | bytes | largest paint |\n|---|---|---|---|`);
      for (const seen of ['phone', 'desk'] as const) tell(seen, look(`${server.url}/n/${shop.slug}/redeem`, seen, headers, folder));
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function look(url: string, seen: 'phone' | 'desk', headers: string, folder: string): Report {
  const report = join(folder, `${seen}.json`);
  const how = ['--quiet', '--output=json', `--output-path=${report}`, `--extra-headers=${headers}`, FLAGS];
  if (seen === 'desk') how.push('--preset=desktop');
  const CHROME_PATH = process.env.CHROME_PATH ?? execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
  execFileSync('npx', ['--yes', LIGHTHOUSE, url, ...how], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, CHROME_PATH } });
  return JSON.parse(readFileSync(report, 'utf8')) as Report;
}

function tell(seen: string, { categories, audits }: Report): void {
  const scores = Object.values(categories).map(({ title, score }) => `${title} ${Math.round(score * 100)}`);
  const bytes = audits['total-byte-weight']?.numericValue;
  console.log(`| ${seen} | ${scores.join(', ')} | ${bytes} | ${audits['largest-contentful-paint']?.displayValue} |`);
  if (Object.values(categories).some(({ score }) => score < AIM)) process.exitCode = 1;
}

void main();
