import { lastFourOf, readCardCode, sameHash, writeCardCode } from '../../../src/cards/domain/card-code';

describe('a card code', () => {
  it.each([
    ['as printed', '7QK2-M9XD-04TV-HZ3C'],
    ['in small letters', '7qk2-m9xd-04tv-hz3c'],
    ['without dashes', '7QK2M9XD04TVHZ3C'],
    ['with spaces', ' 7QK2 M9XD 04TV HZ3C '],
    ['with O for 0', '7QK2-M9XD-O4TV-HZ3C'],
    ['with long dashes, dots and tabs', '7QK2–M9XD—04TV.HZ3C\t'],
  ])('is read %s', (_, typed) => expect(readCardCode(typed)).toBe('7QK2M9XD04TVHZ3C'));

  it('reads I and L as 1', () => expect(readCardCode('IIII-LLLL-iiii-llll')).toBe('1111111111111111'));

  it.each(['', '7QK2', '7QK2-M9XD-04TV-HZ3', '7QK2-M9XD-04TV-HZ3CC', '7QK2-M9XD-04TV-HZ3U', '7QK2-M9XD-04TV-HZ3é', '—'.repeat(100)])(
    'is not %p',
    (typed) => expect(readCardCode(typed)).toBeUndefined(),
  );

  it('is read out of 64 typed characters, and of none more', () => {
    const typed = '7QK2-M9XD-04TV-HZ3C';
    expect(readCardCode(typed.padEnd(64))).toBe('7QK2M9XD04TVHZ3C');
    expect(readCardCode(typed.padEnd(65))).toBeUndefined();
  });

  it('is written in groups of four and told by its last four', () => {
    expect(writeCardCode('7QK2M9XD04TVHZ3C')).toBe('7QK2-M9XD-04TV-HZ3C');
    expect(lastFourOf('7QK2M9XD04TVHZ3C')).toBe('HZ3C');
  });
});

it.each([
  ['abc', 'abc', true],
  ['abc', 'abd', false],
  ['abc', 'ab', false],
  ['', '', true],
  ['abc', 'abcd', false],
])('hashes %p and %p are the same: %p', (a, b, same) => expect(sameHash(a, b)).toBe(same));
