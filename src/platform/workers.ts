import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join, sep } from 'node:path';

/** The compiled file of a worker's entry: threads load JavaScript, also when the caller runs from source under jest. */
export function compiled(folder: string, file: string): string {
  const parts = folder.split(sep);
  const at = parts.lastIndexOf('src');
  const base = at < 0 || parts.includes('dist') ? folder : parts.with(at, 'dist').join(sep);
  return join(base, file);
}

/** Of 19: enough that whoever waits for an answer goes first, and that the work still gets its share when the machine is full. */
const BEHIND_REQUESTS = 10;

/**
 * Lets the calling worker thread stand back where requests want the processor: what nobody waits for is done in the gaps that waiting
 * for the disk leaves. Linux schedules threads one by one (setpriority(2), "C library/kernel differences"); elsewhere nothing changes.
 */
export function giveWay(): void {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').pop()), BEHIND_REQUESTS);
  } catch {
    return;
  }
}
