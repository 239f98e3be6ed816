const FIRST_CAPACITY = 8;
/** Two halves of the id's hash, and the revision plus one (so that zero means empty). */
const WIDTH = 3;
const FULLEST = 0.6;

/**
 * Which commands a stream has seen, and where: a hash table of twelve bytes an entry from 64 bits of the command's id to the revision
 * of its first fact. It answers with candidates, since two ids may share a hash; the event at the revision tells. All of a stream's
 * commands fit, so no repeat is ever too old to be recognised, and no read model (which may be late) has to be asked.
 */
export class CommandMemory {
  private table = new Uint32Array(FIRST_CAPACITY * WIDTH);
  private count = 0;

  /** Its entries as text, a byte a character. */
  pack(): string {
    const entries = new Uint32Array(this.count * WIDTH);
    let to = 0;
    for (let at = 0; at < this.table.length; at += WIDTH) {
      if (this.table[at + 2] === 0) continue;
      entries.set(this.table.subarray(at, at + WIDTH), to);
      to += WIDTH;
    }
    return Buffer.from(entries.buffer).toString('latin1');
  }

  static unpack(text: string): CommandMemory {
    const memory = new CommandMemory();
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    const entries = new Uint32Array(bytes.buffer);
    memory.count = entries.length / WIDTH;
    while (memory.count >= memory.capacity * FULLEST) memory.table = new Uint32Array(memory.table.length * 2);
    for (let at = 0; at < entries.length; at += WIDTH)
      insert(memory.table, entries[at] as number, entries[at + 1] as number, entries[at + 2] as number);
    return memory;
  }

  /** To be called once a command. */
  remember(commandId: string, revision: number): void {
    if (this.count >= this.capacity * FULLEST) this.grow();
    const [a, b] = hashes(commandId);
    insert(this.table, a, b, revision + 1);
    this.count += 1;
  }

  /** Revisions at which the command's first fact may be; undefined when the stream never saw the command. */
  candidates(commandId: string): readonly number[] | undefined {
    const { table, capacity } = this;
    const [a, b] = hashes(commandId);
    let found: number[] | undefined;
    for (let at = a & (capacity - 1); table[at * WIDTH + 2] !== 0; at = (at + 1) & (capacity - 1)) {
      if (table[at * WIDTH] === a && table[at * WIDTH + 1] === b) (found ??= []).push((table[at * WIDTH + 2] as number) - 1);
    }
    return found;
  }

  get bytes(): number {
    return 200 + this.table.byteLength;
  }

  private get capacity(): number {
    return this.table.length / WIDTH;
  }

  private grow(): void {
    const wider = new Uint32Array(this.table.length * 2);
    for (let at = 0; at < this.table.length; at += WIDTH) {
      const revision = this.table[at + 2] as number;
      if (revision !== 0) insert(wider, this.table[at] as number, this.table[at + 1] as number, revision);
    }
    this.table = wider;
  }
}

function insert(table: Uint32Array, a: number, b: number, revision: number): void {
  const mask = table.length / WIDTH - 1;
  let at = a & mask;
  while (table[at * WIDTH + 2] !== 0) at = (at + 1) & mask;
  table[at * WIDTH] = a;
  table[at * WIDTH + 1] = b;
  table[at * WIDTH + 2] = revision;
}

/** Two multiplicative hashes (FNV-1a, and the same with another prime), mixed so that ids which differ only at their end spread. */
function hashes(text: string): readonly [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995);
  }
  return [Math.imul(a ^ (a >>> 15), 0x85ebca6b) >>> 0, (b ^ (b >>> 13)) >>> 0];
}
