import { join, sep } from 'node:path';

/** The compiled file of a worker's entry: threads load JavaScript, also when the caller runs from source under jest. */
export function compiled(folder: string, file: string): string {
  const from = `${sep}src${sep}`;
  const at = folder.lastIndexOf(from);
  const base = at < 0 || folder.includes(`${sep}dist${sep}`) ? folder : `${folder.slice(0, at)}${sep}dist${sep}${folder.slice(at + from.length)}`;
  return join(base, file);
}
