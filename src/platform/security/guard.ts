import { Injectable, type CanActivate, type ExecutionContext, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Rejection } from '../../kernel/rejection';
import { ApiKeyRing } from './api-key-ring';
import { anonymous, type ApiKeyCaller, type Caller, type DeviceCaller } from './caller';
import { DeviceCredentials } from './device-credentials';
import { Identities } from './identities';
import type { RouteRule } from './permit';
import { checkRules, routeTable, ruleOf } from './route-table';
import { Sessions } from './sessions';
import { Throttle } from './throttle';

/**
 * What the guard reads and leaves on a request: `device` also on public routes, when the browser is an activated device. `network` is
 * the one of `/n/{slug}`, found by the page layer before.
 */
type Guarded = FastifyRequest & { caller: Caller; device?: DeviceCaller; network?: { readonly id: string } };

const BEARER = 'Bearer ';

/**
 * The one guard of every route: who calls, and whether the route's rule lets them. Denied by default; a route without a rule stops
 * the start. For API keys it runs without waiting for anything: a header, one HMAC
 * a connection, a look-up (engine 8).
 */
@Injectable()
export class Guard implements CanActivate, OnModuleInit {
  private readonly rules = new WeakMap<object, RouteRule>();

  constructor(
    private readonly modules: ModulesContainer,
    private readonly ring: ApiKeyRing,
    private readonly sessions: Sessions,
    private readonly devices: DeviceCredentials,
    private readonly identities: Identities,
    private readonly throttle: Throttle,
  ) {}

  onModuleInit(): void {
    checkRules(routeTable(this.modules));
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    return this.lets(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.ruleFor(context));
  }

  /**
   * Finds out who calls, leaves that on the request, and holds the route's rule against it.
   * @throws Rejection (or rejects with it) for whoever may not
   */
  lets(asked: FastifyRequest, reply: FastifyReply, rule: RouteRule): boolean | Promise<boolean> {
    const request = asked as Guarded;
    const { authorization } = request.headers;
    if (authorization !== undefined && isApi(request)) return this.byKey(request, reply, rule, authorization);
    return this.byCookie(request, rule);
  }

  private byKey(request: Guarded, reply: FastifyReply, rule: RouteRule, authorization: string): boolean | Promise<boolean> {
    const found = authorization.startsWith(BEARER) ? this.ring.find(authorization.slice(BEARER.length), request.raw.socket) : undefined;
    if (found instanceof Promise) return found.then((caller) => this.keyAnswer(request, reply, rule, caller));
    return this.keyAnswer(request, reply, rule, found);
  }

  private keyAnswer(request: Guarded, reply: FastifyReply, rule: RouteRule, caller: ApiKeyCaller | undefined): boolean | Promise<boolean> {
    return caller ? this.admit(request, rule, caller) : this.wrongKey(request, reply);
  }

  /** Never given back: a key is not typed, so whoever keeps sending wrong ones is guessing or broken. */
  private async wrongKey(request: Guarded, reply: FastifyReply): Promise<never> {
    await this.throttle.take('api-key', { ip: request.ip });
    reply.header('www-authenticate', 'Bearer');
    throw new Rejection('api-key-not-valid');
  }

  private async byCookie(request: Guarded, rule: RouteRule): Promise<boolean> {
    return this.admit(request, rule, await this.callerFor(request, rule));
  }

  /** A device is looked for only where devices may come, and behind the person whose browser it is too. */
  private async callerFor(request: Guarded, rule: RouteRule): Promise<Caller> {
    if (rule.kind === 'public') request.device = await this.devices.ifAny(request);
    if (rule.kind !== 'permission' || !rule.callers.includes('device')) return this.employee(request);
    const employee = rule.callers.includes('employee') ? await this.employee(request) : anonymous;
    if (employee.kind !== 'anonymous') return employee;
    request.device = await this.devices.of(request);
    if (!request.device && rule.callers.length === 1) throw new Rejection('device-not-activated');
    return request.device ?? anonymous;
  }

  private async employee(request: Guarded): Promise<Caller> {
    const session = await this.sessions.of(request);
    if (session?.stage !== 'full') return anonymous;
    const employee = await this.identities.employee(session.network, session.employeeId);
    return employee ? { ...employee, sessionKey: session.key } : anonymous;
  }

  private admit(request: Guarded, rule: RouteRule, caller: Caller): boolean {
    const network = ofNetwork(request);
    const stranger = network !== undefined && caller.kind !== 'anonymous' && caller.network !== network;
    if (rule.kind === 'public') {
      if (network === null) throw new Rejection('not-found');
      request.caller = stranger ? anonymous : caller;
      return true;
    }
    if (caller.kind === 'anonymous') throw new Rejection(isApi(request) ? 'api-key-missing' : 'sign-in-needed');
    if (stranger) throw new Rejection('not-found');
    request.caller = caller;
    if (
      rule.kind === 'signed-in'
        ? caller.kind !== 'employee'
        : !(rule.callers.includes(caller.kind) && caller.permissions.has(rule.permission))
    ) {
      throw new Rejection('not-permitted');
    }
    return true;
  }

  private ruleFor(context: ExecutionContext): RouteRule {
    const handler = context.getHandler();
    let rule = this.rules.get(handler);
    if (!rule) {
      rule = ruleOf(handler, context.getClass());
      if (!rule) throw new Error(`${context.getClass().name}.${handler.name} has no rule`);
      this.rules.set(handler, rule);
    }
    return rule;
  }
}

const isApi = (request: Guarded): boolean => request.url.startsWith('/v1/');

/** The network that the path names: undefined where it names none, null where there is none of that name. */
function ofNetwork(request: Guarded): string | null | undefined {
  if (!request.url.startsWith('/n/')) return undefined;
  return request.network?.id ?? null;
}
