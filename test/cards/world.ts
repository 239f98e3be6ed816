import type { CommandContext } from '../../src/kernel/event-sourcing';
import type { Currency } from '../../src/kernel/money';
import { personal } from '../../src/kernel/personal';
import { apiKey, createApiKey } from '../../src/network/domain/api-key';
import { createLocation, location } from '../../src/network/domain/location';
import { createNetwork, network as networkAggregate } from '../../src/network/domain/network';
import { NetworkFacade } from '../../src/network';
import { Claims, EVERYWHERE } from '../../src/platform/event-store/claims';
import { ApiKeyRing } from '../../src/platform/security/api-key-ring';
import { cards } from '../../src/cards/cards.registration';
import type { TestApp } from '../support/app';

/** A network with a location and a partner's key, ready to sell cards. */
export interface World {
  readonly network: string;
  readonly slug: string;
  readonly locationId: string;
  readonly keyId: string;
  readonly key: string;
  context(): CommandContext;
  call<T = Json>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  post<T = Json>(path: string, body?: unknown, idempotencyKey?: string): Promise<Answer<T>>;
  get<T = Json>(path: string): Promise<Answer<T>>;
  /** A card that is active at once, unless told otherwise. */
  card(more?: object): Promise<IssuedAnswer>;
  /** From now on the same network is asked at this app: the one that was restarted. */
  moveTo(app: TestApp): void;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked at field by field
export type Json = any;
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}
export interface IssuedAnswer {
  readonly id: string;
  readonly code: string;
  readonly link: string;
  readonly qr: string;
  readonly status: string;
  readonly balance: { readonly amount: number; readonly currency: string };
}

let count = 0;

interface Existing {
  readonly network: string;
  readonly slug: string;
}

/** @param existing a network that somebody signed up; it gets a location and a key more */
export async function worldOf(
  test: TestApp,
  scopes: readonly string[] = cards.permissions,
  currency: Currency = 'USD',
  existing?: Existing,
): Promise<World> {
  const { app, ids, streams, clock } = test;
  const [network, locationId, keyId] = [existing?.network ?? ids.next('net'), ids.next('loc'), ids.next('key')];
  let home = test;
  const slug = existing?.slug ?? `world-${(count += 1)}-${network.slice(-6).toLowerCase()}`;
  const context = (): CommandContext => ({
    network,
    actor: { kind: 'operator', id: 'test' },
    commandId: ids.next('cmd'),
    at: clock.now(),
    correlation: 'test',
  });
  const at = clock.now();
  const house = {
    networkId: network,
    slug,
    name: 'Harbor Street',
    currency,
    timeZone: 'America/New_York',
    language: 'en',
    brand: '#8c2b56',
    test: true,
    contactEmail: personal(`network-${network}`, 'help@harbor.example'),
    at,
  } as const;
  if (!existing) {
    await app.get(Claims).claim({ ...context(), network: EVERYWHERE }, 'network-slug', slug, network);
    await streams.change(context(), `network-${network}`, networkAggregate, (state) => createNetwork(state, house));
  }
  const place = { locationId, name: 'Blue Door Bakery', email: personal(`location-${locationId}`, 'hello@bluedoor.example'), at };
  await streams.change(context(), `location-${locationId}`, location, (state) => createLocation(state, place));
  app.get(NetworkFacade).changed(network);
  const key = `lg_${ids.secret(40)}`;
  const ring = app.get(ApiKeyRing);
  await streams.change(context(), `apiKey-${keyId}`, apiKey, (state) =>
    createApiKey(state, {
      apiKeyId: keyId,
      name: 'Web shop',
      keyHash: ring.hashOf(key),
      prefix: key.slice(0, 9),
      scopes,
      grantable: new Set(scopes),
      at,
    }),
  );
  ring.admit(ring.hashOf(key), { kind: 'apiKey', id: keyId, network, permissions: new Set(scopes) });

  const call = async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> => {
    const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    if (method === 'GET') await home.caughtUp();
    const response = await fetch(home.url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...json, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === '' ? undefined : JSON.parse(text)) as T };
  };
  const post = <T>(path: string, body?: unknown, idempotencyKey: string = ids.uuid()): Promise<Answer<T>> =>
    call<T>('POST', path, body, { 'idempotency-key': idempotencyKey });
  return {
    network,
    slug,
    locationId,
    keyId,
    key,
    context,
    call,
    post,
    get: (path) => call('GET', path),
    moveTo: (next) => (home = next),
    async card(more = {}) {
      const body = {
        value: { amount: 5000, currency },
        buyer: { email: 'amelie@example.com', name: 'Amélie Côté' },
        recipient: { email: 'bo@example.com', name: 'Bo Lund' },
        deliver: 'none',
        ...more,
      };
      const answer = await post<IssuedAnswer>('/v1/gift-cards', body);
      if (answer.status !== 201) throw new Error(`No card: ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
  };
}
