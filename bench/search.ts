/**
 * npm run bench:search [-- --cards 100000]: how long the Gift Cards window's questions take, on the embedded read store, with so many cards
 * in one network against a hundredth of them. The documents are those of the card list as far as it is searched; one card in a thousand
 * belongs to the people that are looked for, one in a thousand is blocked.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cardList } from '../src/cards/read-models/card-list';
import type { Filter, Query, ReadStore, Table } from '../src/platform/read-store/read-store';
import { SqliteReadStore } from '../src/platform/read-store/sqlite';
import { machine, thousands } from './machine';

const { values: options } = parseArgs({ options: { cards: { type: 'string', default: '100000' } } });
const RARE = 1_000;
const ROUNDS = 5;
const sort = ['-issuedAt', '-cardId'];
const inNetwork: Filter = { network: 'net_1' };
const blocked: Filter = { ...inNetwork, blocked: { in: ['byStaff', 'byBuyer'] }, status: { in: ['pending', 'active', 'used'] } };
const called = (prefix: string): Filter[] =>
  ['recipientName', 'recipientNameBack', 'buyerName', 'buyerNameBack', 'recipientEmail', 'buyerEmail'].map((field) => ({
    [`search.${field}.value`]: { prefix },
  }));

const questions: readonly (readonly [string, (store: ReadStore, table: Table) => Promise<unknown>])[] = [
  ['the newest 26', page({ filter: inNetwork })],
  ['the newest 26 that are blocked', page({ filter: blocked })],
  ['the newest 26 of a rare name', page({ filter: inNetwork, anyOf: called('gr') })],
  ['the newest 26 of a common name', page({ filter: inNetwork, anyOf: called('bo') })],
  ['all, counted up to 10,001', counted({ filter: inNetwork })],
  ['those blocked, counted up to 10,001', counted({ filter: blocked })],
  ['a rare name, counted up to 10,001', counted({ filter: inNetwork, anyOf: called('gr') })],
  ['a common name, counted up to 10,001', counted({ filter: inNetwork, anyOf: called('bo') })],
];

function page(query: Query) {
  return (store: ReadStore, table: Table) => store.find(table, { ...query, sort, limit: 26 });
}

function counted(query: Query) {
  return (store: ReadStore, table: Table) => store.count(table, { ...query, limit: 10_001 });
}

function card(n: number): object {
  const [first, last] = n % RARE === 1 ? ['grace', 'moss'] : ['bo', 'lund'];
  const person = { name: { value: `${first} ${last}` }, back: { value: `${last} ${first}` }, email: { value: `${first}${n}@example.com` } };
  return {
    ...{ cardId: `card_${String(n).padStart(8, '0')}`, network: 'net_1', lastFour: String(n % 10_000).padStart(4, '0') },
    issuedAt: new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString(),
    status: n % 20 === 0 ? 'used' : 'active',
    blocked: n % RARE === 2 ? 'byStaff' : 'no',
    balance: { amount: 5_000, currency: 'USD' },
    search: {
      ...{ recipientName: person.name, recipientNameBack: person.back, recipientEmail: person.email },
      ...{ buyerName: person.name, buyerNameBack: person.back, buyerEmail: person.email },
    },
  };
}

async function fill(store: ReadStore, table: Table, cards: number): Promise<void> {
  await store.ensureTable(table, cardList.indexes!);
  for (let from = 0; from < cards; from += 1_000) {
    const some = Array.from({ length: Math.min(1_000, cards - from) }, (_, i) => from + i);
    await store.replace(
      table,
      some.map((n) => ({ id: `card_${n}`, position: n + 1, doc: card(n), subjects: [] })),
    );
  }
}

/** The middle one of some times, in milliseconds. */
async function timed(ask: () => Promise<unknown>): Promise<number> {
  await ask();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    await ask();
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

async function times(folder: string, cards: number): Promise<readonly number[]> {
  const table: Table = { model: cardList.name, version: cardList.version, generation: cards };
  const filling = await SqliteReadStore.open({ folder, role: 'projector' });
  await fill(filling, table, cards);
  await filling.close();
  const store = await SqliteReadStore.open({ folder, role: 'main', now: Date.now });
  const found: number[] = [];
  for (const [, ask] of questions) found.push(await timed(() => ask(store, table)));
  await store.close();
  return found;
}

async function main(): Promise<void> {
  const many = Number(options.cards);
  const few = Math.ceil(many / 100);
  const folder = mkdtempSync(join(tmpdir(), 'largesse-search-'));
  try {
    const [small, large] = [await times(folder, few), await times(folder, many)];
    console.log(`\n${machine()}\n\n| asked for | of ${thousands(few)} | of ${thousands(many)} |\n|---|---|---|`);
    for (const [at, [name]] of questions.entries()) console.log(`| ${name} | ${small[at]!.toFixed(1)} ms | ${large[at]!.toFixed(1)} ms |`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
