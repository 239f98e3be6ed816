import { describe, expect, it } from '@jest/globals';
import { CommandMemory } from '../../../src/platform/event-store/command-memory';

const idOf = (i: number): string => `cmd_01JDABCDEFGHJKM${String(i).padStart(11, '0')}`;

describe('The memory of a stream’s commands', () => {
  const memory = new CommandMemory();
  for (let i = 0; i < 60_000; i++) memory.remember(idOf(i), i * 2);

  it('knows each of them and where its facts begin', () => {
    for (let i = 0; i < 60_000; i += 7) expect(memory.candidates(idOf(i))).toContain(i * 2);
  });
  it('takes hardly any stranger for one of them', () => {
    let mistaken = 0;
    for (let i = 60_000; i < 160_000; i++) if (memory.candidates(idOf(i))) mistaken += 1;
    expect(mistaken).toBeLessThanOrEqual(2);
  });
  it('stays small', () => expect(memory.bytes).toBeLessThan(2_000_000));
  it.each([0, 1, 16, 17, 38, 39, 60_000])('is the same after %i commands were packed, and goes on learning', (count) => {
    const before = new CommandMemory();
    for (let i = 0; i < count; i++) before.remember(idOf(i), i * 2);
    const bytes = new Int32Array(before.count * 3 + 1).fill(7);
    before.pack(bytes);
    const after = CommandMemory.unpack(bytes, count);
    for (let i = 0; i < count + 100; i += 1 + (i % 7)) expect([i, after.candidates(idOf(i))]).toEqual([i, before.candidates(idOf(i))]);
    for (let i = count; i < count + 50; i++) after.remember(idOf(i), i * 2);
    for (let i = 0; i < count + 50; i += 3) expect(after.candidates(idOf(i))).toContain(i * 2);
    expect([before.count, after.count]).toEqual([count, count + 50]);
  });
  it('answers with every place when two ids share a hash', () => {
    const twice = new CommandMemory();
    twice.remember('same', 3);
    twice.remember('same', 8);
    expect([...(twice.candidates('same') ?? [])].sort()).toEqual([3, 8]);
    expect(new CommandMemory().candidates('any')).toBeUndefined();
  });
});
