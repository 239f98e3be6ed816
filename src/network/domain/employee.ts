import { unknownFact, type Aggregate, type DataOf, type Fact, type Instant } from '../../kernel/event-sourcing';
import type { Personal } from '../../kernel/personal';
import type { Role } from './roles';

/** A mailed link: the secret is derived from its id under the vault's key of `keyVersion`; the fact keeps only a keyed hash. */
export interface LinkSecret {
  readonly id: string;
  readonly hash: string;
  readonly keyVersion: number;
  readonly expiresAt: Instant;
}

/** What somebody may do and where: location staff act at `locationId` only; the others have a place to begin with. */
export interface Position {
  readonly roles: readonly Role[];
  readonly locationId?: string;
  readonly defaultLocationId?: string;
}

type At = { employeeId: string; at: Instant };
type Who = { name: Personal<string>; email: Personal<string>; position: Position };

/** The person who signed the network up; active at once, since they chose their password on the same page. */
export type OwnerRegistered = Fact<'OwnerRegistered', At & Who & { passwordId: string }>;
export type EmployeeInvited = Fact<'EmployeeInvited', At & Who & { invitation: LinkSecret }>;
export type InvitationRenewed = Fact<'InvitationRenewed', At & { invitation: LinkSecret }>;
export type InvitationAccepted = Fact<'InvitationAccepted', At & { name: Personal<string>; passwordId: string }>;
export type EmployeeRenamed = Fact<'EmployeeRenamed', At & { name: Personal<string> }>;
export type PositionChanged = Fact<'PositionChanged', At & { position: Position }>;
/** `passwordId` names the credential that counts from now on; hashes are no facts (docs/decisions: credentials outside the log). */
export type PasswordChanged = Fact<'PasswordChanged', At & { passwordId: string; how: 'own' | 'reset' }>;
export type PasswordResetRequested = Fact<'PasswordResetRequested', At & { reset: LinkSecret }>;
export type SecondFactorEnrolled = Fact<'SecondFactorEnrolled', At & { secondFactorId: string }>;
export type SecondFactorRemoved = Fact<'SecondFactorRemoved', At>;
export type SecondFactorDemanded = Fact<'SecondFactorDemanded', At>;
export type SecondFactorDemandLifted = Fact<'SecondFactorDemandLifted', At>;
export type EmployeeDisabled = Fact<'EmployeeDisabled', At>;
export type EmployeeEnabled = Fact<'EmployeeEnabled', At>;

export type EmployeeFact =
  | OwnerRegistered
  | EmployeeInvited
  | InvitationRenewed
  | InvitationAccepted
  | EmployeeRenamed
  | PositionChanged
  | PasswordChanged
  | PasswordResetRequested
  | SecondFactorEnrolled
  | SecondFactorRemoved
  | SecondFactorDemanded
  | SecondFactorDemandLifted
  | EmployeeDisabled
  | EmployeeEnabled;

interface Person {
  readonly id: string;
  readonly name: Personal<string>;
  readonly email: Personal<string>;
  readonly position: Position;
  readonly secondFactorDemanded: boolean;
}
export type InvitedEmployee = Person & { readonly status: 'invited'; readonly invitation: LinkSecret };
export type ActiveEmployee = Person & {
  readonly status: 'active';
  readonly passwordId: string;
  readonly secondFactorId: string | undefined;
  /** The one reset link that works, if one was asked for since the password was last changed. */
  readonly reset: LinkSecret | undefined;
};
export type DisabledEmployee = Person & { readonly status: 'disabled'; readonly was: InvitedEmployee | ActiveEmployee };
export type KnownEmployee = InvitedEmployee | ActiveEmployee | DisabledEmployee;
export type Employee = { readonly status: 'unknown' } | KnownEmployee;

export const employee: Aggregate<Employee, EmployeeFact> = {
  initial: { status: 'unknown' },
  evolve(state, fact) {
    switch (fact.type) {
      case 'OwnerRegistered':
        return active(person(fact.data), fact.data.passwordId);
      case 'EmployeeInvited':
        return { ...person(fact.data), status: 'invited', invitation: fact.data.invitation };
      default:
        if (state.status === 'unknown') throw new Error(`${fact.type} before the employee was known`);
        return state.status === 'disabled' ? whileDisabled(state, fact) : evolved(state, fact);
    }
  },
};

type LaterFact = Exclude<EmployeeFact, OwnerRegistered | EmployeeInvited>;

/** What happens to somebody disabled (a new role, say) happens to what they will be when enabled again. */
function whileDisabled(state: DisabledEmployee, fact: LaterFact): Employee {
  if (fact.type === 'EmployeeEnabled') return state.was;
  const was = evolved(state.was, fact);
  return was.status === 'disabled'
    ? state
    : { ...state, name: was.name, position: was.position, secondFactorDemanded: was.secondFactorDemanded, was };
}

function evolved(state: InvitedEmployee | ActiveEmployee, fact: LaterFact): KnownEmployee {
  switch (fact.type) {
    case 'InvitationRenewed':
      return { ...invited(state), invitation: fact.data.invitation };
    case 'InvitationAccepted':
      return active({ ...state, name: fact.data.name }, fact.data.passwordId);
    case 'EmployeeRenamed':
      return { ...state, name: fact.data.name };
    case 'PositionChanged':
      return { ...state, position: fact.data.position };
    case 'PasswordChanged':
      return { ...working(state), passwordId: fact.data.passwordId, reset: undefined };
    case 'PasswordResetRequested':
      return { ...working(state), reset: fact.data.reset };
    case 'SecondFactorEnrolled':
      return { ...working(state), secondFactorId: fact.data.secondFactorId };
    case 'SecondFactorRemoved':
      return { ...working(state), secondFactorId: undefined };
    case 'SecondFactorDemanded':
      return { ...state, secondFactorDemanded: true };
    case 'SecondFactorDemandLifted':
      return { ...state, secondFactorDemanded: false };
    case 'EmployeeDisabled': {
      const { id, name, email, position, secondFactorDemanded } = state;
      return { status: 'disabled', id, name, email, position, secondFactorDemanded, was: state };
    }
    case 'EmployeeEnabled':
      return state;
    default:
      return unknownFact(fact);
  }
}

const person = ({ employeeId, name, email, position }: DataOf<EmployeeFact, 'OwnerRegistered' | 'EmployeeInvited'>): Person => ({
  id: employeeId,
  name,
  email,
  position,
  secondFactorDemanded: false,
});

function active({ id, name, email, position, secondFactorDemanded }: Person, passwordId: string): ActiveEmployee {
  return { status: 'active', id, name, email, position, secondFactorDemanded, passwordId, secondFactorId: undefined, reset: undefined };
}

function invited(state: InvitedEmployee | ActiveEmployee): InvitedEmployee {
  if (state.status !== 'invited') throw new Error(`${state.id} had accepted already`);
  return state;
}

function working(state: InvitedEmployee | ActiveEmployee): ActiveEmployee {
  if (state.status !== 'active') throw new Error(`${state.id} had not accepted yet`);
  return state;
}
