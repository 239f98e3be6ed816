interface Entry<V> {
  readonly value: Promise<V>;
  readonly until: number;
}

const MOST = 5_000;

/** Remembers answers for a second, so that a busy page asks once; whoever asks meanwhile waits for the same answer. */
export class Fresh<V> {
  private readonly entries = new Map<string, Entry<V>>();

  constructor(
    private readonly now: () => number,
    private readonly ask: (key: string) => Promise<V>,
    private readonly milliseconds = 1_000,
  ) {}

  get(key: string): Promise<V> {
    const known = this.entries.get(key);
    if (known && known.until > this.now()) return known.value;
    const value = this.ask(key);
    if (this.entries.size >= MOST) this.entries.clear();
    this.entries.set(key, { value, until: this.now() + this.milliseconds });
    value.catch(() => this.entries.delete(key));
    return value;
  }

  forget(key: string): void {
    this.entries.delete(key);
  }
}
