import type { Cause, CommandContext, Policy } from '../../kernel/event-sourcing';
import type { EmployeeInvited, InvitationRenewed, PasswordResetRequested } from '../domain/employee';

/** The handlers derive the link again from the id; so no secret is in a fact, a command or a queue. */
export class MailInvitation {
  constructor(
    readonly employeeId: string,
    readonly invitationId: string,
    readonly context: CommandContext,
  ) {}
}

export class MailPasswordReset {
  constructor(
    readonly employeeId: string,
    readonly resetId: string,
    readonly context: CommandContext,
  ) {}
}

const invite = ({ employeeId, invitation }: EmployeeInvited['data'] | InvitationRenewed['data'], cause: Cause) => [
  new MailInvitation(employeeId, invitation.id, cause.context()),
];

export const mailTheInvitationWhenAnEmployeeIsInvited: Policy<EmployeeInvited | InvitationRenewed> = {
  name: 'mail-the-invitation-when-an-employee-is-invited',
  on: { EmployeeInvited: invite, InvitationRenewed: invite },
};

export const mailTheLinkWhenAPasswordResetIsRequested: Policy<PasswordResetRequested> = {
  name: 'mail-the-link-when-a-password-reset-is-requested',
  on: {
    PasswordResetRequested: ({ employeeId, reset }, cause) => [new MailPasswordReset(employeeId, reset.id, cause.context())],
  },
};
