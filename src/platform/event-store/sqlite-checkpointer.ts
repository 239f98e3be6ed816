/**
 * The thread that moves what was committed from the write-ahead file into the database file, away from the writer. While the
 * write-ahead file is small it takes what it can without stopping anybody; above a size it has the writer wait for a moment and
 * begin the file anew.
 */
import Database from 'better-sqlite3';
import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { giveWay } from '../workers';

export interface CheckpointerData {
  readonly file: string;
}

const EVERY_MS = 1_000;
/** Frames (pages of 4 kB) of the write-ahead file above which the writer is stopped for a moment: 128 MB. */
const RESTART_ABOVE = 32_768;

function run(port: NonNullable<typeof parentPort>, { file }: CheckpointerData): void {
  const db = new Database(file, { fileMustExist: true, timeout: 1_000 });
  db.pragma('synchronous = FULL');
  db.pragma('wal_autocheckpoint = 0');
  db.pragma('cache_size = -1024');
  let seen = 0;
  const timer = setInterval(() => {
    try {
      const { mtimeMs } = statSync(`${file}-wal`);
      if (mtimeMs === seen) return;
      seen = mtimeMs;
      const [{ log }] = db.pragma('wal_checkpoint(PASSIVE)') as { log: number }[];
      if (log > RESTART_ABOVE) db.pragma('wal_checkpoint(RESTART)');
    } catch (error) {
      port.postMessage((error as Error).message);
    }
  }, EVERY_MS);
  port.on('message', () => {
    clearInterval(timer);
    db.close();
    port.close();
  });
}

if (parentPort) {
  giveWay();
  run(parentPort, workerData as CheckpointerData);
}
