import { personal } from '../../../src/kernel/personal';
import { employee, type EmployeeFact, type EmployeeInvited, type LinkSecret } from '../../../src/network/domain/employee';
import * as decisions from '../../../src/network/domain/employee-decisions';
import { given } from '../../support/given';

const {
  acceptInvitation,
  changePassword,
  changePosition,
  demandSecondFactor,
  disableEmployee,
  enableEmployee,
  enrolSecondFactor,
  inviteEmployee,
  registerOwner,
  removeSecondFactor,
  renameEmployee,
  renewInvitation,
  requestPasswordReset,
  resetPassword,
} = decisions;

const at = '2026-11-22T09:00:00.000Z';
const expiresAt = '2026-11-29T09:00:00.000Z';
const employeeId = 'emp_1';
const named = (value: string) => personal('employee-emp_1', value);
const link = (id: string): LinkSecret => ({ id, hash: `hash-${id}`, keyVersion: 1, expiresAt });
const owner = { id: 'emp_owner', owner: true };
const manager = { id: 'emp_manager', owner: false };
const self = { id: employeeId, owner: false };

const invite = {
  employeeId,
  name: named('Nadia Roy'),
  email: named('nadia@example.com'),
  position: { roles: ['employee'] as const, defaultLocationId: 'loc_1' },
  invitation: link('i1'),
  by: manager,
  at,
};
const { by: _by, ...invitedData } = invite;
const invited: EmployeeInvited = { type: 'EmployeeInvited', data: invitedData };
const accepted: EmployeeFact = { type: 'InvitationAccepted', data: { employeeId, name: named('Nadia Roy'), passwordId: 'p1', at } };
const disabled: EmployeeFact = { type: 'EmployeeDisabled', data: { employeeId, at } };
const enabled: EmployeeFact = { type: 'EmployeeEnabled', data: { employeeId, at } };
const registered: EmployeeFact = {
  type: 'OwnerRegistered',
  data: { employeeId, name: named('Nadia Roy'), email: named('nadia@example.com'), position: { roles: ['owner'] }, passwordId: 'p1', at },
};
const resetRequested: EmployeeFact = { type: 'PasswordResetRequested', data: { employeeId, reset: link('r1'), at } };
const enrolled: EmployeeFact = { type: 'SecondFactorEnrolled', data: { employeeId, secondFactorId: 's1', at } };
const demanded: EmployeeFact = { type: 'SecondFactorDemanded', data: { employeeId, at } };
const changed = (how: 'own' | 'reset'): EmployeeFact => ({ type: 'PasswordChanged', data: { employeeId, passwordId: 'p2', how, at } });

describe('An invitation', () => {
  it('is sent, once', () => {
    given(employee).when(inviteEmployee, invite).yields(invited);
    given(employee, invited).when(inviteEmployee, invite).yields();
  });
  it('keeps roles in order and once, and binds only location staff to a location', () => {
    const roles = ['manager', 'employee', 'manager'] as const;
    given(employee)
      .when(inviteEmployee, { ...invite, position: { roles, locationId: 'loc_9' } })
      .yields({
        type: 'EmployeeInvited',
        data: { ...invitedData, position: { roles: ['employee', 'manager'], defaultLocationId: undefined } },
      });
    given(employee)
      .when(inviteEmployee, { ...invite, position: { roles: ['location-staff'], locationId: 'loc_9', defaultLocationId: 'loc_1' } })
      .yields({ type: 'EmployeeInvited', data: { ...invitedData, position: { roles: ['location-staff'], locationId: 'loc_9' } } });
  });
  it.each([
    ['a name of spaces', { ...invite, name: named(' ') }, 'name-missing'],
    ['no role', { ...invite, position: { roles: [] } }, 'roles-missing'],
    ['a role of our own making', { ...invite, position: { roles: ['king' as never] } }, 'role-unknown'],
    [
      'location staff who are managers',
      { ...invite, position: { roles: ['location-staff', 'manager'] as const, locationId: 'loc_1' } },
      'location-staff-alone',
    ],
    ['location staff without a location', { ...invite, position: { roles: ['location-staff'] as const } }, 'location-missing'],
    ['an owner, by a manager', { ...invite, position: { roles: ['owner'] as const } }, 'owner-needs-owner'],
  ])('is refused for %s', (_, command, code) => given(employee).when(inviteEmployee, command).isRefused(code));

  it('makes owners when an owner sends it', () =>
    given(employee)
      .when(inviteEmployee, { ...invite, position: { roles: ['owner'] }, by: owner })
      .yields({ type: 'EmployeeInvited', data: { ...invitedData, position: { roles: ['owner'], defaultLocationId: undefined } } }));

  const accept = { presentedHash: 'hash-i1', name: named('Nadia R.'), passwordId: 'p1', at };
  it('is accepted with its link', () =>
    given(employee, invited)
      .when(acceptInvitation, accept)
      .yields({ type: 'InvitationAccepted', data: { employeeId, name: named('Nadia R.'), passwordId: 'p1', at } }));
  it('is renewed while it is open', () =>
    given(employee, invited)
      .when(renewInvitation, { invitation: link('i2'), at })
      .yields({ type: 'InvitationRenewed', data: { employeeId, invitation: link('i2'), at } }));
  const renewed: EmployeeFact = { type: 'InvitationRenewed', data: { employeeId, invitation: link('i2'), at } };
  it.each([
    ['with another link', [invited], { ...accept, presentedHash: 'other' }, 'link-not-valid'],
    ['with the link before the newest', [invited, renewed], accept, 'link-not-valid'],
    ['twice', [invited, accepted], accept, 'link-not-valid'],
    ['when disabled', [invited, disabled], accept, 'link-not-valid'],
    ['at the instant it expires', [invited], { ...accept, at: expiresAt }, 'link-expired'],
    ['without a name', [invited], { ...accept, name: named('') }, 'name-missing'],
  ])('is not accepted %s', (_, history, command, code) =>
    given(employee, ...history)
      .when(acceptInvitation, command)
      .isRefused(code),
  );
  it('is not renewed after it was accepted', () =>
    given(employee, invited, accepted)
      .when(renewInvitation, { invitation: link('i2'), at })
      .isRefused('invitation-not-open'));
});

describe('The owner who signs a network up', () => {
  const { data } = registered as Extract<EmployeeFact, { type: 'OwnerRegistered' }>;
  it('is active at once', () => given(employee).when(registerOwner, data).yields(registered));
  it('is registered once', () => given(employee, registered).when(registerOwner, data).yields());
});

describe('An employee', () => {
  const active = [invited, accepted] as const;
  it('is renamed', () =>
    given(employee, ...active)
      .when(renameEmployee, { name: named('Nadia Roy-Lee'), at })
      .yields({ type: 'EmployeeRenamed', data: { employeeId, name: named('Nadia Roy-Lee'), at } }));
  it('gets another position', () =>
    given(employee, ...active)
      .when(changePosition, { position: { roles: ['manager'] }, by: manager, at })
      .yields({ type: 'PositionChanged', data: { employeeId, position: { roles: ['manager'], defaultLocationId: undefined }, at } }));
  it('chooses a default location without changing roles', () =>
    given(employee, ...active)
      .when(changePosition, { position: { roles: ['employee'], defaultLocationId: 'loc_2' }, by: self, at })
      .yields({ type: 'PositionChanged', data: { employeeId, position: { roles: ['employee'], defaultLocationId: 'loc_2' }, at } }));
  it('keeps the name it has, and takes another', () => {
    given(employee, invited, accepted)
      .when(renameEmployee, { name: personal('another-key', 'Nadia Roy'), at })
      .yields();
  });
  it('has no role that there is not, and says which', () =>
    given(employee, invited, accepted)
      .when(changePosition, { position: { roles: ['employee', 'king' as never] }, by: manager, at })
      .isRefused('role-unknown', { role: 'king' }));
  it('as location staff moves to another location', () => {
    const staff = (locationId: string) => ({ roles: ['location-staff'] as const, locationId });
    const moved = { type: 'PositionChanged', data: { employeeId, position: staff('loc_9'), at } } as const;
    const here: EmployeeFact = { ...invited, data: { ...invitedData, position: staff('loc_1') } };
    given(employee, here, accepted)
      .when(changePosition, { position: staff('loc_9'), by: manager, at })
      .yields(moved);
    given(employee, here, accepted)
      .when(changePosition, { position: staff('loc_9'), by: self, at })
      .isRefused('own-roles');
  });
  it('keeps the position it has', () =>
    given(employee, ...active)
      .when(changePosition, { position: { roles: ['employee'], defaultLocationId: 'loc_1' }, by: manager, at })
      .yields());
  it.each([
    ['its own roles', [...active], { position: { roles: ['manager'] as const }, by: self, at }, 'own-roles'],
    ['to owner by a manager', [...active], { position: { roles: ['owner'] as const }, by: manager, at }, 'owner-needs-owner'],
    ['from owner by a manager', [registered], { position: { roles: ['employee'] as const }, by: manager, at }, 'owner-needs-owner'],
    [
      'from owner by itself',
      [registered],
      { position: { roles: ['employee'] as const }, by: { id: employeeId, owner: true }, at },
      'own-roles',
    ],
    ['before it is known', [], { position: { roles: ['employee'] as const }, by: manager, at }, 'not-found'],
  ])('does not change %s', (_, history, command, code) =>
    given(employee, ...history)
      .when(changePosition, command)
      .isRefused(code),
  );

  it('is disabled and enabled again as it was', () => {
    given(employee, ...active)
      .when(disableEmployee, { by: manager, at })
      .yields(disabled);
    given(employee, ...active, disabled)
      .when(disableEmployee, { by: manager, at })
      .yields();
    given(employee, ...active, disabled)
      .when(enableEmployee, { by: manager, at })
      .yields(enabled);
    given(employee, ...active, enrolled, disabled, enabled)
      .when(enrolSecondFactor, { secondFactorId: 's1', at })
      .yields();
    given(employee, ...active, disabled, enabled)
      .when(enableEmployee, { by: manager, at })
      .yields();
  });
  it('keeps what changed while it was disabled', () => {
    const position: EmployeeFact = { type: 'PositionChanged', data: { employeeId, position: { roles: ['finance'] }, at } };
    given(employee, ...active, disabled, position, enabled)
      .when(changePosition, { position: { roles: ['finance'] }, by: manager, at })
      .yields();
  });
  it('does not disable itself', () =>
    given(employee, ...active)
      .when(disableEmployee, { by: self, at })
      .isRefused('own-account'));
  it('is not disabled by a manager when it is an owner', () =>
    given(employee, registered).when(disableEmployee, { by: manager, at }).isRefused('owner-needs-owner'));
});

describe('A password', () => {
  const active = [invited, accepted] as const;
  it('is changed by its owner', () =>
    given(employee, ...active)
      .when(changePassword, { passwordId: 'p2', at })
      .yields(changed('own')));
  it('is changed once by one command', () =>
    given(employee, ...active, changed('own'))
      .when(changePassword, { passwordId: 'p2', at })
      .yields());
  it('is not changed before the invitation is accepted', () =>
    given(employee, invited).when(changePassword, { passwordId: 'p2', at }).isRefused('employee-not-active'));
  it('may be asked to be reset', () =>
    given(employee, ...active)
      .when(requestPasswordReset, { reset: link('r1'), at })
      .yields(resetRequested));
  it.each([
    ['unknown', []],
    ['invited', [invited]],
    ['disabled', [...active, disabled]],
  ])('is quietly not reset for somebody %s', (_, history) =>
    given(employee, ...history)
      .when(requestPasswordReset, { reset: link('r1'), at })
      .yields(),
  );

  const reset = { presentedHash: 'hash-r1', passwordId: 'p2', at };
  it('is not reset while its owner is disabled', () =>
    given(employee, invited, accepted, resetRequested, disabled)
      .when(resetPassword, { presentedHash: 'hash-r1', passwordId: 'p2', at })
      .isRefused('link-not-valid'));
  it('is reset with its link', () =>
    given(employee, ...active, resetRequested)
      .when(resetPassword, reset)
      .yields(changed('reset')));
  it.each([
    ['twice with one link', [...active, resetRequested, changed('reset')], reset, 'link-not-valid'],
    ['after it was changed otherwise', [...active, resetRequested, changed('own')], reset, 'link-not-valid'],
    [
      'with an older link',
      [...active, resetRequested, { type: 'PasswordResetRequested', data: { employeeId, reset: link('r2'), at } } as EmployeeFact],
      reset,
      'link-not-valid',
    ],
    ['with the invitation’s link', [...active, resetRequested], { ...reset, presentedHash: 'hash-i1' }, 'link-not-valid'],
    ['at the instant the link expires', [...active, resetRequested], { ...reset, at: expiresAt }, 'link-expired'],
    ['when disabled', [...active, resetRequested, disabled], reset, 'link-not-valid'],
  ])('is not reset %s', (_, history, command, code) =>
    given(employee, ...history)
      .when(resetPassword, command)
      .isRefused(code),
  );
});

describe('A second factor', () => {
  const active = [invited, accepted] as const;
  const removed: EmployeeFact = { type: 'SecondFactorRemoved', data: { employeeId, at } };
  it('is enrolled', () =>
    given(employee, ...active)
      .when(enrolSecondFactor, { secondFactorId: 's1', at })
      .yields(enrolled));
  it('is removed by its owner where nothing demands it', () =>
    given(employee, ...active, enrolled)
      .when(removeSecondFactor, { by: self, demanded: false, at })
      .yields(removed));
  it('is removed by a manager when the phone is lost', () =>
    given(employee, ...active, enrolled, demanded)
      .when(removeSecondFactor, { by: manager, demanded: true, at })
      .yields(removed));
  it('is gone once', () =>
    given(employee, ...active)
      .when(removeSecondFactor, { by: manager, demanded: false, at })
      .yields());
  it.each([
    ['the network demands it', [...active, enrolled], { by: self, demanded: true, at }, 'second-factor-demanded'],
    ['a manager demands it', [...active, enrolled, demanded], { by: self, demanded: false, at }, 'second-factor-demanded'],
    ['it is an owner’s', [registered, enrolled], { by: manager, demanded: false, at }, 'owner-needs-owner'],
    ['nobody has accepted yet', [invited], { by: manager, demanded: false, at }, 'employee-not-active'],
  ])('stays when %s', (_, history, command, code) =>
    given(employee, ...history)
      .when(removeSecondFactor, command)
      .isRefused(code),
  );
  it('may be demanded and no longer', () => {
    given(employee, invited).when(demandSecondFactor, { demanded: true, at }).yields(demanded);
    given(employee, invited, demanded).when(demandSecondFactor, { demanded: true, at }).yields();
    given(employee, invited, demanded)
      .when(demandSecondFactor, { demanded: false, at })
      .yields({ type: 'SecondFactorDemandLifted', data: { employeeId, at } });
  });
});
