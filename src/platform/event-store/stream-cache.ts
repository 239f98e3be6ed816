import { LRUCache } from 'lru-cache';
import type { StreamSlot } from './stream-slot';

/**
 * The streams in memory, bounded by bytes, least recently used first. A stream with commands under way is never lost: evicted while
 * busy, it stays until it is idle. Streams without facts are not kept.
 */
export class StreamCache {
  private readonly idle: LRUCache<string, StreamSlot>;
  private readonly pinned = new Map<string, StreamSlot>();

  constructor(bytes: number) {
    this.idle = new LRUCache<string, StreamSlot>({
      maxSize: bytes,
      dispose: (slot, stream) => {
        if (slot.busy) this.pinned.set(stream, slot);
      },
    });
  }

  get(stream: string): StreamSlot | undefined {
    return this.idle.get(stream) ?? this.pinned.get(stream);
  }

  add(slot: StreamSlot): void {
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
    for (const slot of this.pinned.values()) slot.distrust();
  }

  get bytes(): number {
    return this.idle.calculatedSize;
  }

  get size(): number {
    return this.idle.size + this.pinned.size;
  }
}
