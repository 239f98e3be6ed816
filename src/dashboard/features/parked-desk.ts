import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Rejection } from '../../kernel/rejection';
import type { ParkedEntry } from '../../platform/processors/parked-work';
import { Processors } from '../../platform/processors/processors';

/** Most retries end within this time, so that whoever asked sees what came of it. */
const PATIENCE_MS = 3_000;
const LOOK_EVERY_MS = 50;

/** What is stuck in a network, and trying it again: the same for the page and the API. */
@Injectable()
export class ParkedDesk {
  constructor(private readonly processors: Processors) {}

  list(network: string): Promise<readonly ParkedEntry[]> {
    return this.processors.parked.list(network);
  }

  /**
   * True when the work is done now; false when it is still being tried, or failed again and is parked as before.
   * @throws Rejection `not-found`, also for another network's
   */
  async retry(network: string, name: string): Promise<boolean> {
    const { parked } = this.processors;
    const id = idOf(name);
    if (!(await parked.find(network, id))) throw new Rejection('not-found');
    await parked.retry(id);
    for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(LOOK_EVERY_MS)) {
      if (!(await parked.find(network, id))) return true;
    }
    return false;
  }
}

/** An entry's id holds slashes and whatever a stream is called: in addresses and in the API it is opaque. */
export const nameOf = ({ id }: ParkedEntry): string => Buffer.from(id).toString('base64url');
const idOf = (name: string): string => Buffer.from(name, 'base64url').toString();
