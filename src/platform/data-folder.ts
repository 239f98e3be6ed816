import Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where everything of one installation lies when the stores are embedded. Whoever can read it can read everything: mode 0700. */
export interface DataFiles {
  readonly events: string;
  readonly documents: string;
  readonly keys: string;
  /** Folded from the log: never backed up, made again when missing. */
  readonly models: string;
  readonly masterKey: string;
  readonly lock: string;
}

export const dataFiles = (folder: string): DataFiles => ({
  events: join(folder, 'events.db'),
  documents: join(folder, 'documents.db'),
  keys: join(folder, 'keys.db'),
  models: join(folder, 'models.db'),
  masterKey: join(folder, 'master.key'),
  lock: join(folder, 'lock'),
});

/** Another process has the folder. The message is a sentence for people that names it. */
export class DataFolderInUse extends Error {
  constructor(
    readonly folder: string,
    readonly pid: number | undefined,
    since: string | undefined,
  ) {
    const who = pid === undefined ? 'another process' : `process ${pid}${since ? ` since ${since}` : ''}`;
    super(`The data folder ${folder} is in use by ${who}. Stop that process first, or choose another folder with DATA_DIR.`);
    this.name = 'DataFolderInUse';
  }
}

/** How long a start waits for another one that is just telling its name. */
const PATIENCE_MS = 500;

/**
 * The folder, held by this process until `release`. The lock is SQLite's own on the file `lock`, which the operating system takes
 * back from a process that died, however it died; the file's content only says who it was. (Nothing else in this process
 * may open that file: closing any handle on a file gives up its locks.)
 */
export class DataFolder {
  readonly files: DataFiles;

  private constructor(
    readonly path: string,
    private readonly lock: Database.Database,
  ) {
    this.files = dataFiles(path);
  }

  /** Makes the folder if it is missing. @throws DataFolderInUse */
  static async open(path: string): Promise<DataFolder> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const lock = new Database(dataFiles(path).lock, { timeout: PATIENCE_MS });
    try {
      take(lock);
      return new DataFolder(path, lock);
    } catch (error) {
      const holder = isBusy(error) ? readHolder(lock) : undefined;
      lock.close();
      throw isBusy(error) ? new DataFolderInUse(path, holder?.pid, holder?.since) : error;
    }
  }

  /**
   * The key that everything secret is sealed under: 32 bytes, made once, readable by its owner only, on the disk before anything
   * is sealed with it. Whoever loses it loses every name, code and secret.
   * @throws Error with a sentence when the file does not hold 32 bytes
   */
  async masterKey(): Promise<Buffer> {
    const file = this.files.masterKey;
    const made = await open(file, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return undefined;
    });
    if (made) {
      await made.writeFile(`${randomBytes(32).toString('base64')}\n`);
      await made.sync();
      await made.close();
    }
    const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64');
    if (key.length !== 32)
      throw new Error(`${file} should hold 32 bytes in base64. Bring it back from a backup: without it nothing secret can be read.`);
    return key;
  }

  release(): void {
    if (this.lock.inTransaction) this.lock.exec('ROLLBACK');
    this.lock.close();
  }
}

/** Writes who holds it, then keeps a transaction open: readers may still ask, nobody else may begin to write. */
function take(lock: Database.Database): void {
  lock.exec('BEGIN IMMEDIATE');
  lock.exec('CREATE TABLE IF NOT EXISTS holder (only INTEGER PRIMARY KEY CHECK (only = 1), pid INTEGER, since TEXT)');
  lock.prepare('INSERT OR REPLACE INTO holder VALUES (1, ?, ?)').run(process.pid, new Date().toISOString());
  lock.exec('COMMIT');
  lock.exec('BEGIN IMMEDIATE');
}

function readHolder(lock: Database.Database): { pid: number; since: string } | undefined {
  try {
    return lock.prepare('SELECT pid, since FROM holder').get() as { pid: number; since: string } | undefined;
  } catch {
    return undefined;
  }
}

const isBusy = (error: unknown): boolean => (error as { code?: string }).code?.startsWith('SQLITE_BUSY') ?? false;
