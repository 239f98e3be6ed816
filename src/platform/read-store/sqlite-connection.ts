import Database from 'better-sqlite3';
import { join } from 'node:path';

/**
 * The three files of the embedded read store. What can be folded again is kept apart from what cannot, and keys apart from
 * what they open, so that each is as durable, and as easily destroyed, as it should be.
 */
export interface ReadStoreFiles {
  /** Read models and what belongs to them; synchronous NORMAL: a power cut may take the last moments, which are then folded again. */
  readonly models: string;
  readonly documents: string;
  readonly keys: string;
}
export type FileName = keyof ReadStoreFiles;

export const readStoreFiles = (folder: string): ReadStoreFiles => ({
  models: join(folder, 'models.db'),
  documents: join(folder, 'documents.db'),
  keys: join(folder, 'keys.db'),
});

/**
 * The file of a collection. `model-…` (checkpoints, pointers to the live generation) lies with the models: after a power cut a
 * checkpoint must never be further than the documents it speaks of, and one file loses its last moments in order.
 */
export function fileOf(collection: string): FileName {
  if (collection === 'person-keys') return 'keys';
  return collection.startsWith('model-') ? 'models' : 'documents';
}

type Statement = Database.Statement<unknown[]>;

const PATIENCE = 15_000;
const STATEMENTS = 400;
/**
 * Bytes that a connection may hold of its file; the operating system caches the rest. There are a dozen connections in a process, and
 * what SQLite would take by itself for each makes the process grow with the data.
 */
const READER_CACHE_KB = 4_096;
const WRITER_CACHE_KB: Readonly<Record<FileName, number>> = { models: 16_384, documents: 4_096, keys: 4_096 };
/** A table that is filled from the beginning of the log is written all over the place. */
const FILLING_CACHE_KB = 65_536;
/** About as much as SQLite maps at all. The process seems larger by it, but the system takes it back when it likes. */
const FILLING_MAPPED_BYTES = 2_000_000_000;

/** One thread's connection to one file, with its prepared statements. */
export class Connection {
  readonly db: Database.Database;
  private readonly statements = new Map<string, Statement>();

  constructor(
    readonly file: string,
    readonly name: FileName,
    readonly access: 'read' | 'write',
  ) {
    this.db = new Database(file, { timeout: PATIENCE });
    this.db.pragma('journal_mode = WAL');
    this.db.pragma('temp_store = MEMORY');
    this.db.pragma(`cache_size = -${access === 'read' ? READER_CACHE_KB : WRITER_CACHE_KB[name]}`);
    if (access === 'read') this.db.pragma('query_only = ON');
    else this.prepareToWrite();
  }

  private prepareToWrite(): void {
    this.db.pragma(`synchronous = ${this.name === 'models' ? 'NORMAL' : 'FULL'}`);
    if (this.name === 'models') this.db.pragma('wal_autocheckpoint = 8000');
    if (this.name === 'keys') this.db.pragma('secure_delete = ON');
  }

  /** While tables are filled the connection may hold more of its file, and reads what it does not hold without a call for each page. */
  filling(yes: boolean): void {
    this.db.pragma(`cache_size = -${yes ? FILLING_CACHE_KB : WRITER_CACHE_KB[this.name]}`);
    this.db.pragma(`mmap_size = ${yes ? FILLING_MAPPED_BYTES : 0}`);
  }

  prepare(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known) return known;
    if (this.statements.size >= STATEMENTS) this.statements.clear();
    const statement = this.db.prepare<unknown[]>(sql);
    this.statements.set(sql, statement);
    return statement;
  }

  /** A destroyed key must not linger in the journal. A reader in between only delays it to the next time. */
  forget(): void {
    this.db.pragma('wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.statements.clear();
    this.db.close();
  }
}
