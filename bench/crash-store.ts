/**
 * The store alone: each round a child process appends under load and is killed without warning; the log is opened again and compared
 * with what was acknowledged.
 */
import { join } from 'node:path';
import { SqliteEventStore } from '../src/platform/event-store/sqlite';
import { crashingRun } from './crash-load';

interface Tally {
  acknowledged: number;
  found: number;
  unacknowledged: number;
}

/** @throws Error with the stream when something acknowledged is missing or different, or a revision is there twice */
export async function compare(file: string, acknowledged: ReadonlyMap<string, string>): Promise<Tally> {
  const store = await SqliteEventStore.open({ file });
  try {
    const { durability } = store;
    if (durability?.synchronous !== 2 || durability.journal !== 'wal')
      throw new Error(`Commits are not durable: ${JSON.stringify(durability)}`);
    const next = new Map<string, number>();
    const found = new Map<string, string>();
    for (let after = 0, end = false; !end;) {
      const page = await store.readAll({ after, limit: 10_000 });
      for (const { stream, revision, id } of page.events) {
        const expected = next.get(stream) ?? 0;
        if (revision !== expected) throw new Error(`${stream} has revision ${revision} where ${expected} should be`);
        next.set(stream, revision + 1);
        found.set(`${stream} ${revision}`, id);
      }
      after = page.next;
      end = page.end;
    }
    if (new Set(found.values()).size !== found.size) throw new Error('An event is in the log twice');
    for (const [place, id] of acknowledged) {
      if (found.get(place) !== id) throw new Error(`${place} was acknowledged as ${id}; the log has ${found.get(place) ?? 'nothing'}`);
    }
    return { acknowledged: acknowledged.size, found: found.size, unacknowledged: found.size - acknowledged.size };
  } finally {
    await store.close();
  }
}

/** Kills an appending process so many times. @throws Error when anything acknowledged was lost or is there twice */
export async function proveStore(rounds: number, folder: string): Promise<void> {
  const file = join(folder, 'appended.db');
  const acknowledged = new Map<string, string>();
  for (let round = 1; round <= rounds; round++) {
    await crashingRun(file, 200 + Math.random() * 800, acknowledged);
    const tally = await compare(file, acknowledged);
    console.log(
      `round ${round}: ${tally.acknowledged} acknowledged, all there; ${tally.unacknowledged} written whose answer was lost; revisions dense`,
    );
  }
  console.log(`${rounds} kills: nothing acknowledged was lost, nothing is there twice`);
}
