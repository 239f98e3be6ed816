import Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { enterAll } from './sqlite-places';

/**
 * The embedded log's file. Events are written one behind the other and have no index but their position: `places` tells where those of
 * a stream stand, up to the position `log.entered`; what comes behind it is entered later, many at once (docs/decisions/0014). Streams
 * are numbered, so that it stays small. Event ids have no index: a retry is recognised by comparing ids at the expected revision.
 * `zones` remembers which categories occur in each block of positions: a filter by prefix skips the blocks that hold none, at the price
 * of a few rows a block.
 */
const schema = `
  CREATE TABLE IF NOT EXISTS log (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    id TEXT NOT NULL,
    checks INTEGER NOT NULL DEFAULT 0,
    entered INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE IF NOT EXISTS categories (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS streams (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    category INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS places (
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (stream, revision)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS zones (category INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY (category, block)) WITHOUT ROWID;
`;

/** Positions in one block of `zones`. Stored files rest on it. */
export const BLOCK = 1024;

export const channelName = (file: string): string => `largesse-log:${file}`;

/**
 * Of the file, for the writer; the operating system caches the rest. More does harm: a commit in which a page of the index was split
 * looks through all that is held (pcache1TruncateUnsafe in sqlite3.c), which took a sixth of the writer's time with 32 MB.
 */
const WRITER_CACHE_KB = 6_144;
const READER_CACHE_KB = 4_096;

/**
 * The write-ahead file is cut to this when it begins anew. Above what it has under load (sqlite-checkpointer.ts): writing over what is
 * there takes a third less time than making it grow. Only a reader that took very long, a backup say, leaves more behind.
 */
const JOURNAL_KEPT_BYTES = 256 * 1024 * 1024;

/** The one connection that writes. A commit returns when its bytes are on the disk; checkpoints are made elsewhere. */
export function openForWriting(file: string, maxBytes?: number): Database.Database {
  const db = new Database(file, { timeout: 10_000 });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('wal_autocheckpoint = 0');
  db.pragma(`journal_size_limit = ${JOURNAL_KEPT_BYTES}`);
  db.pragma(`cache_size = -${WRITER_CACHE_KB}`);
  db.exec(schema);
  upgrade(db);
  db.prepare('INSERT OR IGNORE INTO log (only, id) VALUES (1, ?)').run(randomUUID());
  if (maxBytes !== undefined) db.pragma(`max_page_count = ${Math.ceil(maxBytes / 4096)}`);
  return db;
}

/** Former versions entered each event in an index; one of them may have been in use again in between. */
function upgrade(db: Database.Database): void {
  if (!db.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'events_by_stream'`).get()) return;
  const knows = (db.pragma('table_info(log)') as { name: string }[]).some(({ name }) => name === 'entered');
  const convert = db.transaction(() => {
    if (!knows) db.exec('ALTER TABLE log ADD COLUMN entered INTEGER NOT NULL DEFAULT 0');
    enterAll(db);
    db.exec('DROP INDEX events_by_stream');
  });
  convert();
}

export function openForReading(file: string): Database.Database {
  const db = new Database(file, { readonly: true, fileMustExist: true, timeout: 10_000 });
  db.pragma(`cache_size = -${READER_CACHE_KB}`);
  return db;
}

/** Gives a log a new name, so that checkpoints and cursors of the old one are worthless: after a restore or a migration. */
export function renewLogId(file: string): string {
  const db = openForWriting(file);
  try {
    const id = randomUUID();
    db.prepare('UPDATE log SET id = ? WHERE only = 1').run(id);
    return id;
  } finally {
    db.close();
  }
}
