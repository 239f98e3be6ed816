import { CommandBus } from '@nestjs/cqrs';
import { ActivationLinks, IssueActivationLink, type LocationDeviceChange } from '../../src/network/features/activation-links';
import type { KnownLocation } from '../../src/network/domain/location';
import { NetworkFacade } from '../../src/network/network.facade';
import { eventually, type TestApp } from './app';

export interface ActivatedDevice {
  /** For the `cookie` header: `device=net_….loc_….dev_….SECRET`. */
  readonly cookie: string;
  readonly deviceId: string;
  readonly code: string;
}

/** The path of a new activation link of this location, not mailed. */
export async function activationLink(app: TestApp, slug: string, locationId: string, mail = false): Promise<string> {
  const { id: network } = await eventually(() => app.app.get(NetworkFacade).networkBySlug(slug), `the network ${slug}`);
  const context = {
    network,
    actor: { kind: 'operator', id: 'test' },
    commandId: app.ids.next('cmd'),
    at: app.clock.now(),
    correlation: 'test',
  } as const;
  const command = new IssueActivationLink(context, locationId, app.ids.next('link'), mail);
  const { state } = await app.app.get(CommandBus).execute<IssueActivationLink, LocationDeviceChange>(command);
  return new URL(app.app.get(ActivationLinks).url(slug, locationId, (state as KnownLocation).links[0]!)).pathname;
}

/** Opens a link as a tablet does and taps Activate. */
export async function activateBy(app: TestApp, link: string, name = ''): Promise<ActivatedDevice> {
  const page = await (await app.request(link)).text();
  const once = /name="once" value="([0-9A-Z]{32})"/.exec(page)?.[1];
  if (!once) throw new Error(`The activation page offers nothing: ${page.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')}`);
  const response = await app.request(link, { form: { once, name } });
  const cookie = response.headers
    .getSetCookie()
    .find((line) => line.startsWith('device='))
    ?.split(';')[0];
  if (response.status !== 303 || !cookie) throw new Error(`Activating answered ${response.status}`);
  const done = await (await app.request(response.headers.get('location')!, { headers: { cookie } })).text();
  return { cookie, deviceId: cookie.split('.')[2]!, code: /class="device-code"[^>]*>([^<]+)</.exec(done)![1]! };
}

/** A device of this location, activated as in a shop. */
export const activateDevice = async (app: TestApp, { slug, locationId, name }: { slug: string; locationId: string; name?: string }) =>
  activateBy(app, await activationLink(app, slug, locationId), name);
