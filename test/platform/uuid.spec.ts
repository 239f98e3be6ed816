import { uuid } from '../../src/platform/uuid';

describe('A UUID', () => {
  const many = Array.from({ length: 2_000 }, uuid);

  it('is of version 4, as RFC 9562 writes it', () => {
    for (const each of many) expect(each).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('never comes twice, and every digit of chance is one', () => {
    expect(new Set(many).size).toBe(many.length);
    for (let at = 0; at < 36; at++) {
      const digits = new Set(many.map((each) => each[at]));
      expect(digits.size).toBe([8, 13, 14, 18, 23].includes(at) ? 1 : at === 19 ? 4 : 16);
    }
  });
});
