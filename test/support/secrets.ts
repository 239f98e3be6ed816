import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

export interface KnownSecret {
  /** What it is, for the sentence about where it was found. */
  readonly what: string;
  readonly value: string;
}

/** Where a secret was found in clear: `documents.db-wal: API key (base64)`. */
export type Leak = string;

/**
 * How a secret may have been written down: as it is, in the other case, without or with other separators, for a URL, as bytes in hex, and
 * in base64 at each of the three places where it can begin within a longer text.
 */
function writtenAs({ what, value }: KnownSecret): readonly (readonly [string, string | RegExp])[] {
  if (/^\d{6}$/.test(value)) return [[what, new RegExp(`(?<![0-9A-Za-z_+/-])${value.slice(0, 3)} ?${value.slice(3)}(?![0-9A-Za-z_+/-])`)]];
  const bare = value.replace(/[\s-]/g, '');
  const plain = new Set([value, bare, encodeURIComponent(value), bare.replace(/(.{4})(?=.)/g, '$1 '), bare.replace(/(.{4})(?=.)/g, '$1-')]);
  for (const each of [...plain]) plain.add(each.toLowerCase()).add(each.toUpperCase());
  return [
    ...[...plain].map((text) => [what, text] as const),
    ...[value, bare].flatMap((text) => [
      [`${what} (hex)`, Buffer.from(text).toString('hex')] as const,
      ...[0, 1, 2].map((shift) => [`${what} (base64)`, insideBase64(text, shift)] as const),
    ]),
  ];
}

/** The characters that a text surely gives where it begins `shift` bytes into a group of three. */
function insideBase64(text: string, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString('base64url');
  return encoded.slice(shift === 0 ? 0 : shift + 1, -2);
}

export function leaksIn(where: string, text: string, secrets: readonly KnownSecret[]): readonly Leak[] {
  const found = secrets.flatMap((secret) =>
    writtenAs(secret)
      .filter(([, form]) => (typeof form === 'string' ? text.includes(form) : form.test(text)))
      .map(([what]) => `${where}: ${what}`),
  );
  return [...new Set(found)];
}

/** Every file of a folder, byte by byte: stores, their write-ahead logs, whatever lies there. */
export async function leaksInFolder(folder: string, secrets: readonly KnownSecret[]): Promise<readonly Leak[]> {
  const names = await readdir(folder, { recursive: true });
  const leaks: Leak[] = [];
  for (const name of names) {
    const file = join(folder, name);
    if (!(await stat(file)).isFile()) continue;
    leaks.push(...leaksIn(relative(folder, file), (await readFile(file)).toString('latin1'), secrets));
  }
  return leaks;
}
