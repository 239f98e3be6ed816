import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** How names become addresses; tests have one that changes its mind. */
export abstract class HostNames {
  /** Every address of the name; an empty list where there is none. */
  abstract resolve(name: string): Promise<readonly string[]>;
}

/** Asks the machine's name servers directly: the system's own look-up would hold a thread of the pool for as long as they are slow. */
export class ServersOfNames extends HostNames {
  async resolve(name: string): Promise<readonly string[]> {
    if (isIP(name) !== 0) return [name];
    if (name === 'localhost' || name.endsWith('.localhost')) return ['127.0.0.1'];
    const resolver = new Resolver({ timeout: 1_000, tries: 2 });
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  }
}
