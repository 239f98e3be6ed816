import { CommandBus } from '@nestjs/cqrs';
import { createHmac } from 'node:crypto';
import type { CommandContext } from '../../src/kernel/event-sourcing';
import { NetworkFacade, TillsFacade, type TillOrder } from '../../src/network';
import { CreateApiKey } from '../../src/network/features/api-keys';
import { eventually, type TestApp } from '../support/app';
import type { Visitor } from '../network/visitor';

/** What tests of tills need: a location, a key, connections, signed notices. */
export const operator = (app: TestApp, network: string): CommandContext => ({
  network,
  actor: { kind: 'operator', id: 'test' },
  commandId: app.ids.next('cmd'),
  at: app.clock.now(),
  correlation: 'test',
});

export const networkId = async (app: TestApp, slug: string): Promise<string> => (await app.app.get(NetworkFacade).networkBySlug(slug))!.id;

export async function keyFor(app: TestApp, network: string, ...scopes: readonly string[]): Promise<Record<string, string>> {
  const key = `lg_${app.ids.secret(40)}`;
  const command = new CreateApiKey(operator(app, network), app.ids.next('key'), 'Till', scopes, new Set(scopes), key);
  await app.app.get(CommandBus).execute(command);
  return { authorization: `Bearer ${key}` };
}

export async function placeFor(owner: Visitor, slug: string, name: string): Promise<string> {
  await owner.post(`/n/${slug}/locations`, { name, email: `${name.toLowerCase().replaceAll(' ', '')}@${slug}.example` });
  const html = await (await owner.get(`/n/${slug}/locations`)).text();
  return new RegExp(`locations/(loc_[0-9A-Z]{26})"[^>]*>[^<]*${name}`).exec(html)![1]!;
}

/** Connects a till and waits until notices find it. */
export async function connect(app: TestApp, network: string, locationId: string, order: TillOrder): Promise<string> {
  const id = app.ids.next('til');
  const tills = app.app.get(TillsFacade);
  await tills.connect(operator(app, network), locationId, id, order);
  await eventually(() => tills.till(id), 'the till');
  return id;
}

export const whsec = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

/** As a partner's software signs. `more` replaces what is sent. */
export function postEvent(
  app: TestApp,
  tillId: string,
  event: object | string,
  more: { id?: string; at?: number; secret?: string; signature?: string | null } = {},
): Promise<Response> {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const { id = `msg_${crypto.randomUUID()}`, at = app.clock.millis(), secret = whsec } = more;
  const timestamp = String(Math.floor(at / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const right = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  const signature: Record<string, string> = more.signature === null ? {} : { 'webhook-signature': more.signature ?? right };
  return fetch(`${app.url}/v1/pos-events/${tillId}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': timestamp, ...signature },
  });
}
