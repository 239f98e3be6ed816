import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { Personal, PersonalErased } from '../../kernel/personal';

/**
 * Personal values inside the data of a fact. In memory `{subject, value}`; stored `{subject, sealed}`, encrypted with AES-256-GCM
 * under the person's key and bound to the event and the place in it; read without a key `{subject, erased: true}`.
 */
export type PersonalPath = readonly string[];
export type Keys = ReadonlyMap<string, Buffer>;

const IV_BYTES = 12;
const TAG_BYTES = 16;
const GCM = { authTagLength: TAG_BYTES };

export const compilePaths = (personal: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, readonly PersonalPath[]> =>
  new Map(Object.entries(personal).map(([type, paths]) => [type, paths.map((path) => path.split('.'))]));

/** Calls `visit` for each personal value that is there; a path that ends early (an optional field) is nothing. */
export function eachPersonal(data: unknown, path: PersonalPath, visit: (value: Personal<unknown>) => void, depth = 0): void {
  if (data === null || typeof data !== 'object') return;
  if (depth === path.length) return visit(data as Personal<unknown>);
  const name = path[depth] as string;
  if (name !== '*') return eachPersonal((data as Record<string, unknown>)[name], path, visit, depth + 1);
  for (const item of data as readonly unknown[]) eachPersonal(item, path, visit, depth + 1);
}

/** A copy in which the values at the path are sealed; only what lies on the path is copied. */
export function sealAt(data: unknown, path: PersonalPath, keys: Keys, bound: string, depth = 0): unknown {
  if (data === null || typeof data !== 'object') return data;
  if (depth === path.length) return sealOne(data as Personal<unknown>, keys, bound);
  const name = path[depth] as string;
  if (name === '*') return (data as readonly unknown[]).map((item, index) => sealAt(item, path, keys, `${bound}.${index}`, depth + 1));
  const inner = (data as Record<string, unknown>)[name];
  return inner === undefined ? data : { ...data, [name]: sealAt(inner, path, keys, `${bound}.${name}`, depth + 1) };
}

function sealOne(value: Personal<unknown>, keys: Keys, bound: string): { subject: string; sealed: string } | PersonalErased {
  const key = keys.get(value.subject);
  if (!('value' in value) || !key) return { subject: value.subject, erased: true };
  return { subject: value.subject, sealed: encrypt(JSON.stringify(value.value), key, bound) };
}

/**
 * Opens every sealed value in data that was just parsed, in place. It goes by shape, not by declared paths, because stored data may
 * be of an older schema whose paths were others.
 */
export function openAll(data: unknown, keys: Keys, bound: string): unknown {
  if (data === null || typeof data !== 'object') return data;
  const { subject, sealed } = data as { subject?: unknown; sealed?: unknown };
  if (typeof subject === 'string' && typeof sealed === 'string') return openOne(subject, sealed, keys, bound);
  const fields = data as Record<string, unknown>;
  for (const name of Object.keys(fields)) {
    const inner = fields[name];
    if (inner !== null && typeof inner === 'object') fields[name] = openAll(inner, keys, `${bound}.${name}`);
  }
  return data;
}

function openOne(subject: string, sealed: string, keys: Keys, bound: string): Personal<unknown> {
  const key = keys.get(subject);
  return key ? { subject, value: JSON.parse(decrypt(sealed, key, bound)) as unknown } : { subject, erased: true };
}

/** Base64url of iv, ciphertext and tag. `bound` is authenticated, not stored. */
export function encrypt(plain: string, key: Buffer, bound: string): string {
  const iv = randomFillSync(Buffer.allocUnsafe(IV_BYTES));
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(bound));
  return Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

/** @throws Error when the text was altered, or sealed under another key or for another place. */
export function decrypt(sealed: string, key: Buffer, bound: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), GCM).setAAD(Buffer.from(bound));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  // Decoded here: letting the decipher decode costs it a third more. GCM gives everything at once; `final` only checks the tag.
  const plain = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
  decipher.final();
  return plain.toString('utf8');
}
