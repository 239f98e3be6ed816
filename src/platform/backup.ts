import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import { DataFolder } from './data-folder';
import { renewLogId } from './event-store/sqlite-schema';
import { compiled } from './workers';

/** What a backup holds beside the files, written last: a folder without it is not a backup. */
export interface Manifest {
  readonly format: 1;
  readonly takenAt: string;
  /** SHA-256 in hex, by file name. */
  readonly files: Readonly<Record<string, string>>;
}

/** A person whose key was destroyed. No backup from before may bring the key back. */
export interface Erasure {
  readonly network: string;
  readonly subject: string;
}

/**
 * Events first, then keys: a key is written before the first event that needs it, so every event of the backup has its key. The
 * documents lie between, so that the ledger of effects knows what was done about the last events.
 */
const DATABASES = ['events.db', 'documents.db', 'keys.db'] as const;
const MANIFEST = 'manifest.json';
const ERASURES = 'erasures.json';
const MASTER_KEY = 'master.key';

/**
 * Copies the data folder into a new folder, from any process and while the product runs. The copy holds the master key, where the
 * folder has one: keep it as you would keep the money. `erasures.json` in it can be kept apart, for restores of older backups.
 * @throws Error with a sentence when the target is not empty or a copy is damaged
 */
export async function backupDataFolder(folder: string, target: string): Promise<Manifest> {
  if (existsSync(target) && (await readdir(target)).length > 0)
    throw new Error(`${target} is not empty. A backup needs a folder of its own.`);
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const name of DATABASES) if (existsSync(join(folder, name))) await copyDatabase(join(folder, name), join(target, name));
  if (existsSync(join(folder, MASTER_KEY))) await copyFile(join(folder, MASTER_KEY), join(target, MASTER_KEY));
  await writeFile(join(target, ERASURES), JSON.stringify(erasuresIn(join(target, 'keys.db'))));
  const files: Record<string, string> = {};
  for (const name of (await readdir(target)).sort()) {
    await flush(join(target, name));
    files[name] = await digest(join(target, name));
  }
  const manifest: Manifest = { format: 1, takenAt: new Date().toISOString(), files };
  await writeFile(join(target, `${MANIFEST}.part`), JSON.stringify(manifest, null, 2));
  await flush(join(target, `${MANIFEST}.part`));
  await rename(join(target, `${MANIFEST}.part`), join(target, MANIFEST));
  await flush(target);
  return manifest;
}

export interface Restored {
  readonly takenAt: string;
  /** New: checkpoints and cursors of the log before are void, and read models are folded again. */
  readonly logId: string;
  /** How many keys were destroyed again. */
  readonly erasedAgain: number;
  /** Where what was in the folder before lies now. */
  readonly before: string | undefined;
}

export interface RestoreOptions {
  /** A newer `erasures.json`, kept apart from the backup: what it lists is destroyed as well. */
  readonly erasures?: string;
}

/**
 * Puts a backup in the place of what is in the folder, which is moved aside. Persons who were erased after the backup stay erased:
 * the folder's own list of erasures, if it is still there, and the given one are applied to the restored keys.
 * @throws DataFolderInUse while the product runs; Error with a sentence when the backup is incomplete or damaged
 */
export async function restoreDataFolder(backup: string, folder: string, { erasures }: RestoreOptions = {}): Promise<Restored> {
  const manifest = await verified(backup);
  const held = await DataFolder.open(folder);
  try {
    const erased = [...erasuresIn(held.files.keys), ...(erasures ? (JSON.parse(await readFile(erasures, 'utf8')) as Erasure[]) : [])];
    const fresh = join(folder, 'restoring');
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { mode: 0o700 });
    const names = Object.keys(manifest.files).filter((name) => name !== ERASURES);
    for (const name of names) await copyFile(join(backup, name), join(fresh, name));
    const erasedAgain = eraseAgain(join(fresh, 'keys.db'), erased);
    const logId = renewLogId(join(fresh, 'events.db'));
    for (const name of await readdir(fresh)) await flush(join(fresh, name));
    const before = await moveAside(folder);
    for (const name of await readdir(fresh)) await rename(join(fresh, name), join(folder, name));
    await rm(fresh, { recursive: true });
    await flush(folder);
    return { takenAt: manifest.takenAt, logId, erasedAgain, before };
  } finally {
    held.release();
  }
}

/** Everybody whose key was destroyed, by a file of keys; nobody when there is no such file. */
export function erasuresIn(keys: string): Erasure[] {
  if (!existsSync(keys)) return [];
  const db = new Database(keys, { timeout: 15_000 });
  try {
    if (!hasKeys(db)) return [];
    const sql = `SELECT json_extract(doc, '$.network') AS network, id AS subject FROM "p_person-keys"
      WHERE json_extract(doc, '$.erased') ORDER BY id`;
    return db.prepare(sql).all() as Erasure[];
  } finally {
    db.close();
  }
}

/** Destroys the keys as the product does (security/person-keys.ts) and leaves no copy of them in the file. */
function eraseAgain(keys: string, erasures: readonly Erasure[]): number {
  if (!existsSync(keys) || erasures.length === 0) return 0;
  const db = new Database(keys);
  try {
    if (!hasKeys(db)) return 0;
    db.pragma('secure_delete = ON');
    const erase = db.prepare(
      `INSERT INTO "p_person-keys" AS p (id, doc, revision, expires) VALUES (?, ?, 1, NULL) ON CONFLICT (id) DO UPDATE
       SET doc = excluded.doc, revision = p.revision + 1 WHERE json_extract(p.doc, '$.erased') IS NULL`,
    );
    const all = db.transaction(() =>
      erasures.reduce((sum, { network, subject }) => sum + erase.run(subject, JSON.stringify({ network, erased: true })).changes, 0),
    );
    const erased = all();
    db.exec('VACUUM');
    return erased;
  } finally {
    db.close();
  }
}

const hasKeys = (db: Database.Database): boolean =>
  db.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'p_person-keys'`).get() !== undefined;

async function verified(backup: string): Promise<Manifest> {
  const text = await readFile(join(backup, MANIFEST), 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error(`${backup} is not a complete backup: it has no ${MANIFEST}.`);
  const manifest = JSON.parse(text) as Manifest;
  for (const [name, hash] of Object.entries(manifest.files)) {
    const found = await digest(join(backup, name)).catch(() => undefined);
    if (found !== hash) throw new Error(`The backup in ${backup} is damaged: ${name} ${found ? 'was changed' : 'is missing'}.`);
  }
  return manifest;
}

/** What was there is kept until somebody deletes it, but for the read models, which are of no use to anybody. */
async function moveAside(folder: string): Promise<string | undefined> {
  const names = (await readdir(folder)).filter((name) => /\.db(-wal|-shm|-journal)?$|^master\.key$/.test(name));
  for (const name of names.filter((each) => each.startsWith('models.db'))) await rm(join(folder, name));
  const kept = names.filter((each) => !each.startsWith('models.db'));
  if (kept.length === 0) return undefined;
  const aside = join(folder, `before-restore-${new Date().toISOString().replace(/[:.]/g, '-')}`);
  await mkdir(aside, { mode: 0o700 });
  for (const name of kept) await rename(join(folder, name), join(aside, name));
  return aside;
}

async function copyDatabase(from: string, to: string): Promise<void> {
  const verdict = await new Promise<unknown>((resolve, reject) => {
    const worker = new Worker(compiled(__dirname, 'backup-thread.js'), { workerData: { from, to } });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error(`The copy of ${from} was not finished`)));
  });
  if (verdict !== 'ok') throw new Error(`The copy of ${from} is damaged: ${String(verdict)}`);
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync();
  await handle.close();
}

async function digest(file: string): Promise<string> {
  if (!(await stat(file)).isFile()) throw new Error(`${file} is not a file`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
