import type { Instant } from '../../kernel/event-sourcing';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Pauses before the second and every further attempt; the last one is made three days and three and a half hours after the first. The
 * schedule that Standard Webhooks 1.0 gives as its example (https://www.standardwebhooks.com, "Retry schedule").
 */
const pauses = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
export const MOST_ATTEMPTS = pauses.length + 1;

/** What a receiver may ask for with Retry-After; more is cut. */
const LONGEST_WISH = 24 * HOUR;
const JITTER = 0.1;

/**
 * When the attempt after this one is due; undefined when it was the last. The pause is made up to a tenth longer or shorter, by the
 * delivery's own id: what failed together does not return together, and a decision stays repeatable. A receiver's `retryAfter`
 * (seconds) counts where it is longer.
 */
export function nextAttemptAt(deliveryId: string, attempt: number, at: Instant, retryAfter = 0): Instant | undefined {
  const pause = pauses[attempt - 1];
  if (pause === undefined) return undefined;
  const jittered = pause * (1 + JITTER * (2 * share(`${deliveryId}:${attempt}`) - 1));
  return new Date(Date.parse(at) + Math.max(Math.round(jittered), Math.min(retryAfter * SECOND, LONGEST_WISH))).toISOString();
}

/** A number from 0 to 1 that follows from the text (FNV-1a, its bits mixed once more). */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 0xffffffff;
}
