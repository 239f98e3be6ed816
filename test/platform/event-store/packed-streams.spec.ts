import { CommandMemory } from '../../../src/platform/event-store/command-memory';
import { PackedStreams } from '../../../src/platform/event-store/packed-streams';
import type { Durable } from '../../../src/platform/event-store/stream-reader';

function known(n: number, { commands = 3, text = '' }: { commands?: number; text?: string } = {}): Durable {
  const memory = new CommandMemory();
  for (let i = 0; i < commands; i++) memory.remember(`cmd-${n}-${i}`, i);
  return {
    state: { n, text, list: [1, 2] },
    end: { revision: n, hash: `hash ${n}` },
    position: 2 ** 40 + n,
    recordedAt: '2026-11-22T09:00:00.000Z',
    network: n % 2 ? 'net_1' : undefined,
    commands: memory,
    lastCommand: `cmd-${n}-${commands - 1}`,
    weight: 100 + n,
    textLength: undefined,
  };
}

/** What stands in it, with what its memory says of commands that it saw and of one that it did not. */
const said = (durable: Durable | undefined, n: number): unknown => {
  if (!durable) return undefined;
  const { commands, textLength, ...rest } = durable;
  return [rest, textLength! > 50, ['0', '1', '2', 'never'].map((each) => commands.candidates(`cmd-${n}-${each}`))];
};
const expected = (n: number, more?: { text: string }): unknown => {
  const { commands: _, textLength: __, ...rest } = known(n, more);
  return [rest, true, [[0], [1], [2], undefined]];
};

it('gives back what was put in, once, with when that was', () => {
  const packed = new PackedStreams(100_000);
  for (let n = 0; n < 20; n++) expect(packed.put(`s-${n}`, known(n), 7 + n)).toBe(true);
  expect(packed.size).toBe(20);
  for (let n = 19; n >= 0; n--) {
    const taken = packed.take(`s-${n}`);
    expect([said(taken?.durable, n), taken?.since]).toEqual([expected(n), 7 + n]);
    expect(packed.take(`s-${n}`)).toBeUndefined();
  }
  expect([packed.size, packed.weight]).toEqual([0, 0]);
});

it('keeps letters of every alphabet, and streams that are longer than a chunk', () => {
  const packed = new PackedStreams(100_000);
  const text = 'Zoë 王 🎁 '.repeat(200);
  packed.put('s-1', known(1, { text }), 0);
  packed.put('s-2', known(2, { commands: 500 }), 0);
  expect(said(packed.take('s-1')?.durable, 1)).toEqual(expected(1, { text }));
  const { commands } = packed.take('s-2')!.durable;
  for (let i = 0; i < 500; i++) expect(commands.candidates(`cmd-2-${i}`)).toContain(i);
});

it('never takes more than it may; what was put in last stays, what was not used for longest goes', () => {
  const packed = new PackedStreams(10_000);
  for (let n = 0; n < 1_000; n++) {
    packed.put(`s-${n}`, known(n, { text: 'x'.repeat((n * 37) % 500) }), n);
    expect(packed.weight).toBeLessThanOrEqual(10_000);
  }
  const left = Array.from({ length: 1_000 }, (_, n) => n).filter((n) => packed.take(`s-${n}`));
  expect(left.length).toBeGreaterThan(5);
  expect(left).toEqual(Array.from({ length: left.length }, (_, i) => 1_000 - left.length + i));
  expect(packed.weight).toBe(0);
});

it('refuses what does not fit, and holds nothing of it', () => {
  const packed = new PackedStreams(2_000);
  expect(packed.put('s-1', known(1, { text: 'x'.repeat(30_000) }), 0)).toBe(false);
  expect(packed.put('s-1', known(1, { text: 'x'.repeat(5_000) }), 0)).toBe(false);
  expect([packed.size, packed.weight, packed.take('s-1')]).toEqual([0, 0, undefined]);
  packed.put('s-1', known(1), 0);
  packed.put('s-1', known(3), 1);
  expect(packed.size).toBe(1);
  packed.clear();
  expect([packed.size, packed.weight]).toEqual([0, 0]);
});

it('is the same after thousands of streams of all lengths came and went', () => {
  const packed = new PackedStreams(60_000);
  const model = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) {
    const n = (i * 7919) % 97;
    const taken = packed.take(`s-${n}`);
    if (taken)
      expect([taken.durable.end.revision, (taken.durable.state as { n: number }).n]).toEqual([model.get(`s-${n}`), model.get(`s-${n}`)]);
    packed.put(`s-${n}`, known(i, { text: 'y'.repeat((i * 31) % 700) }), i);
    model.set(`s-${n}`, i);
  }
});
