/**
 * The code of a card: 16 random Crockford base32 characters (80 bits). People read it aloud, copy it by hand and type it on
 * tills, so reading is lenient: any case, spaces and dashes anywhere, O for 0, I and L for 1.
 */

export const CODE_CHARACTERS = 16;
const alphabet = /^[0-9A-HJKMNP-TV-Z]{16}$/;

/** The canonical form (16 characters, upper case, no dashes) of what was typed; undefined when it can't be a code. */
export function readCardCode(typed: string): string | undefined {
  if (typed.length > 64) return undefined;
  const code = typed
    .replace(/[\s\u2010-\u2015\u2212_.-]/g, '')
    .toUpperCase()
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  return alphabet.test(code) ? code : undefined;
}

/** `7QK2-M9XD-04TV-HZ3C`: how a code is printed and mailed. */
export const writeCardCode = (code: string): string => (code.match(/.{4}/g) ?? []).join('-');

export const lastFourOf = (code: string): string => code.slice(-4);

/** Takes the same time wherever two hashes of one length begin to differ. */
export function sameHash(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index += 1) difference |= a.charCodeAt(index) ^ (b.charCodeAt(index) | 0);
  return difference === 0;
}
