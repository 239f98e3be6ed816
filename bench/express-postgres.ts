/**
 * What bench:deduct compares with when it is given DATABASE_URL: a deduction as most would write it. Express, a pool of connections, one
 * transaction: the card's row is locked, its balance changed, the deduction entered under a unique key, committed.
 */
import express, { type Request, type Response } from 'express';
import { randomUUID } from 'node:crypto';
import { Pool, type PoolClient } from 'pg';
import { VALUE } from './value';

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 20 });

async function prepare(cards: readonly string[]): Promise<void> {
  await pool.query('DROP TABLE IF EXISTS bench_deductions; DROP TABLE IF EXISTS bench_cards');
  await pool.query('CREATE TABLE bench_cards (id text PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0), currency text NOT NULL)');
  await pool.query(
    'CREATE TABLE bench_deductions (id uuid PRIMARY KEY, card text NOT NULL REFERENCES bench_cards, location text NOT NULL, amount bigint NOT NULL, key text NOT NULL UNIQUE, at timestamptz NOT NULL DEFAULT now())',
  );
  await pool.query("INSERT INTO bench_cards SELECT unnest($1::text[]), $2, 'USD'", [cards, VALUE]);
}

async function deduct(client: PoolClient, request: Request, response: Response): Promise<void> {
  const { amount, locationId } = request.body as { amount: { amount: number; currency: string }; locationId: string };
  const card = request.params.id;
  await client.query('BEGIN');
  const { rows } = await client.query<{ balance: string }>('SELECT balance FROM bench_cards WHERE id = $1 FOR UPDATE', [card]);
  const balance = Number(rows[0]?.balance ?? 0) - amount.amount;
  if (balance < 0) {
    await client.query('ROLLBACK');
    response.status(409).json({ code: 'insufficient-funds' });
    return;
  }
  const id = randomUUID();
  await client.query('UPDATE bench_cards SET balance = $2 WHERE id = $1', [card, balance]);
  await client.query('INSERT INTO bench_deductions (id, card, location, amount, key) VALUES ($1, $2, $3, $4, $5)', [
    id,
    card,
    locationId,
    amount.amount,
    request.header('idempotency-key'),
  ]);
  await client.query('COMMIT');
  response.status(201).json({ id, cardId: card, amount, balance: { amount: balance, currency: amount.currency }, locationId });
}

async function start(): Promise<void> {
  await prepare(JSON.parse(process.env.CARDS ?? '[]') as string[]);
  const app = express();
  app.use(express.json());
  app.post('/v1/gift-cards/:id/deductions', async (request, response) => {
    const client = await pool.connect();
    try {
      await deduct(client, request, response);
    } finally {
      client.release();
    }
  });
  const server = app.listen(Number(process.env.PORT), '127.0.0.1');
  process.on('SIGTERM', () => {
    server.close();
    server.closeAllConnections();
    void pool.end().then(() => process.exit(0));
  });
}

void start();
