/**
 * npm run prove:crash [-- rounds [http|store|import]]: nothing acknowledged is lost, nothing happens twice. `http` (the default) kills the real
 * server under deductions and starts it again on the same folder; `store` kills a process that appends, `import` the server amid an import of
 * cards. A kill alone proves little,
 * because the operating system keeps what a dead process had written: so the connection's durability is asserted too, and that an
 * fdatasync of the log stands between each commit and its acknowledgement, as strace sees it.
 */
import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proveHttp } from './crash-http';
import { proveImport } from './crash-import';
import { proveStore } from './crash-store';
import { syncsBeforeAcknowledging } from './crash-trace';

async function main(rounds: number, what: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'largesse-crash-'));
  try {
    if (what === 'import') return await proveImport(rounds, folder);
    if (spawnSync('strace', ['-V']).status === 0) {
      const { groups, syncs } = await syncsBeforeAcknowledging(join(folder, 'traced'));
      console.log(`fdatasync before each acknowledgement: ${groups} groups, ${syncs} syncs`);
    } else if (process.env.CI) {
      throw new Error('strace is not here: whether commits are synced before they are acknowledged was not seen');
    } else {
      console.log('NOT SEEN  strace is not here: whether commits are synced before they are acknowledged');
    }
    await (what === 'store' ? proveStore : proveHttp)(rounds, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main(Number(process.argv[2] ?? 20), process.argv[3] ?? 'http').catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
