import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { BusyStreams } from '../../../src/platform/event-store/busy-streams';
import type { StreamSlot } from '../../../src/platform/event-store/stream-slot';
import { compiled } from '../../../src/platform/workers';

const slot = (stream: string): StreamSlot => ({ stream }) as StreamSlot;
const held = (busy: BusyStreams): string[] => [...busy].map(({ stream }) => stream).sort();

/** For a process of its own: streams come and go after what holds them has grown old. Tells how many of those that went are still alive. */
const PASSING = `
  const { BusyStreams } = require(process.argv[1]);
  const [busy, born] = [new BusyStreams(), []];
  function pass(from, to) {
    for (let n = from; n < to; n++) {
      const slot = { stream: 'stream-' + n };
      born.push(new WeakRef(slot));
      busy.set(slot);
      if (n >= 8) busy.delete('stream-' + (n - 8));
    }
  }
  pass(0, 100);
  gc();
  pass(100, 4000);
  setImmediate(() => {
    for (let times = 0; times < 3; times++) gc({ type: 'minor' });
    console.log(born.slice(100, -8).filter((each) => each.deref()).length);
  });
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
    const alive = execFileSync(process.execPath, ['--expose-gc', '-e', PASSING, file], { encoding: 'utf8' });
    expect(Number(alive)).toBeLessThan(40);
  });
});
