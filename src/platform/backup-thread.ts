import Database from 'better-sqlite3';
import { parentPort, workerData } from 'node:worker_threads';

/** Copies one database as it is at this moment, while others go on writing to it, and checks the copy. */
const { from, to } = workerData as { readonly from: string; readonly to: string };

const source = new Database(from, { fileMustExist: true, timeout: 15_000 });
source.prepare('VACUUM INTO ?').run(to);
source.close();
const copy = new Database(to, { fileMustExist: true });
const verdict = copy.pragma('quick_check(1)', { simple: true });
copy.close();
parentPort?.postMessage(verdict);
