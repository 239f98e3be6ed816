import type { Instant } from '../../kernel/event-sourcing';
import { reveal, type Personal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import type { ActiveEmployee, Employee, EmployeeFact, InvitedEmployee, KnownEmployee, LinkSecret, Position } from './employee';
import { isRole } from './roles';

/** Who decides about somebody: only owners make, change or disable owners, and nobody does it to themselves, so one always remains. */
export interface Decider {
  readonly id: string;
  readonly owner: boolean;
}

export interface RegisterOwner {
  readonly employeeId: string;
  readonly name: Personal<string>;
  readonly email: Personal<string>;
  readonly passwordId: string;
  readonly at: Instant;
}

export function registerOwner(state: Employee, { employeeId, name, email, passwordId, at }: RegisterOwner): EmployeeFact[] {
  if (state.status !== 'unknown') return [];
  named(name);
  return [{ type: 'OwnerRegistered', data: { employeeId, name, email, position: { roles: ['owner'] }, passwordId, at } }];
}

export interface InviteEmployee {
  readonly employeeId: string;
  readonly name: Personal<string>;
  readonly email: Personal<string>;
  readonly position: Position;
  readonly invitation: LinkSecret;
  readonly by: Decider;
  readonly at: Instant;
}

export function inviteEmployee(state: Employee, { employeeId, name, email, position, invitation, by, at }: InviteEmployee): EmployeeFact[] {
  if (state.status !== 'unknown') return [];
  named(name);
  fitting(position);
  ownersOnly(position, by);
  return [{ type: 'EmployeeInvited', data: { employeeId, name, email, position: tidy(position), invitation, at } }];
}

export function renewInvitation(state: Employee, { invitation, at }: { invitation: LinkSecret; at: Instant }): EmployeeFact[] {
  const now = known(state);
  if (now.status !== 'invited') throw new Rejection('invitation-not-open');
  return [{ type: 'InvitationRenewed', data: { employeeId: now.id, invitation, at } }];
}

/** Whoever holds the link is told that it has expired; anything else about a link that is not right reads the same. */
export function openInvitation(state: Employee, presentedHash: string, at: Instant): InvitedEmployee {
  if (state.status !== 'invited' || state.invitation.hash !== presentedHash) throw new Rejection('link-not-valid');
  if (at >= state.invitation.expiresAt) throw new Rejection('link-expired');
  return state;
}

export interface AcceptInvitation {
  readonly presentedHash: string;
  readonly name: Personal<string>;
  readonly passwordId: string;
  readonly at: Instant;
}

export function acceptInvitation(state: Employee, { presentedHash, name, passwordId, at }: AcceptInvitation): EmployeeFact[] {
  const now = openInvitation(state, presentedHash, at);
  named(name);
  return [{ type: 'InvitationAccepted', data: { employeeId: now.id, name, passwordId, at } }];
}

export function renameEmployee(state: Employee, { name, at }: { name: Personal<string>; at: Instant }): EmployeeFact[] {
  const now = known(state);
  named(name);
  return reveal(now.name) === reveal(name) ? [] : [{ type: 'EmployeeRenamed', data: { employeeId: now.id, name, at } }];
}

export function changePosition(state: Employee, { position, by, at }: { position: Position; by: Decider; at: Instant }): EmployeeFact[] {
  const now = known(state);
  fitting(position);
  const next = tidy(position);
  if (samePosition(now.position, next)) return [];
  if (!sameRoles(now.position, next)) {
    ownersOnly(now.position, by);
    ownersOnly(next, by);
    if (by.id === now.id) throw new Rejection('own-roles');
  }
  return [{ type: 'PositionChanged', data: { employeeId: now.id, position: next, at } }];
}

export function changePassword(state: Employee, { passwordId, at }: { passwordId: string; at: Instant }): EmployeeFact[] {
  const now = working(state);
  return now.passwordId === passwordId ? [] : [{ type: 'PasswordChanged', data: { employeeId: now.id, passwordId, how: 'own', at } }];
}

/** Nothing for somebody who is not active: the page that asked says the same either way. */
export function requestPasswordReset(state: Employee, { reset, at }: { reset: LinkSecret; at: Instant }): EmployeeFact[] {
  if (state.status !== 'active') return [];
  return [{ type: 'PasswordResetRequested', data: { employeeId: state.id, reset, at } }];
}

export function openReset(state: Employee, presentedHash: string, at: Instant): ActiveEmployee {
  if (state.status !== 'active' || state.reset?.hash !== presentedHash) throw new Rejection('link-not-valid');
  if (at >= state.reset.expiresAt) throw new Rejection('link-expired');
  return state;
}

export function resetPassword(
  state: Employee,
  { presentedHash, passwordId, at }: { presentedHash: string; passwordId: string; at: Instant },
): EmployeeFact[] {
  const now = openReset(state, presentedHash, at);
  return [{ type: 'PasswordChanged', data: { employeeId: now.id, passwordId, how: 'reset', at } }];
}

export function enrolSecondFactor(state: Employee, { secondFactorId, at }: { secondFactorId: string; at: Instant }): EmployeeFact[] {
  const now = working(state);
  if (now.secondFactorId === secondFactorId) return [];
  return [{ type: 'SecondFactorEnrolled', data: { employeeId: now.id, secondFactorId, at } }];
}

/** By themselves only where nothing demands it; by a manager (`by` is somebody else) when a phone is lost. */
export function removeSecondFactor(state: Employee, { by, demanded, at }: { by: Decider; demanded: boolean; at: Instant }): EmployeeFact[] {
  const now = working(state);
  if (by.id === now.id && (demanded || now.secondFactorDemanded)) throw new Rejection('second-factor-demanded');
  if (by.id !== now.id) ownersOnly(now.position, by);
  return now.secondFactorId === undefined ? [] : [{ type: 'SecondFactorRemoved', data: { employeeId: now.id, at } }];
}

export function demandSecondFactor(state: Employee, { demanded, at }: { demanded: boolean; at: Instant }): EmployeeFact[] {
  const now = known(state);
  if (now.secondFactorDemanded === demanded) return [];
  return [{ type: demanded ? 'SecondFactorDemanded' : 'SecondFactorDemandLifted', data: { employeeId: now.id, at } }];
}

export function disableEmployee(state: Employee, { by, at }: { by: Decider; at: Instant }): EmployeeFact[] {
  const now = known(state);
  if (by.id === now.id) throw new Rejection('own-account');
  ownersOnly(now.position, by);
  return now.status === 'disabled' ? [] : [{ type: 'EmployeeDisabled', data: { employeeId: now.id, at } }];
}

export function enableEmployee(state: Employee, { by, at }: { by: Decider; at: Instant }): EmployeeFact[] {
  const now = known(state);
  ownersOnly(now.position, by);
  return now.status === 'disabled' ? [{ type: 'EmployeeEnabled', data: { employeeId: now.id, at } }] : [];
}

function known(state: Employee): KnownEmployee {
  if (state.status === 'unknown') throw new Rejection('not-found');
  return state;
}

function working(state: Employee): ActiveEmployee {
  if (state.status !== 'active') throw new Rejection('employee-not-active');
  return state;
}

function named(name: Personal<string>): void {
  if ((reveal(name) ?? '').trim() === '') throw new Rejection('name-missing');
}

function fitting({ roles, locationId }: Position): void {
  if (roles.length === 0) throw new Rejection('roles-missing');
  const stranger = roles.find((role) => !isRole(role));
  if (stranger !== undefined) throw new Rejection('role-unknown', { role: stranger });
  const staff = roles.includes('location-staff');
  if (staff && roles.length > 1) throw new Rejection('location-staff-alone');
  if (staff && locationId === undefined) throw new Rejection('location-missing');
}

function ownersOnly({ roles }: Position, by: Decider): void {
  if (roles.includes('owner') && !by.owner) throw new Rejection('owner-needs-owner');
}

/** Only location staff are bound to a location; the others have a default one. Roles are kept sorted and once. */
function tidy({ roles, locationId, defaultLocationId }: Position): Position {
  const sorted = [...new Set(roles)].sort();
  return sorted.includes('location-staff') ? { roles: sorted, locationId } : { roles: sorted, defaultLocationId };
}

const sameRoles = (a: Position, b: Position): boolean => a.locationId === b.locationId && a.roles.join() === b.roles.join();
const samePosition = (a: Position, b: Position): boolean => sameRoles(a, b) && a.defaultLocationId === b.defaultLocationId;
