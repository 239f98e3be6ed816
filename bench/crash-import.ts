/**
 * An import of cards through crashes: a file is uploaded and confirmed, and the server is killed again and again while it issues the rows. Each
 * start takes the import up by itself. At the end every row is a card, once, of its own amount, with a chain that is whole.
 */
import { join } from 'node:path';
import { type ChainEnd, verifyChain } from '../src/platform/event-store/chain';
import { SqliteEventStore } from '../src/platform/event-store/sqlite';
import { admitted } from './ledger';
import { type Server, startLargesse } from './processes';
import { seed, type Shop } from './seed';

const ROWS = 2_000;
/** Each row is worth something else, in cents: what was issued can be told from it. */
const LEAST = 500;
const DONE_WITHIN_MS = 120_000;

interface Import {
  readonly id: string;
  readonly status: string;
  readonly issued: number;
}

export async function proveImport(rounds: number, folder: string): Promise<void> {
  const data = join(folder, 'data');
  const shop = await seed(data, 1);
  let kills = 0;
  let server = await startLargesse(data);
  const { id } = await begun(server, shop);
  for (let before = 0; kills < rounds; kills += 1) {
    const issued = await moved(server, shop, id, before);
    if (issued === ROWS) break;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 300));
    await server.kill();
    const inLog = await issuedRows(data, id);
    console.log(`kill ${kills + 1}: ${issued} rows acknowledged as issued, ${inLog.length} cards in the log`);
    if (inLog.length < issued) throw new Error(`${issued} rows were told as issued, and the log has ${inLog.length} cards`);
    before = issued;
    server = await startLargesse(data);
  }
  if (kills === 0) throw new Error('The import was done before the first kill: nothing was proved');
  const end = await completed(server, shop, id);
  await listed(server, shop);
  await server.stop();
  const rows = await issuedRows(data, id);
  if (end.issued !== ROWS || rows.length !== ROWS)
    throw new Error(`${end.issued} rows told, ${rows.length} in the log, ${ROWS} in the file`);
  console.log(`${kills} kills amid an import of ${ROWS} rows: every row is a card, once, and shows in the list`);
}

async function call<T>(server: Server, { key }: Shop, method: string, path: string, body?: string, type = 'application/json'): Promise<T> {
  const headers = { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': type }) };
  const response = await fetch(`${server.url}/v1/${path}`, { method, headers, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}

async function begun(server: Server, shop: Shop): Promise<Import> {
  await admitted(server.url, shop.key);
  const rows = Array.from({ length: ROWS }, (_, i) => `amelie@example.com,bo${i}@example.com,${((LEAST + i) / 100).toFixed(2)},none`);
  const file = `buyer,recipient,amount,deliver-on\n${rows.join('\n')}\n`;
  const uploaded = await call<Import & { valid: number }>(server, shop, 'POST', 'gift-card-imports', file, 'text/csv');
  if (uploaded.valid !== ROWS) throw new Error(`${uploaded.valid} of ${ROWS} rows are valid`);
  await call(server, shop, 'POST', `gift-card-imports/${uploaded.id}/confirmations`, '{"mode":"allOrNothing"}');
  return uploaded;
}

/** Waits until more rows are issued than before, without anybody asking for it; answers how many. */
async function moved(server: Server, shop: Shop, id: string, before: number): Promise<number> {
  await admitted(server.url, shop.key);
  return until(async () => {
    const { issued } = await call<Import>(server, shop, 'GET', `gift-card-imports/${id}`);
    return issued > before ? issued : undefined;
  }, `more rows than ${before}`);
}

const completed = (server: Server, shop: Shop, id: string): Promise<Import> =>
  until(async () => {
    const found = await call<Import>(server, shop, 'GET', `gift-card-imports/${id}`);
    return found.status === 'completed' ? found : undefined;
  }, 'the end of the import');

/** The list, which is folded behind the log, comes to show each row once. */
const listed = (server: Server, shop: Shop): Promise<true> =>
  until(async () => {
    const values: number[] = [];
    for (let after = ''; ;) {
      const path = `gift-cards?limit=100${after}`;
      const page = await call<{ data: { source: string; value: { amount: number } }[]; next: string | null }>(server, shop, 'GET', path);
      values.push(...page.data.filter(({ source }) => source === 'import').map(({ value }) => value.amount));
      if (page.next === null) break;
      after = `&after=${page.next}`;
    }
    if (values.length > ROWS) throw new Error(`The list shows ${values.length} cards of ${ROWS} rows`);
    return values.length === ROWS && new Set(values).size === ROWS ? true : undefined;
  }, 'every row in the list');

async function until<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  for (const end = performance.now() + DONE_WITHIN_MS; performance.now() < end;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`There never was ${what}`);
}

interface Issued {
  readonly value: { readonly amount: number };
  readonly source: { readonly importId?: string; readonly line?: number };
}

/** The lines of the file that are cards in a log that no process holds. @throws Error for one that is there twice, and for a broken chain */
async function issuedRows(dataFolder: string, importId: string): Promise<readonly number[]> {
  const store = await SqliteEventStore.open({ file: join(dataFolder, 'events.db') });
  const chains = new Map<string, ChainEnd>();
  const lines = new Set<number>();
  try {
    for (let after = 0, end = false; !end;) {
      const page = await store.readAll({ after, limit: 10_000 });
      for (const event of page.events) {
        const check = verifyChain(event.stream, [event], chains.get(event.stream));
        if (!check.whole) throw new Error(`The chain of ${event.stream} breaks at revision ${check.revision}: ${check.reason}`);
        chains.set(event.stream, check);
        const { value, source } =
          event.type === 'CardIssued' ? (JSON.parse(event.data) as Issued) : { value: undefined, source: undefined };
        if (source?.importId !== importId) continue;
        if (lines.has(source.line!)) throw new Error(`Line ${source.line} was issued twice`);
        if (value!.amount !== LEAST + source.line! - 2) throw new Error(`Line ${source.line} is worth ${value!.amount}`);
        lines.add(source.line!);
      }
      after = page.next;
      end = page.end;
    }
    return [...lines];
  } finally {
    await store.close();
  }
}
