import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of the program, as package.json says it: `0.1.0`. */
export const VERSION: string = (JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as { version: string })
  .version;
