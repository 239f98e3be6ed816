/** Logs for the benches of rebuilding, starting and growth: the facts that selling and using cards leaves, in the order in which a network writes them. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { CommandContext, Fact, Instant } from '../src/kernel/event-sourcing';
import { personal } from '../src/kernel/personal';
import { Codec, type Subjects } from '../src/platform/event-store/codec';
import { type EventStore, NO_STREAM } from '../src/platform/event-store/event-store';
import { SqliteEventStore } from '../src/platform/event-store/sqlite';
import { PolicyCheckpoints } from '../src/platform/processors/policy-checkpoints';
import type { ReadStore } from '../src/platform/read-store/read-store';
import { SqliteReadStore } from '../src/platform/read-store/sqlite';
import { personKeysCollection, StoredPersonKeys } from '../src/platform/security/person-keys';
import { VaultKeys } from '../src/platform/security/vault-keys';
import { registry } from '../src/registry';
import * as samples from '../test/cards/facts';

interface Card {
  readonly n: number;
  readonly id: string;
  readonly network: string;
  readonly at: Instant;
}
/** One command's facts. */
type Step = (card: Card) => Fact[];

export interface Mix {
  readonly name: string;
  readonly says: string;
  /** When a card is sold: one step after the other, for a thousand cards side by side. */
  readonly sale: readonly Step[];
  /** Over the weeks that follow: each step over all cards in scattered order, so that a page of the log touches many cards. */
  readonly use: readonly Step[];
}

/** Cards that are sold side by side. */
const BATCH = 1_000;
const DAY_MS = 86_400_000;
/** All is sold in the first of these days and used in the rest, so that nothing lies in the future. */
const [SELLING_DAYS, DAYS] = [300, 340];
const OPENING = Math.floor(Date.now() / DAY_MS - DAYS) * DAY_MS;
const FIRST_NAMES = ['Amélie', 'Bo', 'Chloé', 'Dmitri', 'Élise', 'Farah', 'Guillaume', 'Hana', 'Ines', 'João'];
const LAST_NAMES = ['Côté', 'Lund', 'Tremblay', 'Okafor', 'Nguyen', 'Roy', 'García', 'Gagnon', 'Smith', 'Bouchard', 'Šimić'];

const id = (prefix: string, n: number): string => {
  const mixed = Math.imul(n ^ (n >>> 15), 0x2c1b3c6d) >>> 0;
  return `${prefix}_01JD${String(mixed).padStart(10, '0')}${String(n).padStart(12, '0')}`;
};

function person(subject: string, n: number) {
  const [first, last] = [FIRST_NAMES[n % FIRST_NAMES.length]!, LAST_NAMES[(n >>> 3) % LAST_NAMES.length]!];
  return { email: personal(subject, `${first}.${last}.${n}@example.com`), name: personal(subject, `${first} ${last}`) };
}

/** The name of the n-th card of a log. */
export const cardId = (n: number): string => id('card', n);

const issued: Step = ({ n, id: cardId, network, at }) => [
  {
    type: 'CardIssued',
    data: {
      ...samples.issued.data,
      cardId,
      network,
      buyer: person(`buyer:${cardId}`, 3 * n),
      recipient: person(`recipient:${cardId}`, 3 * n + 1),
      message: personal(`recipient:${cardId}`, `Happy birthday! We hope that you find something nice. ${n}`),
      ...samples.secrets(Math.imul(n, 0x9e3779b1) >>> 0),
      at,
    },
  },
];
const mailAsked: Step = ({ id: cardId, at }) => [{ type: 'GiftMailRequested', data: { ...samples.mailRequested.data, cardId, at } }];
const delivered: Step = ({ id: cardId, at }) => [{ type: 'CardDelivered', data: { ...samples.delivered.data, cardId, at } }];
const mailed =
  (mail: string, turn?: number): Step =>
  ({ n, id: cardId, at }) => [
    { type: 'BuyerMailSent', data: { cardId, mail, about: turn === undefined ? cardId : id('ded', n * 100 + turn), at } },
  ];
/** Of each card, in cents, after so many deductions. */
const balanceAfter = (deductions: number): number => 5000 - 100 * deductions;
const deduction = ({ n, id: cardId, at }: Card, turn: number) => ({
  cardId,
  deductionId: id('ded', n * 100 + turn),
  amount: samples.usd(100),
  balance: samples.usd(balanceAfter(turn + 1)),
  at,
});
const deducted =
  (turn: number): Step =>
  (card) => [{ type: 'FundsDeducted', data: { ...samples.deducted.data, ...deduction(card, turn) } }];
/** The buyer is mailed a code, the code is entered, the buyer is mailed what was deducted. */
const deductedByCode = (turn: number): Step[] => [
  (card) => {
    const { balance: _, ...asked } = deduction(card, turn);
    const stopHash = `stop-hash-${asked.deductionId}`;
    return [{ type: 'DeductionRequested', data: { ...samples.requested.data, ...asked, stopHash } }];
  },
  mailed('deduction-code', turn),
  (card) => [{ type: 'FundsDeducted', data: { ...samples.deductedByCode.data, ...deduction(card, turn) } }],
  mailed('funds-deducted', turn),
];

const sale = [issued, mailAsked, delivered, mailed('receipt')];
export const mixes: readonly Mix[] = [
  {
    name: 'growth',
    says: '5 events a card: issued with five personal values of two persons, gift asked for, delivered, receipt mailed, one deduction',
    sale,
    use: [deducted(0)],
  },
  {
    name: 'hot',
    says: '20 events a card: sold as above, then 8 direct deductions and 2 by code (asked, code mailed, deducted, mailed)',
    sale,
    use: [...[0, 1, 2, 3].map(deducted), ...deductedByCode(4), ...[5, 6, 7, 8].map(deducted), ...deductedByCode(9)],
  },
];

/** Sold as in all mixes, then so many direct deductions. */
export const growing = (deductions: number): Mix => ({
  ...mixes[0]!,
  use: Array.from({ length: deductions }, (_, turn) => deducted(turn)),
});

export const eventsACard = ({ sale: first, use }: Mix): number => first.length + use.length;

/** A prime that divides no number of cards: steps of this length scatter over all of them. */
const STRIDE = 7_368_787;

/** Appends as the engine does, chain and encryption included, but many streams at a time. */
class Writer {
  private readonly codec = new Codec(registry);
  private readonly ends: { revision: number; hash: string }[];
  /** The last batch: the store writes one batch while the next is encoded. */
  written: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly events: EventStore,
    private readonly people: People,
    private readonly network: string,
    private readonly cards: number,
  ) {
    this.ends = Array.from({ length: cards }, () => ({ revision: NO_STREAM, hash: '' }));
  }

  /** `round` counts the steps; so many days after its sale, a card takes this one. */
  async step(step: Step, round: number, days: number, cards: readonly number[]): Promise<void> {
    const all = cards.map((n) => {
      const at = new Date(this.soldAt(n) + days * DAY_MS).toISOString();
      const card = { n, id: cardId(n), network: this.network, at };
      return { card, facts: step(card) };
    });
    const people: Subjects = new Map();
    for (const { facts } of all)
      for (const fact of facts) for (const [subject, about] of this.codec.subjectsIn(fact) ?? []) people.set(subject, about);
    const keys = await this.people.meet(people);
    const appended = Promise.all(all.map(({ card, facts }) => this.append(card, round, facts, keys)));
    await this.written;
    this.written = appended;
  }

  private append(card: Card, round: number, facts: readonly Fact[], keys: ReadonlyMap<string, Buffer>): Promise<unknown> {
    const end = this.ends[card.n]!;
    const expected = end.revision;
    const stream = `giftCard-${card.id}`;
    const encoded = this.codec.encode(stream, contextOf(card, card.n * 100 + round), facts, card.at, end, keys);
    return this.events.append(stream, expected, encoded);
  }

  private soldAt(n: number): number {
    const aDay = Math.max(BATCH, Math.ceil(this.cards / SELLING_DAYS));
    return OPENING + Math.floor(n / aDay) * DAY_MS + Math.floor(((n % aDay) / aDay) * DAY_MS);
  }
}

/** Persons and their keys, stored as StoredPersonKeys does, a batch in one commit. */
class People {
  private readonly vault: VaultKeys;
  private readonly stored: StoredPersonKeys;
  private newest?: { readonly subject: string; readonly key: Buffer };

  constructor(
    private readonly store: ReadStore,
    masterKey: Buffer,
    private readonly network: string,
  ) {
    this.vault = new VaultKeys(masterKey);
    this.stored = new StoredPersonKeys(store, this.vault);
  }

  prepare(): Promise<void> {
    return this.stored.prepare();
  }

  /** New keys of persons whom nobody has met before. */
  async meet(people: Subjects): Promise<ReadonlyMap<string, Buffer>> {
    const { network } = this;
    const keys = new Map<string, Buffer>();
    const entries: { key: string; doc: object }[] = [];
    for (const [subject, { email }] of people) {
      const key = randomBytes(32);
      keys.set(subject, key);
      const sealed = this.vault.seal(key.toString('base64url'), `person-key\n${subject}`);
      entries.push({ key: subject, doc: { network, sealed } });
      if (email !== undefined) {
        const person = this.stored.joinOf(network, email);
        entries.push({ key: `join:${person}:${subject}`, doc: { person, subject } });
      }
      this.newest = { subject, key };
    }
    await this.store.putMany(personKeysCollection.name, entries);
    return keys;
  }

  /** @throws Error when the product would not find the keys that were stored here */
  async verify(): Promise<void> {
    if (!this.newest) return;
    const { subject, key } = this.newest;
    const found = (await this.stored.load([subject])).get(subject);
    if (!found?.equals(key)) throw new Error('Keys of persons are stored in another way than this bench does it');
  }
}

const contextOf = (card: Card, n: number): CommandContext => ({
  network: card.network,
  actor: { kind: 'apiKey', id: 'key_01JD8Z4M2Q7RXK3V5T9WBN6CHG' },
  commandId: id('cmd', n),
  at: card.at,
  correlation: id('req', n),
  requestId: id('req', n),
  requestHash: card.id,
});

export interface Filling {
  readonly folder: string;
  readonly masterKey: Buffer;
  readonly mix: Mix;
  readonly cards: number;
  /** Whose cards they are; by default a network that the log knows nothing else of. */
  readonly network?: string;
  /** Told of the events that are written, now and then. */
  readonly onProgress?: (events: number) => void;
}

/** Writes the log and the keys of its persons into a data folder that nobody has open. */
export async function fill({ folder, masterKey, mix, cards, network = samples.network, onProgress }: Filling): Promise<void> {
  const events = await SqliteEventStore.open({ file: join(folder, 'events.db') });
  const store = await SqliteReadStore.open({ folder, role: 'main' });
  const people = new People(store, masterKey, network);
  await people.prepare();
  const writer = new Writer(events, people, network, cards);
  let written = 0;
  const told = (more: number): void => onProgress?.((written += more));
  for (const batch of batches(cards, 1)) {
    for (const [round, step] of mix.sale.entries()) await writer.step(step, round, 0, batch);
    told(batch.length * mix.sale.length);
  }
  for (const [turn, step] of mix.use.entries()) {
    for (const batch of batches(cards, STRIDE)) {
      await writer.step(step, mix.sale.length + turn, 3 + 2 * turn, batch);
      told(batch.length);
    }
  }
  await writer.written;
  await people.verify();
  await reacted(events, store);
  await events.close();
  await store.close();
}

/** Policies have done with these facts, as in a network that has been at work: nothing is mailed again. */
async function reacted(events: EventStore, store: ReadStore): Promise<void> {
  const checkpoints = new PolicyCheckpoints(store, events);
  const now = new Date().toISOString();
  await checkpoints.load(registry.policies, now);
  const head = await events.head();
  await checkpoints.save(new Map(registry.policies.map(({ name }) => [name, head])), now);
}

/** All cards, one after the other or scattered. */
function* batches(cards: number, stride: number): Generator<readonly number[]> {
  for (let from = 0; from < cards; from += BATCH)
    yield Array.from({ length: Math.min(BATCH, cards - from) }, (_, i) => ((from + i) * stride) % cards);
}
