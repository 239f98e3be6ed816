import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { Personal, PersonalErased } from '../../kernel/personal';

/**
 * Personal values inside the data of a fact. In memory `{subject, value}`; read without a key `{subject, erased: true}`. Stored, all
 * values of one person in one fact are sealed together, because a cipher costs far more than what goes through it: the first place has
 * `{subject, sealed: '2.…'}`, the list of values encrypted with AES-256-GCM under the person's key and bound to the event and to all
 * their places; the others have `{subject, sealed: n}`, their number in the list. Older events hold each value by itself,
 * `{subject, sealed: '…'}`, bound to the event and its place.
 */
export type PersonalPath = readonly string[];
export type Keys = ReadonlyMap<string, Buffer>;

const IV_BYTES = 12;
const TAG_BYTES = 16;
const GCM = { authTagLength: TAG_BYTES };
const TOGETHER = '2.';

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

/** One person's values in a fact, on their way in or out. */
interface Together<Place> {
  readonly places: Place[];
  readonly values: unknown[];
  sealed: string;
}

interface Sealed {
  readonly subject: string;
  sealed: string | number;
}

/** A copy in which the values at the paths are sealed; only what lies on the paths is copied. */
export function sealAll(data: unknown, paths: readonly PersonalPath[], keys: Keys, eventId: string): unknown {
  const people = new Map<string, Together<string> & { first?: Sealed }>();
  const seal = (value: Personal<unknown>, place: string): Sealed | PersonalErased => {
    const { subject } = value;
    if (!('value' in value) || !keys.has(subject)) return { subject, erased: true };
    let person = people.get(subject);
    if (!person) people.set(subject, (person = { places: [], values: [], sealed: '' }));
    person.places.push(place);
    const sealed: Sealed = { subject, sealed: person.values.push(value.value) - 1 };
    person.first ??= sealed;
    return sealed;
  };
  const copy = paths.reduce((some, path) => replaceAt(some, path, seal), data);
  for (const [subject, { places, values, first }] of people) {
    first!.sealed = TOGETHER + encrypt(JSON.stringify(values), keys.get(subject)!, boundTo(eventId, places));
  }
  return copy;
}

function replaceAt(
  data: unknown,
  path: PersonalPath,
  replace: (value: Personal<unknown>, place: string) => unknown,
  place = '',
  depth = 0,
): unknown {
  if (data === null || typeof data !== 'object') return data;
  if (depth === path.length) return replace(data as Personal<unknown>, place);
  const name = path[depth] as string;
  if (name === '*') {
    return (data as readonly unknown[]).map((item, index) => replaceAt(item, path, replace, `${place}.${index}`, depth + 1));
  }
  const inner = (data as Record<string, unknown>)[name];
  return inner === undefined ? data : { ...data, [name]: replaceAt(inner, path, replace, `${place}.${name}`, depth + 1) };
}

/** Names of fields hold no line break, so no two lists of places are the same text. */
const boundTo = (eventId: string, places: readonly string[]): string => `${eventId}\n${places.join('\n')}`;

/** Where a sealed value was found. */
interface Found {
  readonly holder: Record<string, unknown>;
  readonly name: string;
  readonly place: string;
  readonly number: number;
}

/**
 * Opens every sealed value in data that was just parsed, in place. It goes by shape, not by declared paths, because stored data may
 * be of an older schema whose paths were others.
 */
export function openAll(data: unknown, keys: Keys, eventId: string): unknown {
  if (data === null || typeof data !== 'object') return data;
  const people = new Map<string, Together<Found>>();
  find(data as Record<string, unknown>, '', (found, subject, sealed) => {
    const { holder, name, place } = found;
    if (typeof sealed === 'string' && !sealed.startsWith(TOGETHER)) {
      holder[name] = openOne(subject, sealed, keys, eventId + place);
      return;
    }
    let person = people.get(subject);
    if (!person) people.set(subject, (person = { places: [], values: [], sealed: '' }));
    person.places.push(found);
    if (typeof sealed === 'string') person.sealed = sealed;
  });
  for (const [subject, person] of people) openTogether(subject, person, keys, eventId);
  return data;
}

function find(data: Record<string, unknown>, place: string, tell: (found: Found, subject: string, sealed: string | number) => void): void {
  for (const name in data) {
    const inner = data[name];
    if (inner === null || typeof inner !== 'object') continue;
    const { subject, sealed } = inner as { subject?: unknown; sealed?: unknown };
    if (typeof subject === 'string' && (typeof sealed === 'string' || typeof sealed === 'number')) {
      tell({ holder: data, name, place: `${place}.${name}`, number: typeof sealed === 'number' ? sealed : 0 }, subject, sealed);
    } else find(inner as Record<string, unknown>, `${place}.${name}`, tell);
  }
}

function openTogether(subject: string, { places, sealed }: Together<Found>, keys: Keys, eventId: string): void {
  const key = keys.get(subject);
  if (!key) {
    for (const { holder, name } of places) holder[name] = { subject, erased: true } satisfies PersonalErased;
    return;
  }
  places.sort((a, b) => a.number - b.number);
  const bound = boundTo(
    eventId,
    places.map(({ place }) => place),
  );
  const values = JSON.parse(decrypt(sealed.slice(TOGETHER.length), key, bound)) as readonly unknown[];
  for (const { holder, name, number } of places) holder[name] = { subject, value: values[number] };
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
