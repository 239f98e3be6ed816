import type { ExecutionContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { Rejection } from '../../src/kernel/rejection';
import { permissionsOf, roles, type Role } from '../../src/network/domain/roles';
import { CreateApiKey } from '../../src/network/features/api-keys';
import { NetworkFacade } from '../../src/network/network.facade';
import { Guard } from '../../src/platform/security/guard';
import type { RouteRule } from '../../src/platform/security/permit';
import { checkRules, routeTable, type Route } from '../../src/platform/security/route-table';
import { registry } from '../../src/registry';
import { startApp, type TestApp } from '../support/app';
import { activateDevice } from '../support/devices';
import { join, signUp, Visitor } from './visitor';

jest.setTimeout(120_000);

interface Caller {
  readonly name: string;
  readonly kind: 'anonymous' | 'employee' | 'apiKey' | 'device';
  readonly permissions: ReadonlySet<string>;
  /** Of the other network. */
  readonly foreign?: boolean;
  readonly session?: string;
  readonly key?: string;
  readonly device?: string;
  /** What its credential is answered with, where devices may come. */
  readonly turnedOff?: string;
}

/** What the routes that anybody may open are. One more is a decision: it belongs in this list, with a reason to be here. */
const open = [
  'GET /n/:slug/directory',
  'GET /',
  'GET /sign-in',
  'POST /sign-in',
  'POST /sign-in/network', // a choice that was sealed after the password
  'GET /sign-up',
  'POST /sign-up', // the way in
  'GET /sign-in/second-factor',
  'POST /sign-in/second-factor',
  'GET /sign-in/enrolment',
  'POST /sign-in/enrolment', // a half-open session is looked at inside
  'GET /password-reset',
  'POST /password-reset', // the same answer for every address
  'GET /n/:slug/password-reset/:employee/:secret',
  'POST /n/:slug/password-reset/:employee/:secret', // links with a secret of their own
  'GET /n/:slug/invitation/:employee/:secret',
  'POST /n/:slug/invitation/:employee/:secret',
  // a recipient's and a buyer's own links, and a card's code: each looks at its secret itself, throttled
  'GET /c/:token',
  'GET /stop/:token',
  'POST /stop/:token',
  'POST /stop/:token/freeze',
  'GET /n/:slug/balance',
  'POST /n/:slug/balance',
  // an activation link looks at its secret itself; what it gives is a device's credential
  'GET /n/:slug/item-pictures/:file', // by the hash of its content
  'GET /n/:slug/activate/:token',
  'POST /n/:slug/activate/:token',
  'GET /n/:slug/activate/done', // looks at the device itself
  // what makes the redemption screen an app, and what it says without a line: nothing that the network's address does not say
  'GET /n/:slug/redeem/app.webmanifest',
  'GET /n/:slug/redeem/worker.js',
  'GET /n/:slug/redeem/offline',
  // notices of tills: each is believed by the signature on its body alone
  'POST /v1/pos-events/:connectionId',
  'POST /hooks/square/:connectionId',
  'GET /pos-partners',
  'POST /hooks/clover/:connectionId',
  // the demo's mailbox; elsewhere it looks at the permission itself and is not there for anybody else
  'GET /dev/mailbox',
  'GET /dev/mailbox/:id',
  'GET /dev/mailbox/:id/html',
];

let app: TestApp;
let routes: readonly Route[];
let network: string;
let callers: readonly Caller[];
/** A location that the matrix's location staff do not work at. */
let otherPlace: string;

beforeAll(async () => {
  app = await startApp();
  routes = routeTable(app.app.get(ModulesContainer));
  const owner = await signUp(app, 'matrix');
  const stranger = await signUp(app, 'stranger');
  network = (await app.app.get(NetworkFacade).networkBySlug('matrix'))!.id;
  const elsewhere = (await app.app.get(NetworkFacade).networkBySlug('stranger'))!.id;
  callers = [
    { name: 'anonymous', kind: 'anonymous', permissions: new Set() },
    ...(await Promise.all(roles.map((role) => employeeWith(owner, role)))),
    ...(await Promise.all(registry.permissions.map((scope) => keyWith(network, scope)))),
    { name: 'owner of another network', kind: 'employee', permissions: permissionsOf(['owner']), foreign: true, session: stranger.session },
    ...(await devices(owner, stranger)),
    { ...(await keyWith(elsewhere, ...registry.permissions)), name: 'key of another network', foreign: true },
  ];
});
afterAll(() => app.stop());

async function employeeWith(owner: Visitor, role: Role): Promise<Caller> {
  const caller = { name: role, kind: 'employee', permissions: permissionsOf([role]) } as const;
  if (role === 'owner') return { ...caller, session: owner.session };
  return {
    ...caller,
    session: (
      await join(app, owner, 'matrix', `${role}@matrix.example`, [role], role === 'location-staff' ? await place(owner) : undefined)
    ).session,
  };
}

async function place(owner: Visitor, slug = 'matrix', name = 'Blue Door'): Promise<string> {
  await owner.post(`/n/${slug}/locations`, { name, email: 'blue@matrix.example' });
  return new RegExp(`locations/(loc_[0-9A-Z]{26})">${name}<`).exec(await (await owner.get(`/n/${slug}/locations`)).text())![1]!;
}

/** Devices of two locations, of another network, one that was revoked, and one whose location is suspended. */
async function devices(owner: Visitor, stranger: Visitor): Promise<readonly Caller[]> {
  const [one, two, shut, far] = [
    await place(owner, 'matrix', 'First Till'),
    await place(owner, 'matrix', 'Second Till'),
    await place(owner, 'matrix', 'Shut Till'),
    await place(stranger, 'stranger', 'Far Till'),
  ];
  otherPlace = two;
  const device = async (name: string, slug: string, locationId: string, more: Partial<Caller> = {}): Promise<Caller> => {
    const { cookie } = await activateDevice(app, { slug, locationId });
    return { name, kind: 'device', permissions: new Set(['redemptions.redeem']), device: cookie.slice('device='.length), ...more };
  };
  const found = [
    await device('device', 'matrix', one),
    await device('device of another location', 'matrix', two),
    await device('device of a suspended location', 'matrix', shut, { turnedOff: 'device-location-not-open' }),
    await device('device of another network', 'stranger', far, { foreign: true }),
    {
      name: 'made-up device',
      kind: 'device',
      permissions: new Set<string>(),
      device: `${network}.${one}.dev_X.Y`,
      turnedOff: 'device-not-activated',
    },
  ] as const;
  await owner.post(`/n/matrix/locations/${shut}/standing`, { standing: 'suspended' });
  return found;
}

async function keyWith(of: string, ...scopes: readonly string[]): Promise<Caller> {
  const key = `lg_${app.ids.secret(40)}`;
  const context = {
    network: of,
    actor: { kind: 'operator', id: 'test' },
    commandId: app.ids.next('cmd'),
    at: app.clock.now(),
    correlation: 'test',
  } as const;
  await app.app.get(CommandBus).execute(new CreateApiKey(context, app.ids.next('key'), 'Test', scopes, new Set(scopes), key));
  return { name: `key with ${scopes.join()}`, kind: 'apiKey', permissions: new Set(scopes), key };
}

/** What the declared rule says, written down a second time and without looking at the guard. */
function expected(rule: RouteRule, caller: Caller, path: string): string {
  if (rule.kind === 'public') return 'in';
  const forDevices = rule.kind === 'permission' && rule.callers.includes('device');
  if (caller.kind === 'device' && forDevices && caller.turnedOff) return caller.turnedOff;
  const nobody = path.startsWith('/v1/') ? 'api-key-missing' : 'sign-in-needed';
  const unasked = caller.kind === 'device' ? !forDevices : caller.kind === 'employee' && forDevices && !rule.callers.includes('employee');
  const anonymous = caller.kind === 'anonymous' || unasked || (caller.kind === 'apiKey' && !path.startsWith('/v1/'));
  if (anonymous) return forDevices && rule.callers.length === 1 ? 'device-not-activated' : nobody;
  if (caller.foreign && path.startsWith('/n/:slug')) return 'not-found';
  if (rule.kind === 'signed-in') return caller.kind === 'employee' ? 'in' : 'not-permitted';
  return rule.callers.includes(caller.kind) && caller.permissions.has(rule.permission) ? 'in' : 'not-permitted';
}

/** The guard's answer to this caller, on a request as Fastify hands it over. */
async function answer({ handler, path }: Route, caller: Caller): Promise<string> {
  const [controller, method] = handler.split('.') as [string, string];
  const type = controllers().get(controller)!;
  const request = {
    url: path.replace(':slug', 'matrix').replace(/:\w+/g, 'x'),
    ip: '127.0.0.1',
    raw: { socket: {} },
    headers: caller.key ? { authorization: `Bearer ${caller.key}` } : {},
    cookies: { ...(caller.session ? { session: caller.session } : {}), ...(caller.device ? { device: caller.device } : {}) },
    network: path.startsWith('/n/:slug') ? { id: network } : undefined,
  };
  const context = {
    getClass: () => type,
    getHandler: () => (type.prototype as Record<string, unknown>)[method],
    switchToHttp: () => ({ getRequest: () => request, getResponse: () => ({ header: () => undefined }) }),
  } as unknown as ExecutionContext;
  try {
    return (await app.app.get(Guard).canActivate(context)) ? 'in' : 'out';
  } catch (error) {
    if (error instanceof Rejection) return error.code;
    throw error;
  }
}

const controllers = (): ReadonlyMap<string, { prototype: unknown }> =>
  new Map(
    [...app.app.get(ModulesContainer).values()].flatMap((each) =>
      [...each.controllers.values()].map(({ metatype }) => [metatype!.name, metatype as never]),
    ),
  );

describe('Every route × every kind of caller', () => {
  it('was looked at: pages, API and every kind of rule', () => {
    expect(routes.length).toBeGreaterThan(60);
    expect(new Set(routes.map(({ rule }) => rule?.kind))).toEqual(new Set(['public', 'signed-in', 'permission']));
    expect(callers.length).toBe(1 + roles.length + registry.permissions.length + 5 + 2);
  });

  it('names permissions that a module registers', () => {
    const named = routes.flatMap(({ rule }) => (rule?.kind === 'permission' ? [rule.permission] : []));
    expect([...new Set(named)].filter((permission) => !registry.permissions.includes(permission))).toEqual([]);
  });

  it('is answered as its rule says', async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      for (const caller of callers) {
        const [is, should] = [await answer(route, caller), expected(route.rule!, caller, route.path)];
        if (is !== should) wrong.push(`${route.method} ${route.path} for ${caller.name}: ${is}, not ${should}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('opens to anybody only what is listed here', () => {
    const others = routes
      .filter(({ rule, path }) => rule?.kind === 'public' && modulePath(path))
      .map(({ method, path }) => `${method} ${path}`);
    expect(others.filter((route) => !open.includes(route)).sort()).toEqual([]);
    expect(open.filter((route) => !others.includes(route))).toEqual([]);
  });

  it('holds over HTTP for each page and each reading route that is refused', async () => {
    const wrong: string[] = [];
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      const path = route.path.replace(':slug', 'matrix').replace(/:\w+/g, 'x');
      for (const caller of callers) {
        const should = expected(route.rule!, caller, route.path);
        if (should === 'in') continue;
        const headers = {
          ...(caller.key ? { authorization: `Bearer ${caller.key}` } : {}),
          ...(caller.session ? { cookie: `session=${caller.session}` } : {}),
          ...(caller.device ? { cookie: `device=${caller.device}` } : {}),
        };
        const { status } = await app.request(path, { headers: headers as Record<string, string> });
        const fits = {
          'api-key-missing': 401,
          'device-not-activated': 401,
          'device-revoked': 401,
          'device-location-not-open': 403,
          'sign-in-needed': 303,
          'not-permitted': 403,
          'not-found': 404,
        }[should];
        if (status !== fits) wrong.push(`GET ${path} for ${caller.name}: ${status}, not ${fits}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('An unsafe call to the API', () => {
  // A signed body needs no key; its own tests look at the signature (test/redemption).
  const unsafe = (): readonly Route[] =>
    routes.filter(({ method, path, rule }) => path.startsWith('/v1/') && method !== 'GET' && rule?.kind !== 'public');
  const send = async ({ method, path }: Route, headers: Record<string, string>): Promise<string> => {
    const url = app.url + path.replace(/:\w+/g, 'x');
    const answer = await fetch(url, { method, headers: { 'content-type': 'application/json', ...headers }, body: '{}' });
    return `${answer.status} ${((await answer.json()) as { code: string }).code} ${answer.headers.get('www-authenticate') ?? ''}`;
  };
  const wrong = async (should: string, headers: Record<string, string> = {}): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const route of unsafe()) {
      const is = await send(route, headers);
      if (is !== should) found.push(`${route.method} ${route.path}: ${is}`);
    }
    return found;
  };

  it('without a key and a session is told that a key is missing, wherever it comes from', async () => {
    expect(unsafe().length).toBeGreaterThan(20);
    expect(await wrong('401 api-key-missing Bearer')).toEqual([]);
    expect(await wrong('401 api-key-missing Bearer', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).toEqual([]);
  });

  it('from another site with the cookie of a session is refused', async () => {
    const cookie = `session=${callers.find(({ name }) => name === 'owner')!.session}`;
    expect(await wrong('403 foreign-origin ', { cookie })).toEqual([]);
    expect(await wrong('403 foreign-origin ', { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).toEqual([]);
    expect(await wrong('403 foreign-origin ', { cookie, origin: 'null' })).toEqual([]);
    expect(await wrong('403 foreign-origin ', { cookie: 'lang=fr', origin: 'https://evil.example' })).toEqual([]);
  });
});

/** Parts of a path that name a location, in pages and in the API. */
const ofLocation = /\/locations\/:(id|location|locationId)(\/|$)/;

describe('Every route about a location', () => {
  it('reads as not there for staff of another location, whatever they send', async () => {
    const staff = callers.find(({ name }) => name === 'location-staff')!;
    const about = routes.filter(({ path, rule }) => {
      const open = rule?.kind === 'permission' && rule.callers.includes('employee') && staff.permissions.has(rule.permission);
      return open && ofLocation.test(path);
    });
    expect(about.length).toBeGreaterThan(10);
    const wrong: string[] = [];
    for (const { method, path } of about) {
      const target = path.replace(':slug', 'matrix').replace(ofLocation, `/locations/${otherPlace}$2`).replace(/:\w+/g, 'x');
      const headers = { cookie: `session=${staff.session!}`, 'idempotency-key': 'matrix-of-staff' };
      const body = path.startsWith('/v1/') ? { json: {} } : { form: {} };
      const { status } = await app.request(target, { method, headers, ...(method === 'GET' ? {} : body) });
      // What can't be read as the route's input is told before whose location it is.
      if (status !== 404 && !(method !== 'GET' && [400, 415, 422].includes(status) && path.startsWith('/v1/')))
        wrong.push(`${method} ${target}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** Routes of the platform and of helpers that serve nothing of a network: documentation, assets, health. Their own tests look at them. */
const helpers = /^\/(docs|openapi\.json|problems|metrics|health|ready|live|assets|brand|design|robots|favicon)/;
const modulePath = (path: string): boolean => !helpers.test(path);

describe('A route without a rule', () => {
  it('stops the start, by name', () => {
    const routesOfNobody = [{ method: 'GET', path: '/secret', handler: 'Forgotten.show', rule: undefined }];
    expect(() => checkRules(routesOfNobody)).toThrow('GET /secret (Forgotten.show)');
    expect(() => checkRules(routes)).not.toThrow();
  });
});

describe('An API key', () => {
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

  it('is refused when it is wrong, altered or of another scheme', async () => {
    const { key } = callers.find(({ name }) => name === 'key with locations.manage')!;
    expect((await app.request('/v1/locations', { headers: bearer(key!) })).status).toBe(200);
    for (const bad of [`${key}0`, key!.toLowerCase(), 'lg_', ''])
      expect((await app.request('/v1/locations', { headers: bearer(bad) })).status).toBe(401);
    expect((await app.request('/v1/locations', { headers: { authorization: `Basic ${key}` } })).status).toBe(401);
  });

  it('works until it is revoked and not once more, also after a restart', async () => {
    const admin = callers.find(({ name }) => name === 'key with api-keys.manage')!;
    const made = await app.request('/v1/api-keys', {
      headers: bearer(admin.key!),
      json: { name: 'Short-lived', scopes: ['api-keys.manage'] },
    });
    expect(made.status).toBe(201);
    const { id, key } = (await made.json()) as { id: string; key: string };
    expect((await app.request('/v1/api-keys', { headers: bearer(key) })).status).toBe(200);
    expect((await app.request(`/v1/api-keys/${id}`, { method: 'DELETE', headers: bearer(admin.key!) })).status).toBe(204);
    expect((await app.request('/v1/api-keys', { headers: bearer(key) })).status).toBe(401);
    app = await app.restart();
    expect((await app.request('/v1/api-keys', { headers: bearer(key) })).status).toBe(401);
    expect((await app.request('/v1/api-keys', { headers: bearer(admin.key!) })).status).toBe(200);
  });

  it('gives no scope that its maker lacks', async () => {
    const admin = callers.find(({ name }) => name === 'key with api-keys.manage')!;
    const made = await app.request('/v1/api-keys', { headers: bearer(admin.key!), json: { name: 'Greedy', scopes: ['cards.issue'] } });
    expect(made.status).toBe(403);
    expect(await made.json()).toMatchObject({ code: 'scope-not-yours' });
  });

  it('is told apart by network: what is another’s reads as not there', async () => {
    const { key } = callers.find(({ name }) => name === 'key with locations.manage')!;
    const other = callers.find(({ name }) => name === 'key of another network')!;
    const { data } = (await (await app.request('/v1/locations', { headers: bearer(key!) })).json()) as { data: { id: string }[] };
    expect((await app.request(`/v1/locations/${data[0]!.id}`, { headers: bearer(key!) })).status).toBe(200);
    expect((await app.request(`/v1/locations/${data[0]!.id}`, { headers: bearer(other.key!) })).status).toBe(404);
    const theirs = (await (await app.request('/v1/locations', { headers: bearer(other.key!) })).json()) as { data: { name: string }[] };
    expect(theirs.data.map(({ name }) => name)).toEqual(['Far Till']);
  });
});
