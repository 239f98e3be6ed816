/**
 * What bench:deduct compares with, beside express-postgres.ts, when it is given DATABASE_URL: the same route event-sourced as Emmett means
 * it. Express, a decider, the card's stream read, folded and appended to in PostgreSQL, and again when somebody was first. It does less than
 * the product: no read model, no idempotency, no identity.
 */
import { type Command, DeciderCommandHandler, type Event, isExpectedVersionConflictError } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import express, { type Request, type Response } from 'express';
import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { VALUE } from './value';

type CardIssued = Event<'CardIssued', { readonly value: number; readonly currency: string }>;
type FundsDeducted = Event<
  'FundsDeducted',
  { readonly id: string; readonly amount: number; readonly locationId: string; readonly key: string; readonly at: string }
>;
type Deduct = Command<'Deduct', FundsDeducted['data']>;
interface Card {
  readonly balance: number;
}

class InsufficientFunds extends Error {}

/** Of this run alone, so that a database which was used before is no harm. */
const run = randomUUID();

const handle = DeciderCommandHandler<Card, Deduct, CardIssued | FundsDeducted>({
  initialState: () => ({ balance: 0 }),
  evolve: ({ balance }, { type, data }) => ({ balance: type === 'CardIssued' ? data.value : balance - data.amount }),
  decide: ({ data }, { balance }) => {
    if (data.amount > balance) throw new InsufficientFunds();
    return { type: 'FundsDeducted', data };
  },
  mapToStreamId: (card) => `giftCard-${run}-${card}`,
  // Emmett's own pauses (100 ms and more, three times) would be slower and would give up on a card that two want at once.
  retry: { retries: 100, minTimeout: 1, maxTimeout: 20, shouldRetryError: isExpectedVersionConflictError },
});

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
const store = getPostgreSQLEventStore(process.env.DATABASE_URL ?? '', { connectionOptions: { pool } });

const AT_ONCE = 8;

async function prepare(cards: readonly string[]): Promise<void> {
  await store.schema.migrate();
  const waiting = [...cards];
  const issue = async (): Promise<void> => {
    for (let card = waiting.pop(); card !== undefined; card = waiting.pop())
      await store.appendToStream<CardIssued>(`giftCard-${run}-${card}`, [{ type: 'CardIssued', data: { value: VALUE, currency: 'USD' } }]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, issue));
}

async function deduct(request: Request, response: Response): Promise<void> {
  const { amount, locationId } = request.body as { amount: { amount: number; currency: string }; locationId: string };
  const card = String(request.params.id);
  const id = randomUUID();
  const data = { id, amount: amount.amount, locationId, key: request.header('idempotency-key') ?? id, at: new Date().toISOString() };
  try {
    const { newState } = await handle(store, card, { type: 'Deduct', data });
    response.status(201).json({ id, cardId: card, amount, balance: { amount: newState.balance, currency: amount.currency }, locationId });
  } catch (error) {
    if (!(error instanceof InsufficientFunds)) throw error;
    response.status(409).json({ code: 'insufficient-funds' });
  }
}

async function start(): Promise<void> {
  await prepare(JSON.parse(process.env.CARDS ?? '[]') as string[]);
  const app = express();
  app.use(express.json());
  app.post('/v1/gift-cards/:id/deductions', deduct);
  const server = app.listen(Number(process.env.PORT), '127.0.0.1');
  process.on('SIGTERM', () => {
    server.close();
    server.closeAllConnections();
    void pool.end().then(() => process.exit(0));
  });
}

void start();
