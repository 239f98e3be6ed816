import { LRUCache } from 'lru-cache';
import { CommandMemory } from './command-memory';
import type { Durable } from './stream-reader';

const CHUNK = 128;
/** Streams that are longer are not packed. */
const LONGEST = 65_536;
/** Begins a stream's bytes: how many they are, how many commands it has seen, and when it was packed. */
const HEAD = { length: 0, commands: 1, since: 2 };
const HEAD_BYTES = 12;
/** A name and its place in the list of least recent use. */
const AROUND = 200;
/** For the list of chunks: most streams take so many. */
const USUAL_CHUNKS = 8;
const NONE = -1;

type Parts = [unknown, number, string, number, string, string | null, string, number];

/**
 * What is known of streams as bytes, outside of the collector's heap: packed again and again they leave nothing behind that must be
 * collected, and a stream takes a fifth of the memory that its objects take. Only for states that are plain data (`impersonal`
 * aggregates). A stream lies in chunks of one large buffer, the commands that it has seen before the rest; what was not used for
 * longest makes room.
 */
export class PackedStreams {
  private readonly streams: LRUCache<string, number>;
  private readonly bytes: Buffer;
  /** Of each chunk, the one that goes on where it ends; of a free one, the next free one. */
  private readonly next: Int32Array;
  private free = 0;
  private left: number;
  private readonly scratch = Buffer.allocUnsafeSlow(LONGEST);
  private readonly head = new Int32Array(this.scratch.buffer, 0, HEAD_BYTES / 4);
  private readonly entries = new Int32Array(this.scratch.buffer, HEAD_BYTES);

  /** `most` bytes, of which pages that are not used yet cost nothing. */
  constructor(private readonly most: number) {
    const chunks = Math.max(1, Math.floor(most / (CHUNK + AROUND / USUAL_CHUNKS)));
    this.bytes = Buffer.allocUnsafeSlow(chunks * CHUNK);
    this.next = new Int32Array(chunks).map((_, chunk) => (chunk + 1 < chunks ? chunk + 1 : NONE));
    this.left = chunks;
    this.streams = new LRUCache<string, number>({ max: chunks, dispose: (first) => this.release(first) });
  }

  /** `now`, as the caller counts, is told when it is taken. False when it does not fit. */
  put(stream: string, durable: Durable, now: number): boolean {
    const { state, end, position, recordedAt, network, commands, lastCommand, weight } = durable;
    const text = JSON.stringify([state, end.revision, end.hash, position, recordedAt, network, lastCommand, weight]);
    const begins = HEAD_BYTES + commands.count * CommandMemory.ENTRY_BYTES;
    if (begins + text.length * 3 > LONGEST) return false;
    commands.pack(this.entries);
    const length = begins + this.scratch.write(text, begins);
    this.head[HEAD.length] = length;
    this.head[HEAD.commands] = commands.count;
    this.head[HEAD.since] = now;
    this.streams.delete(stream);
    const needed = Math.ceil(length / CHUNK);
    while (!this.fits(needed) && this.streams.size > 0) this.streams.pop();
    if (!this.fits(needed)) return false;
    this.streams.set(stream, this.write(length));
    return true;
  }

  /** Takes it out. */
  take(stream: string): { readonly durable: Durable; readonly since: number } | undefined {
    const first = this.streams.get(stream);
    if (first === undefined) return undefined;
    this.read(first);
    const count = this.head[HEAD.commands] as number;
    const text = this.scratch.toString('utf8', HEAD_BYTES + count * CommandMemory.ENTRY_BYTES, this.head[HEAD.length]);
    const [state, revision, hash, position, recordedAt, network, lastCommand, weight] = JSON.parse(text) as Parts;
    const commands = CommandMemory.unpack(this.entries, count);
    this.streams.delete(stream);
    // In the order of fields that a stream has which was read: what looks at both then meets one kind of object.
    const durable: Durable = {
      state,
      end: { revision, hash },
      position,
      recordedAt,
      network: network ?? undefined,
      commands,
      lastCommand,
      weight,
      textLength: text.length,
    };
    return { durable, since: this.head[HEAD.since] as number };
  }

  clear(): void {
    this.streams.clear();
  }

  get size(): number {
    return this.streams.size;
  }

  /** In use. */
  get weight(): number {
    return (this.next.length - this.left) * CHUNK + this.streams.size * AROUND;
  }

  private fits(chunks: number): boolean {
    return chunks <= this.left && this.weight + chunks * CHUNK + AROUND <= this.most;
  }

  private write(length: number): number {
    const first = this.free;
    let last = first;
    for (let at = 0, chunk = first; at < length; at += CHUNK, chunk = this.next[chunk] as number) {
      this.scratch.copy(this.bytes, chunk * CHUNK, at, Math.min(at + CHUNK, length));
      this.left -= 1;
      last = chunk;
    }
    this.free = this.next[last] as number;
    this.next[last] = NONE;
    return first;
  }

  private read(first: number): void {
    const { length } = this.scratch;
    for (let at = 0, chunk = first; chunk !== NONE && at < length; at += CHUNK, chunk = this.next[chunk] as number)
      this.bytes.copy(this.scratch, at, chunk * CHUNK, (chunk + 1) * CHUNK);
  }

  private release(first: number): void {
    let last = first;
    for (let chunk = first; chunk !== NONE; chunk = this.next[chunk] as number) {
      this.left += 1;
      last = chunk;
    }
    this.next[last] = this.free;
    this.free = first;
  }
}
