import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { HmacKey } from '../../../src/platform/security/hmac-key';

describe('An HMAC key', () => {
  it('signs as RFC 4231 says (test case 2)', () => {
    const signed = new HmacKey(Buffer.from('Jefe')).sign('what do ya want for nothing?', 'buffer');
    expect(signed.toString('hex')).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  it('signs like node:crypto, one text after the other, short and long', () => {
    const key = Buffer.alloc(32, 9);
    const ours = new HmacKey(key);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.string({ minLength: 1000, maxLength: 1100 })), (text) => {
        expect(ours.sign(text, 'base64url')).toBe(createHmac('sha256', key).update(text).digest('base64url'));
      }),
    );
    const widest = '€'.repeat(1024);
    expect(ours.sign(widest, 'base64url')).toBe(createHmac('sha256', key).update(widest).digest('base64url'));
  });

  it('takes no key that would have to be hashed first', () => expect(() => new HmacKey(Buffer.alloc(65))).toThrow('too long'));
});
