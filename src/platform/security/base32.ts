/** Crockford's alphabet: no I, L, O or U, so that what is read aloud or typed is not mistaken. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Base32 after Crockford (https://www.crockford.com/base32.html), upper case, without padding; leftover bits fill up with zeros. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >>> (bits - 5)) & 31] as string;
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + (ALPHABET[(held << (5 - bits)) & 31] as string) : text;
}

/** A whole number in as many characters as asked for, so that text order is number order. */
export function base32Number(value: number, characters: number): string {
  let text = '';
  for (let rest = value; text.length < characters; rest = Math.floor(rest / 32)) text = (ALPHABET[rest % 32] as string) + text;
  return text;
}
