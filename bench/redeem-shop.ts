/** A data folder with a counter: devices, a partner's key and few cards, so that many redemptions meet on each. */
import { fork } from 'node:child_process';
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VaultKeys } from '../src/platform/security/vault-keys';
import { counterAt, scopes } from '../test/redemption/counter';
import { worldOf } from '../test/cards/world';
import { startApp } from '../test/support/app';
import { activateDevice } from '../test/support/devices';

export interface CounterShop {
  readonly key: string;
  readonly slug: string;
  readonly locationId: string;
  readonly cards: readonly { readonly id: string; readonly code: string }[];
  /** `cookie` headers. */
  readonly devices: readonly string[];
}

interface Job {
  readonly folder: string;
  readonly cards: number;
  readonly devices: number;
  readonly value: number;
}

/** Fills `folder` in a process of its own, which has ended when this resolves. */
export function openShop(job: Job): Promise<CounterShop> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let shop: CounterShop;
    child.once('message', (told) => (shop = told as CounterShop));
    child.once('exit', (code) => (code === 0 ? resolve(shop) : reject(new Error(`The seed ended with ${code}`))));
    child.send(job);
  });
}

async function fill({ folder, cards, devices, value }: Job): Promise<CounterShop> {
  const app = await startApp({ folder });
  const world = await worldOf(app, scopes);
  const cookies: string[] = [];
  for (let count = 0; count < devices; count++) {
    const device = await activateDevice(app, { slug: world.slug, locationId: world.locationId });
    cookies.push(counterAt(app, world, device).device.cookie);
  }
  const issued = [];
  for (let count = 0; count < cards; count++) {
    const { id, code } = await world.card({ value: { amount: value, currency: 'USD' } });
    issued.push({ id, code });
  }
  await app.app.close();
  return { key: world.key, slug: world.slug, locationId: world.locationId, cards: issued, devices: cookies };
}

/** The six digits that the buyer's mail has, from the folder's own key. */
export function mailedDigits(folder: string): (cardId: string, deductionId: string) => string {
  const keys = new VaultKeys(Buffer.from(readFileSync(join(folder, 'master.key'), 'utf8').trim(), 'base64'));
  return (cardId, deductionId) => keys.deriveDigits('deduction-code', [cardId, deductionId], 6, 1);
}

if (require.main === module) {
  process.once('message', (job: Job) => {
    void fill(job).then((shop) => process.send!(shop, () => process.exit(0)));
  });
}
