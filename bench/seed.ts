/** A data folder as a shop would have it: a network, a location, an API key, and cards that were issued through the API. */
import { fork } from 'node:child_process';
import 'reflect-metadata';
import { worldOf } from '../test/cards/world';
import { startApp } from '../test/support/app';
import { VALUE } from './value';

export interface Shop {
  readonly network: string;
  readonly key: string;
  readonly locationId: string;
  readonly cards: readonly string[];
}

const AT_ONCE = 8;

interface Job {
  readonly folder: string;
  readonly cards: number;
  readonly env: Readonly<Record<string, string>>;
  readonly scopes?: readonly string[];
}

/**
 * Fills `folder` (and what `env` names) in a process of its own, which has ended when this resolves.
 * @param scopes of the key; all of the cards module's unless told
 */
export function seed(folder: string, cards: number, env: Readonly<Record<string, string>> = {}, scopes?: readonly string[]): Promise<Shop> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let shop: Shop;
    child.once('message', (told) => (shop = told as Shop));
    child.once('exit', (code) => (code === 0 ? resolve(shop) : reject(new Error(`The seed ended with ${code}`))));
    child.send({ folder, cards, env, scopes } satisfies Job);
  });
}

async function fill({ folder, cards, env, scopes }: Job): Promise<Shop> {
  const test = await startApp({ folder, env });
  const world = await worldOf(test, scopes);
  const ids: string[] = [];
  const issue = async (): Promise<void> => {
    while (ids.length < cards) {
      const place = ids.push('') - 1;
      ids[place] = (await world.card({ value: { amount: VALUE, currency: 'USD' } })).id;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, issue));
  await test.app.close();
  return { network: world.network, key: world.key, locationId: world.locationId, cards: ids };
}

if (require.main === module) {
  process.once('message', (job: Job) => {
    void fill(job).then((shop) => process.send!(shop, () => process.exit(0)));
  });
}
