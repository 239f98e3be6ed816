import { Injectable } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { reveal } from '../../kernel/personal';
import { Mailer } from '../../platform/mail/mailer';
import { Mails } from '../../platform/mail/mails';
import type { KnownEmployee, LinkSecret } from '../domain/employee';
import { NetworkFacade } from '../network.facade';
import { MailInvitation, MailPasswordReset } from '../policies/mail-links';
import { EmployeeStreams } from './employee-streams';
import { Links, type LinkKind } from './links';

/** Composes and sends one of the two mails; a link that was replaced or used meanwhile is not mailed any more. */
@Injectable()
export class LinkMails {
  constructor(
    private readonly mails: Mails,
    private readonly mailer: Mailer,
    private readonly links: Links,
    private readonly facade: NetworkFacade,
  ) {}

  async send(kind: LinkKind, networkId: string, person: KnownEmployee, secret: LinkSecret): Promise<void> {
    const network = await this.facade.network(networkId);
    const address = reveal(person.email);
    if (!network || address === undefined) return;
    const name = reveal(person.name);
    const url = this.links.url(kind, network.slug, person.id, secret);
    const until = this.mails.reader(network).dateTime(secret.expiresAt);
    const model = { name, networkName: network.name, url, until };
    const words = { subject: `network.mail.${kind}.subject`, preview: `network.mail.${kind}.preview` };
    await this.mailer.send(
      this.mails.compose({
        id: `${kind}:${secret.id}`,
        kind,
        network,
        to: { name, address },
        template: this.links.template(kind),
        ...words,
        model,
      }),
    );
  }
}

@CommandHandler(MailInvitation)
export class MailInvitationHandler implements ICommandHandler<MailInvitation> {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly mails: LinkMails,
  ) {}

  async execute({ context, employeeId, invitationId }: MailInvitation): Promise<void> {
    const person = await this.employees.state(context.network, employeeId);
    if (person.status !== 'invited' || person.invitation.id !== invitationId) return;
    await this.mails.send('invitation', context.network, person, person.invitation);
  }
}

@CommandHandler(MailPasswordReset)
export class MailPasswordResetHandler implements ICommandHandler<MailPasswordReset> {
  constructor(
    private readonly employees: EmployeeStreams,
    private readonly mails: LinkMails,
  ) {}

  async execute({ context, employeeId, resetId }: MailPasswordReset): Promise<void> {
    const person = await this.employees.state(context.network, employeeId);
    if (person.status !== 'active' || person.reset?.id !== resetId) return;
    await this.mails.send('password-reset', context.network, person, person.reset);
  }
}
