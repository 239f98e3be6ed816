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
  it('is the same after it was packed, and goes on learning', () => {
    const again = CommandMemory.unpack(memory.pack());
    for (let i = 0; i < 61_000; i += 7) expect(again.candidates(idOf(i))).toEqual(memory.candidates(idOf(i)));
    const small = CommandMemory.unpack(new CommandMemory().pack());
    for (let i = 0; i < 100; i++) small.remember(idOf(i), i);
    for (let i = 0; i < 100; i++) expect(small.candidates(idOf(i))).toEqual([i]);
  });
  it('answers with every place when two ids share a hash', () => {
    const twice = new CommandMemory();
    twice.remember('same', 3);
    twice.remember('same', 8);
    expect([...(twice.candidates('same') ?? [])].sort()).toEqual([3, 8]);
    expect(new CommandMemory().candidates('any')).toBeUndefined();
  });
});
