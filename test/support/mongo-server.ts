import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MongoClient } from 'mongodb';

/** Where a test finds MongoDB: the server that `MONGODB_URL` names, else a FerretDB of its own (scripts/ferretdb/build.sh). */
export interface MongoServer {
  readonly url: string;
  /** A database that nothing else uses, dropped at the end. */
  readonly database: string;
  readonly kind: 'given' | 'ferretdb';
  stop(): Promise<void>;
}

const binary = process.env.FERRETDB_BIN ?? join(__dirname, '../../.cache/ferretdb');

export const hasMongoServer = (): boolean => Boolean(process.env.MONGODB_URL) || existsSync(binary);

export const HOW_TO_GET_ONE = 'set MONGODB_URL, or build a FerretDB with scripts/ferretdb/build.sh (needs Go)';

export async function startMongoServer(): Promise<MongoServer> {
  const database = `largesse_test_${randomBytes(6).toString('hex')}`;
  const given = process.env.MONGODB_URL;
  if (!given) return startFerretDb(database);
  return { url: given, database, kind: 'given', stop: () => drop(given, database) };
}

async function drop(url: string, database: string): Promise<void> {
  const client = new MongoClient(url);
  await client.db(database).dropDatabase();
  await client.close();
}

async function startFerretDb(database: string): Promise<MongoServer> {
  const folder = await mkdtemp(join(tmpdir(), 'largesse-ferretdb-'));
  const child = spawn(binary, [folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`FerretDB ended with ${code} before it listened`)));
  });
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return { url, database, kind: 'ferretdb', stop };
}
