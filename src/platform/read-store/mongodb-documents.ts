/**
 * Documents as MongoDB stores them: what JSON would make of them, with the names and lists that some servers of the protocol
 * refuse (dots and dollars in names, lists directly in lists) written another way. Both stores then give back the same.
 */
interface Encoded {
  readonly doc: object;
  /** Whether anything was written another way: only then is it looked for when reading. */
  readonly escaped: boolean;
}

const LIST = '%list';

export function encode(doc: object): Encoded {
  const notes = { escaped: false };
  return { doc: encoded(doc, notes) as object, escaped: notes.escaped };
}

interface Notes {
  escaped: boolean;
}

function encoded(value: unknown, notes: Notes): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value + 0 : null;
    case 'object':
      return value === null ? null : composite(value, notes);
    default:
      return undefined;
  }
}

function composite(value: object, notes: Notes): unknown {
  if ('toJSON' in value && typeof value.toJSON === 'function') return encoded(value.toJSON(), notes);
  if (Array.isArray(value)) return value.map((item) => listed(item, notes));
  const fields: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const safe = encoded(inner, notes);
    if (safe !== undefined) fields[safeName(name, notes)] = safe;
  }
  return fields;
}

function listed(item: unknown, notes: Notes): unknown {
  const safe = encoded(item, notes) ?? null;
  if (!Array.isArray(safe)) return safe;
  notes.escaped = true;
  return { [LIST]: safe };
}

function safeName(name: string, notes: Notes): string {
  if (name !== '' && !/[%.$\0]/.test(name)) return name;
  notes.escaped = true;
  return name === '' ? '%' : name.replace(/[%.$\0]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

export function decode(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(decode);
  if (LIST in value) return decode(value[LIST]);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [namedBefore(name), decode(inner)]));
}

const namedBefore = (name: string): string =>
  name === '%' ? '' : name.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
