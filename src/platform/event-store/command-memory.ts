/** How many command ids of a stream are kept with their revisions; older ones only leave a trace that says "look in the stream". */
const RECENT = 512;
const IDS_A_FILTER = 4096;
const BITS = IDS_A_FILTER * 16;
const PROBES = 6;

/**
 * Which commands a stream has seen. The last 512 are known exactly, with the revision of their first fact. Older ids go into Bloom
 * filters of two bytes an id, which never miss one and are wrong about one stranger in a thousand; whoever gets `perhaps` reads the
 * stream to be sure. So a stream's memory stays small however long it grows, and no read model (which may be late) is asked.
 */
export class CommandMemory {
  private readonly recent = new Map<string, number>();
  private readonly older: Uint32Array[] = [];
  private count = 0;

  /** Only the first fact of a command counts; ids must come in the order of the log. */
  remember(commandId: string, revision: number): void {
    if (this.recent.has(commandId)) return;
    this.recent.set(commandId, revision);
    if (this.recent.size <= RECENT) return;
    const [oldest] = this.recent.keys();
    this.recent.delete(oldest as string);
    this.retire(oldest as string);
  }

  /** The revision of the command's first fact, undefined when the stream never saw it, or `perhaps`. */
  find(commandId: string): number | 'perhaps' | undefined {
    const known = this.recent.get(commandId);
    if (known !== undefined || this.count === 0) return known;
    const [a, b] = hashes(commandId);
    return this.older.some((filter) => holds(filter, a, b)) ? 'perhaps' : undefined;
  }

  get bytes(): number {
    return this.recent.size * 120 + this.older.length * (BITS / 8);
  }

  private retire(commandId: string): void {
    if (this.count % IDS_A_FILTER === 0) this.older.push(new Uint32Array(BITS / 32));
    this.count += 1;
    const filter = this.older.at(-1) as Uint32Array;
    const [a, b] = hashes(commandId);
    for (let i = 0; i < PROBES; i++) {
      const bit = ((a + Math.imul(i, b)) >>> 0) % BITS;
      filter[bit >>> 5] = (filter[bit >>> 5] as number) | (1 << (bit & 31));
    }
  }
}

function holds(filter: Uint32Array, a: number, b: number): boolean {
  for (let i = 0; i < PROBES; i++) {
    const bit = ((a + Math.imul(i, b)) >>> 0) % BITS;
    if (((filter[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
  }
  return true;
}

/** Two FNV-1a hashes with different beginnings; the second is odd, so that every probe moves. */
function hashes(text: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x01234567;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995);
  }
  return [a ^ (a >>> 15), (b ^ (b >>> 13)) | 1];
}
