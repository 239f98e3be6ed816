/** Calls of prove:redeem, as devices and a partner's server make them. */
import { randomUUID } from 'node:crypto';
import { type Server } from './processes';
import type { CounterShop } from './redeem-shop';

export interface Call {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export const post = ({ url }: Server, { path, headers, body }: Call): Promise<Response> =>
  fetch(url + path, { method: 'POST', headers, body, redirect: 'manual' });

export const deviceHeaders = (cookie: string): Record<string, string> => ({
  cookie,
  'sec-fetch-site': 'same-origin',
  'content-type': 'application/x-www-form-urlencoded',
});

export const apiHeaders = ({ key }: CounterShop): Record<string, string> => ({
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
  'idempotency-key': randomUUID(),
});

/** The address of a card's screen on a device, which is good for one redemption; undefined where the card can't be shown. */
export async function screenOf(server: Server, { slug }: CounterShop, cookie: string, code: string): Promise<string | undefined> {
  const shown = await post(server, { path: `/n/${slug}/redeem/cards`, headers: deviceHeaders(cookie), body: `code=${code}` });
  return shown.headers.get('location') ?? undefined;
}

/** A payment that the till has taken. */
export async function taken(server: Server, shop: CounterShop, amount: number): Promise<string> {
  const body = JSON.stringify({
    locationId: shop.locationId,
    externalId: randomUUID(),
    amount: { amount, currency: 'USD' },
    takenAt: new Date().toISOString(),
  });
  const answer = await post(server, { path: '/v1/pos-payments', headers: apiHeaders(shop), body });
  if (answer.status !== 201) throw new Error(`A payment of the till was answered ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { id: string }).id;
}

const PATIENCE_MS = 60_000;
export const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !(await holds()); await pause(50))
    if (performance.now() > end) throw new Error(`It never came that ${what}`);
}

export async function ask<T>({ url }: Server, { key }: CounterShop, path: string): Promise<T> {
  return (await (await fetch(url + path, { headers: { authorization: `Bearer ${key}` } })).json()) as T;
}

/** Whatever was open has come to its end. */
export const nothingOpen = (server: Server, shop: CounterShop): Promise<void> =>
  until('no redemption is open', async () => {
    const { data } = await ask<{ data: unknown[] }>(server, shop, '/v1/redemptions?state=started&limit=100');
    return data.length === 0;
  });
