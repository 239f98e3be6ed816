/** Crockford's alphabet: no I, L, O or U, so that what is read aloud or typed is not mistaken. */
const ALPHABET = Buffer.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ');

/** Made in one piece: a text to which characters are added one by one is kept as a chain of all its beginnings. */
let made = Buffer.alloc(64);

function room(characters: number): Buffer {
  if (made.length < characters) made = Buffer.alloc(characters);
  return made;
}

/** Base32 after Crockford (https://www.crockford.com/base32.html), upper case, without padding; leftover bits fill up with zeros. */
export function base32(bytes: Uint8Array, characters = Math.ceil((bytes.length * 8) / 5)): string {
  const text = room(Math.ceil((bytes.length * 8) / 5));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text[at++] = ALPHABET[(held >>> (bits - 5)) & 31]!;
    held &= (1 << bits) - 1;
  }
  if (bits > 0) text[at++] = ALPHABET[(held << (5 - bits)) & 31]!;
  return text.toString('latin1', 0, Math.min(at, characters));
}

/** A whole number in as many characters as asked for, so that text order is number order. */
export function base32Number(value: number, characters: number): string {
  const text = room(characters);
  let rest = value;
  for (let at = characters - 1; at >= 0; at--, rest = Math.floor(rest / 32)) text[at] = ALPHABET[rest % 32]!;
  return text.toString('latin1', 0, characters);
}
