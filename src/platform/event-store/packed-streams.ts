import { LRUCache } from 'lru-cache';
import { CommandMemory } from './command-memory';
import type { Durable } from './stream-reader';

const CHUNK = 256;
/** Streams that are longer are not packed. */
const LONGEST = 65_536;
/** A name, its place in the list of least recent use, and numbers beside its bytes. */
const AROUND = 200;
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
  /** Of each first chunk. */
  private readonly lengths: Int32Array;
  private readonly commands: Int32Array;
  private readonly since: Float64Array;
  private free = 0;
  private left: number;
  private readonly scratch = Buffer.allocUnsafeSlow(LONGEST);
  private readonly entries = new Int32Array(this.scratch.buffer);

  /** `most` bytes, of which pages that are not used yet cost nothing. */
  constructor(most: number) {
    const chunks = Math.max(1, Math.floor(most / (CHUNK + AROUND / 4)));
    this.bytes = Buffer.allocUnsafeSlow(chunks * CHUNK);
    this.next = new Int32Array(chunks).map((_, chunk) => (chunk + 1 < chunks ? chunk + 1 : NONE));
    this.lengths = new Int32Array(chunks);
    this.commands = new Int32Array(chunks);
    this.since = new Float64Array(chunks);
    this.left = chunks;
    this.streams = new LRUCache<string, number>({ max: chunks, dispose: (first) => this.release(first) });
  }

  /** `now`, as the caller counts, is told when it is taken. False when it does not fit, or would read differently. */
  put(stream: string, durable: Durable, now: number): boolean {
    const { state, end, position, recordedAt, network, commands, lastCommand, weight } = durable;
    const text = JSON.stringify([state, end.revision, end.hash, position, recordedAt, network, lastCommand, weight]);
    const begins = commands.count * CommandMemory.ENTRY_BYTES;
    if (begins + text.length * 3 > LONGEST) return false;
    commands.pack(this.entries);
    const length = begins + this.scratch.write(text, begins);
    const needed = Math.ceil(length / CHUNK);
    this.streams.delete(stream);
    while (this.left < needed && this.streams.size > 0) this.streams.pop();
    if (this.left < needed) return false;
    const first = this.write(length);
    this.lengths[first] = length;
    this.commands[first] = commands.count;
    this.since[first] = now;
    this.streams.set(stream, first);
    return true;
  }

  /** Takes it out. */
  take(stream: string): { readonly durable: Durable; readonly since: number } | undefined {
    const first = this.streams.get(stream);
    if (first === undefined) return undefined;
    const [length, count] = [this.lengths[first] as number, this.commands[first] as number];
    this.read(first, length);
    const text = this.scratch.toString('utf8', count * CommandMemory.ENTRY_BYTES, length);
    const [state, revision, hash, position, recordedAt, network, lastCommand, weight] = JSON.parse(text) as Parts;
    const commands = CommandMemory.unpack(this.entries, count);
    const durable = { state, end: { revision, hash }, position, recordedAt, network: network ?? undefined, commands, lastCommand, weight };
    const since = this.since[first] as number;
    this.streams.delete(stream);
    return { durable, since };
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

  private read(first: number, length: number): void {
    for (let at = 0, chunk = first; at < length; at += CHUNK, chunk = this.next[chunk] as number)
      this.bytes.copy(this.scratch, at, chunk * CHUNK, chunk * CHUNK + Math.min(CHUNK, length - at));
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
