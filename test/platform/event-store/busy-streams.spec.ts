import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { BusyStreams } from '../../../src/platform/event-store/busy-streams';
import type { StreamSlot } from '../../../src/platform/event-store/stream-slot';
import { compiled } from '../../../src/platform/workers';

const slot = (stream: string): StreamSlot => ({ stream }) as StreamSlot;
const held = (busy: BusyStreams): string[] => [...busy].map(({ stream }) => stream).sort();

/** For a process of its own: streams come and go after what holds them has grown old. Tells by how many bytes memory has grown. */
const PASSING = `
  const { BusyStreams } = require(process.argv[1]);
  const busy = new BusyStreams();
  function pass(from, to) {
    for (let n = from; n < to; n++) {
      busy.set({ stream: 'stream-' + n, state: Array.from({ length: 2_000 }, () => n) });
      if (n >= 32) busy.delete('stream-' + (n - 32));
    }
  }
  pass(0, 100);
  gc();
  const before = process.memoryUsage().heapUsed;
  pass(100, 10_000);
  for (let times = 0; times < 3; times++) gc({ type: 'minor' });
  console.log(process.memoryUsage().heapUsed - before);
`;

describe('Streams with commands under way', () => {
  it('are found by name until they are taken out', () => {
    const busy = new BusyStreams();
    const [a, b] = [slot('a'), slot('b')];
    busy.set(a);
    busy.set(b);
    expect([busy.size, busy.get('a'), busy.get('b'), busy.get('c')]).toEqual([2, a, b, undefined]);
    expect(busy.delete('a')).toBe(true);
    expect(busy.delete('a')).toBe(false);
    expect([busy.size, busy.get('a'), held(busy)]).toEqual([1, undefined, ['b']]);
    busy.set(slot('c'));
    busy.set(slot('d'));
    expect(held(busy)).toEqual(['b', 'c', 'd']);
    const again = slot('c');
    busy.set(again);
    expect([busy.size, busy.get('c') === again, held(busy)]).toEqual([3, true, ['b', 'c', 'd']]);
  });

  it('leave nothing behind that only a collection of the old generation would find', () => {
    const file = compiled(join(__dirname, '../../../src/platform/event-store'), 'busy-streams.js');
    const grown = execFileSync(process.execPath, ['--expose-gc', '-e', PASSING, file], { encoding: 'utf8' });
    expect(Number(grown)).toBeLessThan(6_000_000);
  });
});
