/** New ids, at the edge only; tests have a counting fake (test/support/fakes.ts). Implementation: random-ids.ts. */
export abstract class Ids {
  /** `card_01JD…`: prefix, then 26 Crockford base32 characters of time (48 bits) and chance (80 bits), so that ids sort by time. */
  abstract next(prefix: string): string;
  /** The same id for the same network, operation and key, for ever: HMAC, 26 characters (engine 3). */
  abstract derived(prefix: string, network: string, operation: string, key: string): string;
  /** Bytes of chance, base32, upper case. */
  abstract secret(characters: number): string;
  /** A version 4 UUID. */
  abstract uuid(): string;
}
