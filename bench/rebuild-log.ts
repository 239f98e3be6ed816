/** Logs for bench/rebuild.ts: the facts that selling and using cards leaves, in the order in which a network writes them. */
import { join } from 'node:path';
import type { CommandContext, Fact, Instant } from '../src/kernel/event-sourcing';
import { personal } from '../src/kernel/personal';
import { Codec } from '../src/platform/event-store/codec';
import { type EventStore, NO_STREAM } from '../src/platform/event-store/event-store';
import { SqliteEventStore } from '../src/platform/event-store/sqlite';
import { SqliteReadStore } from '../src/platform/read-store/sqlite';
import { StoredPersonKeys } from '../src/platform/security/person-keys';
import { VaultKeys } from '../src/platform/security/vault-keys';
import { registry } from '../src/registry';
import * as samples from '../test/cards/facts';

interface Card {
  readonly n: number;
  readonly id: string;
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

const SOLD_A_DAY = 1_000;
const DAY_MS = 86_400_000;
const OPENING = Date.parse('2026-01-05T09:00:00.000Z');
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

const issued: Step = ({ n, id: cardId, at }) => [
  {
    type: 'CardIssued',
    data: {
      ...samples.issued.data,
      cardId,
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
const deduction = ({ n, id: cardId, at }: Card, turn: number) => ({
  cardId,
  deductionId: id('ded', n * 100 + turn),
  amount: samples.usd(100),
  balance: samples.usd(5000 - 100 * (turn + 1)),
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

export const eventsACard = ({ sale: first, use }: Mix): number => first.length + use.length;

/** Appends as the engine does, chain and encryption included. */
class Writer {
  private readonly codec = new Codec(registry);
  private readonly ends: { revision: number; hash: string }[];

  constructor(
    private readonly events: EventStore,
    private readonly keys: StoredPersonKeys,
    private readonly cards: number,
  ) {
    this.ends = Array.from({ length: cards }, () => ({ revision: NO_STREAM, hash: '' }));
  }

  /** `round` counts the steps; `days` after its sale, a card takes this one. */
  async step(step: Step, round: number, days: number, from: number, stride: number): Promise<void> {
    for (let done = 0; done < this.cards && (stride > 1 || done < SOLD_A_DAY); done += SOLD_A_DAY) {
      const some = Array.from(
        { length: Math.min(SOLD_A_DAY, this.cards - from - done) },
        (_, i) => ((from + done + i) * stride) % this.cards,
      );
      await Promise.all(some.map((n) => this.append(step, round, days, n)));
    }
  }

  private async append(step: Step, round: number, days: number, n: number): Promise<void> {
    const at = new Date(OPENING + (Math.floor(n / SOLD_A_DAY) + days) * DAY_MS + (n % SOLD_A_DAY) * 1_000).toISOString();
    const card = { n, id: id('card', n), at };
    const facts = step(card);
    const people = new Map(facts.flatMap((fact) => [...(this.codec.subjectsIn(fact) ?? [])]));
    const end = this.ends[n]!;
    const expected = end.revision;
    const stream = `giftCard-${card.id}`;
    const keys = people.size > 0 ? await this.keys.ensure(samples.network, people) : undefined;
    await this.events.append(stream, expected, this.codec.encode(stream, contextOf(card, n * 100 + round), facts, at, end, keys));
  }
}

const contextOf = (card: Card, n: number): CommandContext => ({
  network: samples.network,
  actor: { kind: 'apiKey', id: 'key_01JD8Z4M2Q7RXK3V5T9WBN6CHG' },
  commandId: id('cmd', n),
  at: card.at,
  correlation: id('req', n),
  requestId: id('req', n),
  requestHash: card.id,
});

/** A prime that divides no number of cards: steps of this length scatter over all of them. */
const STRIDE = 7_368_787;

export async function fill(folder: string, masterKey: Buffer, mix: Mix, cards: number): Promise<void> {
  const events = await SqliteEventStore.open({ file: join(folder, 'events.db') });
  const store = await SqliteReadStore.open({ folder, role: 'main' });
  const keys = new StoredPersonKeys(store, new VaultKeys(masterKey));
  await keys.prepare();
  const writer = new Writer(events, keys, cards);
  for (let from = 0; from < cards; from += SOLD_A_DAY)
    for (const [round, step] of mix.sale.entries()) await writer.step(step, round, 0, from, 1);
  for (const [turn, step] of mix.use.entries()) await writer.step(step, mix.sale.length + turn, 3 + 2 * turn, 0, STRIDE);
  await events.close();
  await store.close();
}
