import { unchanged, type Instant, type Projection } from '../../kernel/event-sourcing';
import { derived, type Personal } from '../../kernel/personal';
import type { EmployeeFact, Position } from '../domain/employee';

/** The people of every network, found by network or, at sign-in, by e-mail. */
export interface EmployeeListItem {
  readonly network: string;
  readonly name: Personal<string>;
  readonly email: Personal<string>;
  /** Lower case, for look-ups. */
  readonly emailKey: Personal<string>;
  readonly position: Position;
  readonly status: 'invited' | 'active' | 'disabled';
  readonly accepted: boolean;
  readonly secondFactor: boolean;
  readonly secondFactorDemanded: boolean;
  readonly invitationExpiresAt?: Instant;
  readonly createdAt: Instant;
}

/** How an e-mail address is compared: people write their own in any case. */
export const emailKey = (email: string): string => email.trim().toLowerCase();

export const employeeList: Projection<EmployeeListItem, EmployeeFact, 'OwnerRegistered' | 'EmployeeInvited'> = {
  name: 'employee-list',
  version: 1,
  keys: ({ employeeId }) => [employeeId],
  indexes: [['network', 'createdAt'], ['emailKey.value']],
  begins: {
    OwnerRegistered: ({ name, email, position, at }, { network }) => ({
      ...entry(network, name, email, position, at),
      status: 'active',
      accepted: true,
    }),
    EmployeeInvited: ({ name, email, position, invitation, at }, { network }) => ({
      ...entry(network, name, email, position, at),
      status: 'invited',
      accepted: false,
      invitationExpiresAt: invitation.expiresAt,
    }),
  },
  on: {
    InvitationRenewed: (item, { invitation }) => ({ ...item, invitationExpiresAt: invitation.expiresAt }),
    InvitationAccepted: ({ invitationExpiresAt: _, ...item }, { name }) => ({ ...item, name, status: 'active', accepted: true }),
    EmployeeRenamed: (item, { name }) => ({ ...item, name }),
    PositionChanged: (item, { position }) => ({ ...item, position }),
    PasswordChanged: unchanged,
    PasswordResetRequested: unchanged,
    SecondFactorEnrolled: (item) => ({ ...item, secondFactor: true }),
    SecondFactorRemoved: (item) => ({ ...item, secondFactor: false }),
    SecondFactorDemanded: (item) => ({ ...item, secondFactorDemanded: true }),
    SecondFactorDemandLifted: (item) => ({ ...item, secondFactorDemanded: false }),
    EmployeeDisabled: (item) => ({ ...item, status: 'disabled' }),
    EmployeeEnabled: (item) => ({ ...item, status: item.accepted ? 'active' : 'invited' }),
  },
};

function entry(network: string, name: Personal<string>, email: Personal<string>, position: Position, createdAt: Instant) {
  return {
    network,
    name,
    email,
    emailKey: derived(email, emailKey),
    position,
    secondFactor: false,
    secondFactorDemanded: false,
    createdAt,
  };
}
