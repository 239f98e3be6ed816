import type { FactMetadata } from '../../../src/kernel/event-sourcing';
import { personal } from '../../../src/kernel/personal';
import type { EmployeeFact } from '../../../src/network/domain/employee';
import { employeeList, type EmployeeListItem } from '../../../src/network/read-models/employee-list';

const at = '2026-11-22T09:00:00.000Z';
const who = { employeeId: 'emp_1', at };
const metadata = { network: 'net_1' } as FactMetadata;
const name = personal('employee-emp_1', 'Nadia Roy');
const email = personal('employee-emp_1', ' Nadia@Example.com');
const invitation = { id: 'i1', hash: 'h', keyVersion: 1, expiresAt: '2026-11-29T09:00:00.000Z' };

const invited: EmployeeFact = { type: 'EmployeeInvited', data: { ...who, name, email, position: { roles: ['employee'] }, invitation } };
const accepted: EmployeeFact = { type: 'InvitationAccepted', data: { ...who, name, passwordId: 'p1' } };
const disabled: EmployeeFact = { type: 'EmployeeDisabled', data: who };
const enabled: EmployeeFact = { type: 'EmployeeEnabled', data: who };

function fold(...facts: readonly EmployeeFact[]): EmployeeListItem {
  const begins = employeeList.begins as unknown as Record<string, (data: unknown, metadata: FactMetadata, key: string) => EmployeeListItem>;
  const on = employeeList.on as unknown as Record<
    string,
    (doc: EmployeeListItem, data: unknown, metadata: FactMetadata, key: string) => EmployeeListItem
  >;
  const [first, ...rest] = facts;
  return rest.reduce(
    (doc, { type, data }) => on[type]!(doc, data, metadata, 'emp_1'),
    begins[first!.type]!(first!.data, metadata, 'emp_1'),
  );
}

describe('The list of employees', () => {
  it('finds people by their address in any case', () =>
    expect(fold(invited).emailKey).toEqual(personal('employee-emp_1', 'nadia@example.com')));
  it('says until when an invitation works, while it is open', () => {
    expect(fold(invited)).toMatchObject({ status: 'invited', invitationExpiresAt: invitation.expiresAt });
    expect(fold(invited, accepted)).not.toHaveProperty('invitationExpiresAt');
  });
  it.each([
    ['who had accepted', [invited, accepted, disabled, enabled], 'active'],
    ['who had not', [invited, disabled, enabled], 'invited'],
    ['who is disabled', [invited, accepted, disabled], 'disabled'],
  ] as const)('shows somebody %s as they are now', (_, facts, status) => expect(fold(...facts).status).toBe(status));
  it('keeps an erased person’s address erased in what it searches by', () => {
    const erased = { subject: 'employee-emp_1', erased: true } as const;
    const item = fold({
      type: 'EmployeeInvited',
      data: { ...who, name: erased, email: erased, position: { roles: ['employee'] }, invitation },
    });
    expect(item.emailKey).toEqual(erased);
  });
});
