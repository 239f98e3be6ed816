/** Those who wait for the log to grow. */
export class Wakes {
  private readonly waiting = new Set<() => void>();
  private head = 0;

  /** The log has grown up to this position. */
  announce(head: number): void {
    if (head <= this.head) return;
    this.head = head;
    this.wakeAll();
  }

  wakeAll(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Resolves when something after `position` was announced, when the signal aborts, or after `most` milliseconds. Never rejects. */
  beyond(position: number, signal: AbortSignal, most: number): Promise<void> {
    if (this.head > position || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, most);
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}

/** Waits, but not beyond an abort. Never rejects. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Wakes().beyond(0, signal, milliseconds);
}
