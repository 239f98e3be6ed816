import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Values up to this many characters are signed without allocating. */
const SHORT = 1024;
const MOST_BYTES_A_CHARACTER = 3;

/**
 * HMAC-SHA-256 with one key (RFC 2104), from two calls of `crypto.hash`: `createHmac` makes and frees a native object each time, and
 * costs three times as much for the short texts that are signed several times in every request.
 */
export class HmacKey {
  private readonly inner: Buffer;
  private readonly outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);

  /** @throws Error for a key that is longer than a block: those would have to be hashed first, and there are none here */
  constructor(key: Buffer) {
    if (key.length > BLOCK_BYTES) throw new Error('The key is too long');
    this.inner = Buffer.alloc(BLOCK_BYTES + SHORT * MOST_BYTES_A_CHARACTER, 0x36);
    for (const [at, byte] of key.entries()) {
      this.inner[at]! ^= byte;
      this.outer[at]! ^= byte;
    }
  }

  /** Digests come as text from `crypto.hash`, also where bytes are wanted: a buffer of its own would cost it three times as much. */
  sign(value: string, encoding: 'base64url'): string;
  sign(value: string, encoding: 'buffer'): Buffer;
  sign(value: string, encoding: 'base64url' | 'buffer'): string | Buffer {
    this.outer.write(hash('sha256', this.message(value), 'hex'), BLOCK_BYTES, 'hex');
    return encoding === 'buffer' ? Buffer.from(hash('sha256', this.outer, 'hex'), 'hex') : hash('sha256', this.outer, encoding);
  }

  private message(value: string): Buffer {
    if (value.length > SHORT) return Buffer.concat([this.inner.subarray(0, BLOCK_BYTES), Buffer.from(value)]);
    return this.inner.subarray(0, BLOCK_BYTES + this.inner.write(value, BLOCK_BYTES));
  }
}
