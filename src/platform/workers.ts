import { join, sep } from 'node:path';

/** The compiled file of a worker's entry: threads load JavaScript, also when the caller runs from source under jest. */
export function compiled(folder: string, file: string): string {
  const parts = folder.split(sep);
  const at = parts.lastIndexOf('src');
  const base = at < 0 || parts.includes('dist') ? folder : parts.with(at, 'dist').join(sep);
  return join(base, file);
}
