/** Two halves of the id's hash, and the revision plus one (so that zero means empty). */
const WIDTH = 3;
/** So many are looked through one by one: most streams see no more, and a table each would cost them more than it saves. */
const FEW = 16;
const FIRST_CAPACITY = 64;
const FULLEST = 0.6;

/**
 * Which commands a stream has seen, and where: twelve bytes an entry from 64 bits of the command's id to the revision of its first
 * fact, in a list as long as they are few, then in a hash table. It answers with candidates, since two ids may share a hash; the event
 * at the revision tells. All of a stream's commands fit, so no repeat is ever too old to be recognised, and no read model (which may be
 * late) has to be asked.
 */
export class CommandMemory {
  static readonly ENTRY_BYTES = WIDTH * Int32Array.BYTES_PER_ELEMENT;

  private few: number[] = [];
  private table: Int32Array | undefined;
  private remembered = 0;

  /** To be called once a command. */
  remember(commandId: string, revision: number): void {
    const [a, b] = hashes(commandId);
    this.enter(a, b, revision + 1);
  }

  /** Revisions at which the command's first fact may be; undefined when the stream never saw the command. */
  candidates(commandId: string): readonly number[] | undefined {
    const [a, b] = hashes(commandId);
    return this.table ? inTable(this.table, a, b) : inList(this.few, a, b);
  }

  get count(): number {
    return this.remembered;
  }

  get bytes(): number {
    return 200 + (this.table ? this.table.byteLength : this.few.length * 8);
  }

  /** Writes its entries to the beginning of a buffer that is long enough. */
  pack(to: Int32Array): void {
    const { table, few } = this;
    if (!table) return few.forEach((value, at) => (to[at] = value));
    let at = 0;
    for (let from = 0; from < table.length; from += WIDTH)
      if (table[from + 2] !== 0) for (let part = 0; part < WIDTH; part++) to[at++] = table[from + part] as number;
  }

  static unpack(from: Int32Array, count: number): CommandMemory {
    const memory = new CommandMemory();
    for (let at = 0; at < count * WIDTH; at += WIDTH) memory.enter(from[at] as number, from[at + 1] as number, from[at + 2] as number);
    return memory;
  }

  private enter(a: number, b: number, place: number): void {
    this.remembered += 1;
    if (this.remembered <= FEW) return void this.few.push(a, b, place);
    if (!this.table) this.table = widened(this.few, FIRST_CAPACITY);
    else if (this.remembered > (this.table.length / WIDTH) * FULLEST) this.table = widened(this.table, (2 * this.table.length) / WIDTH);
    this.few = [];
    insert(this.table, a, b, place);
  }
}

function inList(few: readonly number[], a: number, b: number): number[] | undefined {
  let found: number[] | undefined;
  for (let at = 0; at < few.length; at += WIDTH) {
    if (few[at] === a && few[at + 1] === b) (found ??= []).push((few[at + 2] as number) - 1);
  }
  return found;
}

function inTable(table: Int32Array, a: number, b: number): number[] | undefined {
  const mask = table.length / WIDTH - 1;
  let found: number[] | undefined;
  for (let at = a & mask; table[at * WIDTH + 2] !== 0; at = (at + 1) & mask) {
    if (table[at * WIDTH] === a && table[at * WIDTH + 1] === b) (found ??= []).push((table[at * WIDTH + 2] as number) - 1);
  }
  return found;
}

function widened(entries: ArrayLike<number>, capacity: number): Int32Array {
  const wider = new Int32Array(capacity * WIDTH);
  for (let at = 0; at < entries.length; at += WIDTH) {
    const place = entries[at + 2] as number;
    if (place !== 0) insert(wider, entries[at] as number, entries[at + 1] as number, place);
  }
  return wider;
}

function insert(table: Int32Array, a: number, b: number, place: number): void {
  const mask = table.length / WIDTH - 1;
  let at = a & mask;
  while (table[at * WIDTH + 2] !== 0) at = (at + 1) & mask;
  table[at * WIDTH] = a;
  table[at * WIDTH + 1] = b;
  table[at * WIDTH + 2] = place;
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
  return [Math.imul(a ^ (a >>> 15), 0x85ebca6b) | 0, (b ^ (b >>> 13)) | 0];
}
