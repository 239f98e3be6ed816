import { cards } from '../../../src/cards/cards.registration';
import { redemption } from '../../../src/redemption/redemption.registration';
import { worldOf, type World } from '../../cards/world';
import { startApp, type TestApp } from '../../support/app';
import { activateDevice, type ActivatedDevice } from '../../support/devices';
import { counterAt } from '../counter';

let app: TestApp;
let world: World;
beforeAll(async () => {
  app = await startApp();
  world = await worldOf(app, [...cards.permissions, ...redemption.permissions, 'devices.manage']);
});
afterAll(() => app?.stop());

interface Stream {
  readonly status: number;
  /** Reads until this text has come. */
  until(text: string): Promise<void>;
  /** Reads until the server has ended it. */
  end(): Promise<void>;
  close(): void;
}

async function device(): Promise<{ readonly cookie: string; readonly device: ActivatedDevice }> {
  const activated = await activateDevice(app, { slug: world.slug, locationId: world.locationId });
  return { cookie: counterAt(app, world, activated).device.cookie, device: activated };
}

async function listen(cookie: string): Promise<Stream> {
  const stop = new AbortController();
  const response = await fetch(`${app.url}/n/${world.slug}/redeem/payments/live`, { headers: { cookie }, signal: stop.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let heard = '';
  const read = async (): Promise<boolean> => {
    const { done, value } = await reader.read();
    heard += value ?? '';
    return !done;
  };
  return {
    status: response.status,
    until: async (text) => {
      while (!heard.includes(text)) if (!(await read())) throw new Error(`It ended before "${text}"`);
    },
    end: async () => {
      while (await read());
    },
    close: () => stop.abort(),
  };
}

const report = () =>
  world.post('/v1/pos-payments', {
    locationId: world.locationId,
    externalId: app.ids.uuid(),
    amount: { amount: 1850, currency: 'USD' },
    takenAt: app.clock.now(),
  });

describe('Word of a till’s payments', () => {
  it('reaches every screen of the location as soon as one is told, and says nothing of it', async () => {
    const [one, two] = [await device(), await device()];
    const streams = await Promise.all([listen(one.cookie), listen(one.cookie), listen(two.cookie)]);
    for (const { status, until } of streams) {
      expect(status).toBe(200);
      await until('retry:');
    }
    expect((await report()).status).toBe(201);
    for (const { until } of streams) await until('event: payments\ndata: changed\n\n');
    for (const { close } of streams) close();
  });

  it('is given to six open screens of one device; closing one makes room, and another device has its own', async () => {
    const [{ cookie }, other] = [await device(), await device()];
    const open = await Promise.all(Array.from({ length: 6 }, () => listen(cookie)));
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    const refused = await listen(cookie);
    expect(refused.status).toBe(429);
    const elsewhere = await listen(other.cookie);
    expect(elsewhere.status).toBe(200);
    open[0]!.close();
    let again = await listen(cookie);
    // The server learns of the closed connection a moment later.
    for (; again.status === 429; again = await listen(cookie)) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(again.status).toBe(200);
    for (const { close } of [...open, again, elsewhere]) close();
  });

  it('is for devices only, and not for one that is revoked', async () => {
    expect((await listen('')).status).toBe(401);
    const { cookie, device: activated } = await device();
    expect((await world.call('DELETE', `/v1/locations/${world.locationId}/devices/${activated.deviceId}`)).status).toBeLessThan(300);
    expect((await listen(cookie)).status).toBe(401);
  });

  it('ends when the device is revoked while it listens, long before its time is over', async () => {
    const { cookie, device: activated } = await device();
    const stream = await listen(cookie);
    await stream.until('retry:');
    expect((await world.call('DELETE', `/v1/locations/${world.locationId}/devices/${activated.deviceId}`)).status).toBeLessThan(300);
    const later = new Promise((resolve) => setTimeout(() => resolve('still open'), 60_000).unref());
    expect(await Promise.race([stream.end(), later])).toBeUndefined();
  });

  it('ends when the server stops, which it holds up for nobody', async () => {
    const stream = await listen((await device()).cookie);
    await stream.until('retry:');
    const [next] = await Promise.all([app.restart(), stream.end()]);
    app = next;
    world.moveTo(app);
  });
});
