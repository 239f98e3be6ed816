import { setTimeout as sleep } from 'node:timers/promises';

/** Waiting times that double up to a limit, each shortened by chance so that what failed together does not return together. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Milliseconds before try number `tries + 1`: between half and the whole of first × 2^(tries - 1). */
export function delay({ firstMs, mostMs }: Backoff, tries: number): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(tries - 1, 30));
  return whole * (0.5 + Math.random() / 2);
}

/** Resolves after the time, or at once when the signal aborts. Does not keep the process alive. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
