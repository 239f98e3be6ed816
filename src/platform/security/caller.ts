import type { Actor } from '../../kernel/event-sourcing';

/** Who sends a request, as the guard found out. Attached to the Fastify request as `caller`. */
export type Caller = AnonymousCaller | EmployeeCaller | ApiKeyCaller | DeviceCaller;

export interface AnonymousCaller {
  readonly kind: 'anonymous';
}
export interface EmployeeCaller {
  readonly kind: 'employee';
  readonly id: string;
  readonly network: string;
  readonly name: string;
  readonly permissions: ReadonlySet<string>;
  /** Location staff act at one location only. */
  readonly locationId?: string;
  readonly defaultLocationId?: string;
  readonly sessionKey: string;
}
export interface ApiKeyCaller {
  readonly kind: 'apiKey';
  readonly id: string;
  readonly network: string;
  readonly permissions: ReadonlySet<string>;
}
export interface DeviceCaller {
  readonly kind: 'device';
  readonly id: string;
  readonly network: string;
  readonly locationId: string;
  /** What people call it: `MAPLE-42`. */
  readonly code: string;
  readonly name?: string;
  readonly permissions: ReadonlySet<string>;
}

export const anonymous: AnonymousCaller = { kind: 'anonymous' };

export const actorOf = (caller: Caller): Actor =>
  caller.kind === 'anonymous' ? { kind: 'public', id: 'public' } : { kind: caller.kind, id: caller.id };
