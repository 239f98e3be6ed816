import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredEvent } from '../../src/platform/event-store/event-store';

export const FOLDER = join(__dirname, 'events');
export const CHECKSUMS = 'checksums.txt';

/** An event exactly as a version of the product wrote it, the keys of its people, and what it says. Never edited. */
export interface GoldenEvent {
  readonly stored: StoredEvent;
  /** Base64 by subject. */
  readonly keys: Readonly<Record<string, string>>;
  /** The fact's data in the schema it was written in. */
  readonly written: object;
}

export const goldenFiles = (): readonly string[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort();

export const goldenEvent = (name: string): GoldenEvent => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as GoldenEvent;

export const checksumOf = (name: string): string => `${hash('sha256', readFileSync(join(FOLDER, name)), 'hex')}  ${name}`;
