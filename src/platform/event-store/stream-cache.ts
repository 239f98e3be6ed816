import { LRUCache } from 'lru-cache';
import { PackedStream } from './packed-stream';
import type { StreamSlot } from './stream-slot';

/** Of the bytes, so much is for streams as they are decided on; the rest for those that were packed when they had to make room. */
const UNPACKED = 0.3;

/**
 * The streams in memory, bounded by bytes, least recently used first. A stream with commands under way is never lost: evicted while
 * busy, it stays until it is idle. Streams without facts are not kept. What is evicted is packed where its state can be, so that many
 * more streams than fit as objects are decided on without being read again.
 */
export class StreamCache {
  private readonly idle: LRUCache<string, StreamSlot>;
  private readonly packed: LRUCache<string, PackedStream>;
  private readonly pinned = new Map<string, StreamSlot>();

  constructor(bytes: number) {
    this.packed = new LRUCache<string, PackedStream>({ maxSize: Math.round(bytes * (1 - UNPACKED)) });
    this.idle = new LRUCache<string, StreamSlot>({
      maxSize: Math.round(bytes * UNPACKED),
      dispose: (slot, stream, reason) => {
        if (slot.busy) this.pinned.set(stream, slot);
        else if (reason === 'evict') this.pack(slot);
      },
    });
  }

  get(stream: string): StreamSlot | undefined {
    return this.idle.get(stream) ?? this.pinned.get(stream);
  }

  /** A slot that `get` did not find; it goes on from what is packed of its stream, if anything is. */
  add(slot: StreamSlot): void {
    const packed = this.packed.size > 0 ? this.packed.get(slot.stream) : undefined;
    if (packed) {
      slot.resume(packed.unpack());
      this.packed.delete(slot.stream);
    }
    this.pinned.set(slot.stream, slot);
  }

  /** The slot has nothing under way: from now on it may be evicted, and counts with what it weighs. */
  settle(slot: StreamSlot): void {
    const { stream, weight, weighed } = slot;
    const pinned = this.pinned.size > 0 && this.pinned.delete(stream);
    if (!slot.worthKeeping) return void this.idle.delete(stream);
    if (!pinned && weighed > weight * 0.8 && weighed < weight * 1.2) return;
    slot.weighed = weight;
    this.idle.set(stream, slot, { size: weight });
  }

  /** Idle streams are forgotten at once; busy ones are read again before they decide anything further. */
  forget(): void {
    this.idle.clear();
    this.packed.clear();
    for (const slot of this.pinned.values()) slot.distrust();
  }

  get bytes(): number {
    return this.idle.calculatedSize + this.packed.calculatedSize;
  }

  get size(): number {
    return this.idle.size + this.packed.size + this.pinned.size;
  }

  private pack(slot: StreamSlot): void {
    const packed = slot.pack();
    if (packed) this.packed.set(slot.stream, packed, { size: packed.weight });
  }
}
