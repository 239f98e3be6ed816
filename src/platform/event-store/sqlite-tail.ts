/** Where the newest events of one stream stand: the first has revision `first`, and each of the next one more. */
interface Run {
  readonly first: number;
  readonly positions: number[];
}

/** The events at the end of the log that `places` does not hold yet (docs/decisions/0014), stream by stream. */
export class Tail {
  private readonly runs = new Map<number, Run>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Events of one stream come in their order. */
  add(stream: number, revision: number, position: number): void {
    const run = this.runs.get(stream);
    if (run) run.positions.push(position);
    else this.runs.set(stream, { first: revision, positions: [position] });
    this.count += 1;
  }

  of(stream: number): Run | undefined {
    return this.runs.get(stream);
  }

  /** Stream, revision and position of each event, one after the other, in the order of `places`. */
  inOrder(): number[] {
    const places: number[] = [];
    for (const stream of [...this.runs.keys()].sort((a, b) => a - b)) {
      const { first, positions } = this.runs.get(stream) as Run;
      positions.forEach((position, i) => places.push(stream, first + i, position));
    }
    return places;
  }

  /** Lets go of the events up to a position. */
  drop(upTo: number): void {
    for (const [stream, { first, positions }] of this.runs) {
      const kept = positions.filter((position) => position > upTo);
      if (kept.length === positions.length) continue;
      this.count -= positions.length - kept.length;
      if (kept.length === 0) this.runs.delete(stream);
      else this.runs.set(stream, { first: first + positions.length - kept.length, positions: kept });
    }
  }

  clear(): void {
    this.runs.clear();
    this.count = 0;
  }
}
