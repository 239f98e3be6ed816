import { SeenIds } from '../../../src/platform/processors/seen-ids';

const id = (n: number): string => `ded_01JD${String(n).padStart(22, '0')}`;

it('never denies what it has seen, and seldom claims what it has not', () => {
  const seen = new SeenIds(20);
  for (let n = 0; n < 50_000; n++) seen.add(id(n));
  for (let n = 0; n < 50_000; n++) if (!seen.mayHave(id(n))) throw new Error(`${id(n)} was forgotten`);
  const wrong = Array.from({ length: 50_000 }, (_, n) => id(n + 50_000)).filter((each) => seen.mayHave(each)).length;
  expect(wrong).toBeLessThan(1_000);
});
