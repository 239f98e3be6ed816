import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { Caller } from './caller';

/** What a route asks of its caller. A route without a rule does not start (denied by default). */
export type RouteRule =
  | { readonly kind: 'public' }
  /** Any signed-in employee, device or key of the kinds named, holding the permission where one is named. */
  | { readonly kind: 'permission'; readonly permission: string; readonly callers: readonly Exclude<Caller['kind'], 'anonymous'>[] }
  | { readonly kind: 'signed-in' };

export const ROUTE_RULE = 'largesse:route-rule';

/** Open to everybody: pages for the public, sign-in, links with a secret of their own. */
export const Public = (): CustomDecorator => SetMetadata<string, RouteRule>(ROUTE_RULE, { kind: 'public' });

/** Any employee with a session, whatever the role (their own account, sign-out). */
export const SignedIn = (): CustomDecorator => SetMetadata<string, RouteRule>(ROUTE_RULE, { kind: 'signed-in' });

/** Callers with this permission: by default employees (session) and API keys (scope). */
export const Permit = (
  permission: string,
  callers: readonly Exclude<Caller['kind'], 'anonymous'>[] = ['employee', 'apiKey'],
): CustomDecorator => SetMetadata<string, RouteRule>(ROUTE_RULE, { kind: 'permission', permission, callers });
