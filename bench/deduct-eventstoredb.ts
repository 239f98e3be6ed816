/** Deductions over HTTP on an EventStoreDB, against what its own client appends one by one with as many in flight. */
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ledger } from './ledger';
import { CONNECTIONS, load } from './load';
import { machine, median, thousands } from './machine';
import { startLargesse } from './processes';
import { seed } from './seed';

const STREAMS = 1000;

export async function againstEventStoreDb(url: string, rounds: number, requests: number, cards: number): Promise<void> {
  const about = machine();
  const folder = mkdtempSync(join(tmpdir(), 'largesse-eventstoredb-'));
  const env = { EVENTSTORE_URL: url };
  const client = EventStoreDBClient.connectionString(url);
  try {
    const shop = await seed(folder, cards, env);
    const server = await startLargesse(folder, { env });
    const ledger = new Ledger();
    const pairs: { appended: number; deducted: number }[] = [];
    for (let round = 0; round <= rounds; round++) {
      const appended = await appendRate(client, requests);
      const outcome = await load({ ...shop, url: server.url, requests });
      if (outcome.bad > 0) throw new Error(`${outcome.bad} requests were not answered well: ${JSON.stringify(outcome.statuses)}`);
      ledger.took(shop.cards, outcome.good);
      if (round > 0) pairs.push({ appended, deducted: outcome.perSecond });
    }
    await ledger.verify(server.url, shop);
    await server.stop();
    const ratio = median(pairs.map(({ appended, deducted }) => deducted / appended));
    console.log(`\n${about}; medians of ${rounds} rounds of ${thousands(requests)}, ${CONNECTIONS} in flight\n`);
    console.log('| what | a second | of the client |\n|---|---|---|');
    console.log(`| the client alone, one append a call | ${thousands(median(pairs.map(({ appended }) => appended)))} | 1 |`);
    console.log(`| deduct over HTTP | ${thousands(median(pairs.map(({ deducted }) => deducted)))} | ${ratio.toFixed(2)} |`);
  } finally {
    await client.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Events of a deduction's size on as many streams as there are cards. */
async function appendRate(client: EventStoreDBClient, appends: number): Promise<number> {
  const run = randomUUID();
  const filler = 'x'.repeat(300);
  let next = 0;
  const began = performance.now();
  const one = async (): Promise<void> => {
    while (next < appends) {
      const stream = `bench-${run}-${next++ % STREAMS}`;
      const event = jsonEvent({ type: 'FundsDeducted', data: { filler }, metadata: { filler } });
      await client.appendToStream(stream, event);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  return appends / ((performance.now() - began) / 1000);
}
