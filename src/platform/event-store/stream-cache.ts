import { LRUCache } from 'lru-cache';
import { BusyStreams } from './busy-streams';
import { PackedStreams } from './packed-streams';
import type { StreamSlot } from './stream-slot';

/** Of the bytes, so much is for streams as they are decided on; the rest for those that are packed. */
const UNPACKED = 1 / 3;

/**
 * The streams in memory, bounded by bytes, least recently used first. A stream with commands under way is never lost: evicted while
 * busy, it stays until it is idle. Streams without facts are not kept.
 *
 * Where its state can be packed, a stream stays as objects only if it was used not longer ago than so many streams are kept as objects;
 * else it is packed as soon as it is idle. So what is used once in a while never grows old as objects, which would cost the collector
 * more than packing does, and many more streams than fit as objects are decided on without being read again.
 */
export class StreamCache {
  private readonly idle: LRUCache<string, StreamSlot>;
  private readonly packed: PackedStreams;
  private readonly pinned = new BusyStreams();
  /** Counts slots that were begun: how long ago something was, in streams. */
  private begun = 0;

  constructor(bytes: number) {
    this.packed = new PackedStreams(bytes * (1 - UNPACKED));
    this.idle = new LRUCache<string, StreamSlot>({
      maxSize: Math.max(1, Math.round(bytes * UNPACKED)),
      dispose: (slot, _, reason) => {
        if (slot.busy) this.pinned.set(slot);
        else if (reason === 'evict') this.pack(slot);
      },
    });
  }

  get(stream: string): StreamSlot | undefined {
    return this.idle.get(stream) ?? this.pinned.get(stream);
  }

  /** A slot that `get` did not find; it goes on from what is packed of its stream, if anything is. */
  add(slot: StreamSlot): void {
    this.begun += 1;
    this.pinned.set(slot);
    const packed = this.packed.take(slot.stream);
    if (!packed) return;
    slot.resume(packed.durable);
    slot.oftenUsed = ((this.begun - packed.since) | 0) * slot.weight <= this.idle.maxSize;
  }

  /** The slot has nothing under way: from now on it may be evicted, and counts with what it weighs. */
  settle(slot: StreamSlot): void {
    const { stream, weight, weighed } = slot;
    const pinned = this.pinned.size > 0 && this.pinned.delete(stream);
    if (!slot.worthKeeping) return void this.idle.delete(stream);
    if (pinned && !slot.oftenUsed && this.pack(slot)) return;
    if (!pinned && weighed > weight * 0.8 && weighed < weight * 1.2) return;
    slot.weighed = weight;
    this.idle.set(stream, slot, { size: weight });
  }

  /** Idle streams are forgotten at once; busy ones are read again before they decide anything further. */
  forget(): void {
    this.idle.clear();
    this.packed.clear();
    for (const slot of this.pinned) slot.distrust();
  }

  get bytes(): number {
    return this.idle.calculatedSize + this.packed.weight;
  }

  get size(): number {
    return this.idle.size + this.packed.size + this.pinned.size;
  }

  /** False where the state can't be packed. */
  private pack(slot: StreamSlot): boolean {
    const durable = slot.packable;
    return durable !== undefined && this.packed.put(slot.stream, durable, this.begun);
  }
}
