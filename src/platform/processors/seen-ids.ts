/**
 * Remembers ids in a few bits each (a Bloom filter): "never seen" is certain, "seen" may be wrong. Lets a rebuild do without loading
 * what it never wrote, and without keeping every id in memory.
 */
export class SeenIds {
  private readonly bits: Uint32Array;
  private readonly mask: number;
  /** Nothing was added yet. */
  isEmpty = true;

  /** `power`: 2^power bits; 25 takes 4 MB and serves some three million ids well. */
  constructor(power = 25) {
    this.bits = new Uint32Array(2 ** (power - 5));
    this.mask = 2 ** power - 1;
  }

  add(id: string): void {
    this.isEmpty = false;
    const [a, b] = hashes(id);
    for (let n = 0; n < PROBES; n++) {
      const bit = (a + Math.imul(n, b)) & this.mask;
      this.bits[bit >>> 5]! |= 1 << (bit & 31);
    }
  }

  mayHave(id: string): boolean {
    const [a, b] = hashes(id);
    for (let n = 0; n < PROBES; n++) {
      const bit = (a + Math.imul(n, b)) & this.mask;
      if ((this.bits[bit >>> 5]! & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }
}

const PROBES = 4;

/** FNV-1a, and the same from another beginning, mixed: two independent hashes make the others. */
function hashes(id: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x01234567;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995) ^ (b >>> 13);
  }
  return [(a ^ (a >>> 15)) >>> 0, (b ^ (b >>> 16)) | 1];
}
