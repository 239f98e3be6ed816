import type { CommandContext } from '../../src/kernel/event-sourcing';
import { addItem } from '../../src/network/domain/location-items';
import { location } from '../../src/network/domain/location';
import { worldOf, type World } from '../cards/world';
import { cards } from '../../src/cards/cards.registration';
import { redemption } from '../../src/redemption/redemption.registration';
import type { RequestOptions, TestApp } from '../support/app';
import { activateDevice, type ActivatedDevice } from '../support/devices';

export const scopes = [...cards.permissions, ...redemption.permissions];

/** A network with a partner's key, and a device at its location's counter. */
export interface CounterWorld extends World {
  readonly device: ActivatedDevice;
  readonly base: string;
  /** As the device's browser. */
  open(path: string, options?: RequestOptions): Promise<Response>;
  /** The text that a page shows. */
  read(path: string): Promise<string>;
  /** Shows the card: the address of its screen. */
  show(code: string): Promise<string>;
  addItem(name: string, price: number): Promise<string>;
}

export async function counterOf(app: TestApp, name = 'Front till'): Promise<CounterWorld> {
  const world = await worldOf(app, scopes);
  const device = await activateDevice(app, { slug: world.slug, locationId: world.locationId, name });
  return counterAt(app, world, device);
}

export function counterAt(app: TestApp, world: World, device: ActivatedDevice): CounterWorld {
  const base = `/n/${world.slug}/redeem`;
  const jar = new Map<string, string>();
  const open = async (path: string, options: RequestOptions = {}): Promise<Response> => {
    const cookie = [device.cookie, ...[...jar].map(([key, value]) => `${key}=${value}`)].join('; ');
    const response = await app.request(path, { ...options, headers: { cookie, ...options.headers } });
    for (const line of response.headers.getSetCookie()) {
      const [, key, value] = /^(\w+)=([^;]*)/.exec(line)!;
      if (key !== 'device') jar.set(key!, value!);
    }
    return response;
  };
  return {
    ...world,
    device,
    base,
    open,
    read: async (path) => textOf(await open(path)),
    show: async (code) => {
      const response = await open(`${base}/cards`, { form: { code } });
      if (response.status !== 303) throw new Error(`Showing the card answered ${response.status}: ${await textOf(response)}`);
      return response.headers.get('location')!;
    },
    addItem: async (itemName, price) => {
      const itemId = app.ids.next('itm');
      const context: CommandContext = world.context();
      const item = { itemId, name: itemName, price: { amount: price, currency: 'USD' as const }, active: true };
      await app.streams.change(context, `location-${world.locationId}`, location, (state) =>
        addItem(state, { ...item, at: context.at, currency: 'USD' }),
      );
      return itemId;
    },
  };
}

export async function textOf(response: Response): Promise<string> {
  return (await response.text())
    .replace(/<(style|script)[^]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#x27;/g, '’')
    .replace(/\s+/g, ' ');
}
