import { hash } from 'node:crypto';
import type { NewEvent, StoredEvent } from './event-store';

/**
 * The hash chain of a stream: base64url SHA-256 over the exact stored strings, each hash taking in the one before. It needs no keys,
 * so it can be checked by anybody who holds the events, and it stays whole when a person is erased.
 */
export interface ChainEnd {
  revision: number;
  /** The last event's hash; empty before the first. */
  hash: string;
}

const MARK = ',"hash":"';

/** The hash of an event whose metadata does not have it yet. */
export const linkHash = (previous: string, stream: string, revision: number, event: NewEvent): string =>
  hash('sha256', `${previous}\n${stream}\n${revision}\n${event.id}\n${event.type}\n${event.data}\n${event.metadata}`, 'base64url');

/** `{"schema":1,…,"recordedAt":"…"` without its closing brace, and the hash over it. The hash is always the last field. */
export const withHash = (metadata: string, hashed: string): string => `${metadata}${MARK}${hashed}"}`;

/** The metadata as it was hashed, and the hash it claims; undefined where there is none. */
export function splitHash(metadata: string): { hashed: string; hash: string } | undefined {
  const at = metadata.lastIndexOf(MARK);
  return at < 0 || !metadata.endsWith('"}') ? undefined : { hashed: metadata.slice(0, at), hash: metadata.slice(at + MARK.length, -2) };
}

/** The last link that holds, or where and how the chain breaks. */
export type ChainCheck =
  | { readonly whole: true; readonly hash: string; readonly revision: number }
  | { readonly whole: false; readonly revision: number; readonly reason: 'gap' | 'other-stream' | 'no-hash' | 'altered' };

/** Checks stored events that follow each other in one stream; `end` is what came before them (nothing: the stream's beginning). */
export function verifyChain(
  stream: string,
  events: readonly StoredEvent[],
  end: Readonly<ChainEnd> = { revision: -1, hash: '' },
): ChainCheck {
  let { revision, hash: previous } = end;
  for (const event of events) {
    revision += 1;
    if (event.stream !== stream) return { whole: false, revision, reason: 'other-stream' };
    if (event.revision !== revision) return { whole: false, revision, reason: 'gap' };
    const parts = splitHash(event.metadata);
    if (!parts) return { whole: false, revision, reason: 'no-hash' };
    const { id, type, data } = event;
    if (linkHash(previous, stream, revision, { id, type, data, metadata: parts.hashed }) !== parts.hash) {
      return { whole: false, revision, reason: 'altered' };
    }
    previous = parts.hash;
  }
  return { whole: true, hash: previous, revision };
}

/** A stream that does not add up is not built upon: commands on it fail until an operator has looked. */
export class ChainBroken extends Error {
  constructor(
    readonly stream: string,
    readonly revision: number,
    readonly reason: string,
  ) {
    super(`The hash chain of ${stream} breaks at revision ${revision} (${reason})`);
    this.name = 'ChainBroken';
  }
}
