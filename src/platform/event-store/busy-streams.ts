import type { StreamSlot } from './stream-slot';

/**
 * Streams with commands under way, by name. The map holds numbers, not slots: V8 links the table that a map has outgrown to the next one
 * (for iterators that walk it), so where entries come and go a table that has grown old keeps all that follow it, and what was in
 * them, until the old generation is collected. With slots in them that was a quarter of all requests.
 */
export class BusyStreams {
  private readonly places = new Map<string, number>();
  private readonly slots: (StreamSlot | undefined)[] = [];
  private readonly free: number[] = [];

  get size(): number {
    return this.places.size;
  }

  get(stream: string): StreamSlot | undefined {
    const place = this.places.get(stream);
    return place === undefined ? undefined : this.slots[place];
  }

  set(slot: StreamSlot): void {
    const place = this.places.get(slot.stream) ?? this.free.pop() ?? this.slots.length;
    this.places.set(slot.stream, place);
    this.slots[place] = slot;
  }

  /** False when it was not there. */
  delete(stream: string): boolean {
    const place = this.places.get(stream);
    if (place === undefined) return false;
    this.places.delete(stream);
    this.slots[place] = undefined;
    this.free.push(place);
    return true;
  }

  *[Symbol.iterator](): Iterator<StreamSlot> {
    for (const slot of this.slots) if (slot) yield slot;
  }
}
