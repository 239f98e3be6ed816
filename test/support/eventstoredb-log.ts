/** What an EventStoreDB 24.2 was measured to do with appends and reads, in memory. No transport here: see eventstoredb-server.ts. */

export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface Kept extends Proposed {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly created: number;
}

export type Outcome =
  | { readonly kind: 'written'; readonly revision: number; readonly position: number }
  | { readonly kind: 'wrong-version'; readonly actual: number }
  | { readonly kind: 'too-large' };

const MAX_APPEND_SIZE = 1_048_576;

export class ServerLog {
  readonly events: Kept[] = [];
  private readonly streams = new Map<string, Kept[]>();
  private readonly listeners = new Set<() => void>();
  /** Real positions are byte offsets: they begin beyond the server's own records, and have gaps. */
  private position = 1_500;

  constructor() {
    this.write('$scavenges', {
      id: '00000000-0000-0000-0000-000000000001',
      type: '$started',
      contentType: 'application/json',
      data: Buffer.from('{}'),
      metadata: Buffer.from('{}'),
    });
  }

  /** `expected` −1 is "no stream". The size limit counts data only; ids are looked at only where the same append was before. */
  append(stream: string, expected: number, proposed: readonly Proposed[]): Outcome {
    if (proposed.reduce((sum, { data }) => sum + data.length, 0) > MAX_APPEND_SIZE) return { kind: 'too-large' };
    const kept = this.stream(stream);
    const actual = kept.length - 1;
    if (expected !== actual) return this.repeated(kept, expected, proposed) ?? { kind: 'wrong-version', actual };
    for (const event of proposed) this.write(stream, event);
    for (const listener of [...this.listeners]) listener();
    return { kind: 'written', revision: kept.length - 1, position: this.position };
  }

  stream(name: string): Kept[] {
    let kept = this.streams.get(name);
    if (!kept) this.streams.set(name, (kept = []));
    return kept;
  }

  /** Calls back after each append, until the returned function is called. */
  follow(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private repeated(kept: readonly Kept[], expected: number, proposed: readonly Proposed[]): Outcome | undefined {
    const before = kept.slice(expected + 1, expected + 1 + proposed.length);
    const same = before.length === proposed.length && before.every(({ id }, i) => id === proposed[i].id);
    const last = before.at(-1);
    return same && last ? { kind: 'written', revision: last.revision, position: last.position } : undefined;
  }

  private write(stream: string, event: Proposed): void {
    const kept = this.stream(stream);
    this.position += 120 + event.data.length + event.metadata.length;
    const record = { ...event, stream, revision: kept.length, position: this.position, created: Date.now() };
    kept.push(record);
    this.events.push(record);
  }
}
