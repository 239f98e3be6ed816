/**
 * Looks over the writer's shoulder with strace: between the bytes of a commit going to the write-ahead file and the answer to the
 * main thread there must be an fdatasync of that file.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { NO_STREAM } from '../src/platform/event-store/event-store';
import { SqliteEventStore } from '../src/platform/event-store/sqlite';

const APPENDS = 50;
/** What the traced process writes to stderr right after an acknowledgement: a system call that the trace shows. */
const MARK = 'acknowledged:';

/** @throws Error when an acknowledgement came before the sync of its commit, or no sync was seen at all */
export async function syncsBeforeAcknowledging(folder: string): Promise<{ groups: number; syncs: number }> {
  const trace = `${folder}.trace`;
  const calls = 'trace=fdatasync,fsync,pwrite64,write';
  const child = spawn(
    'strace',
    ['-f', '-y', '-s', '40', '-e', calls, '-o', trace, process.execPath, ...process.execArgv, __filename, `${folder}.db`],
    { stdio: ['ignore', 'ignore', 'ignore'] },
  );
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`The traced run ended with ${code}`);
  return judged(readFileSync(trace, 'utf8').split('\n'));
}

/** One append at a time, so that each acknowledgement belongs to the commit before it. */
function judged(lines: readonly string[]): { groups: number; syncs: number } {
  let groups = 0;
  let syncs = 0;
  let unsynced = 0;
  let written = false;
  const syncing = new Set<string>();
  for (const line of lines) {
    if (line.includes('pwrite64(') && line.includes('.db-wal>')) {
      unsynced += 1;
      written = true;
    } else if (/f(data)?sync\(/.test(line) && line.includes('.db-wal>')) {
      if (line.includes('<unfinished')) syncing.add(threadOf(line));
      else [syncs, unsynced] = [syncs + 1, 0];
    } else if (/f(data)?sync resumed/.test(line) && syncing.delete(threadOf(line))) {
      [syncs, unsynced] = [syncs + 1, 0];
    } else if (line.includes(MARK)) {
      groups += 1;
      if (!written) throw new Error(`Acknowledgement ${groups} came before anything was written`);
      if (unsynced > 0) throw new Error(`Acknowledgement ${groups} came before its commit was synced`);
      written = false;
    }
  }
  if (groups !== APPENDS || syncs < APPENDS)
    throw new Error(`${groups} acknowledgements and ${syncs} syncs were seen; there should be ${APPENDS} of each`);
  return { groups, syncs };
}

const threadOf = (line: string): string => line.slice(0, line.indexOf(' '));

async function appendOneByOne(file: string): Promise<void> {
  const store = await SqliteEventStore.open({ file });
  for (let i = 0; i < APPENDS; i++) {
    await store.append(`giftCard-${i}`, NO_STREAM, [{ id: randomUUID(), type: 'FundsDeducted', data: '{"amount":1}', metadata: '{}' }]);
    process.stderr.write(`${MARK} ${i}\n`);
  }
  await store.close();
}

if (require.main === module) void appendOneByOne(process.argv[2]);
