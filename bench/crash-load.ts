/** The load of a crash round: a child process that appends as fast as it can and says what was acknowledged, until it is killed. */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { NO_STREAM } from '../src/platform/event-store/event-store';
import { SqliteEventStore } from '../src/platform/event-store/sqlite';

const STREAMS = 200;
const IN_FLIGHT = 32;

/** Lines of `stream revision id` that the store acknowledged. */
type Told = readonly [place: string, id: string];

/** Starts the load on the file, kills it after so many milliseconds of load, and adds to `acknowledged` what it was told. */
export async function crashingRun(file: string, milliseconds: number, acknowledged: Map<string, string>): Promise<void> {
  const child = fork(__filename, [file], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  let killing: NodeJS.Timeout | undefined;
  child.on('message', (told: readonly Told[]) => {
    for (const [place, id] of told) acknowledged.set(place, id);
    killing ??= setTimeout(() => child.kill('SIGKILL'), milliseconds);
  });
  const signal = await ended;
  if (signal !== 'SIGKILL') throw new Error(`The load ended by itself (${signal ?? 'no signal'})`);
}

async function load(file: string): Promise<void> {
  const store = await SqliteEventStore.open({ file });
  let told: Told[] = [];
  const tell = (): void => {
    if (told.length === 0) return;
    process.send?.(told);
    told = [];
  };
  const write = async (worker: number): Promise<void> => {
    for (let turn = 0; ; turn++) {
      const stream = `giftCard-${(worker + turn * IN_FLIGHT) % STREAMS}x${worker}`;
      const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
      const events = Array.from({ length: 1 + (turn % 3) }, () => ({
        id: randomUUID(),
        type: 'FundsDeducted',
        data: '{"amount":1}',
        metadata: `{"turn":${turn}}`,
      }));
      const first = (last?.revision ?? NO_STREAM) + 1;
      await store.append(stream, first - 1, events);
      events.forEach(({ id }, i) => told.push([`${stream} ${first + i}`, id]));
      if (told.length > 50) tell();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, (_, worker) => write(worker)));
}

if (require.main === module) void load(process.argv[2]);
