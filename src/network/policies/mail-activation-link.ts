import type { CommandContext, Policy } from '../../kernel/event-sourcing';
import type { ActivationLinkIssued } from '../domain/location-devices';

/** The handler derives the link again from its id, and mails none that was replaced or withdrawn meanwhile. */
export class MailActivationLink {
  constructor(
    readonly locationId: string,
    readonly linkId: string,
    readonly context: CommandContext,
  ) {}
}

export const mailTheActivationLink: Policy<ActivationLinkIssued> = {
  name: 'mail-the-activation-link-when-it-is-issued-to-be-mailed',
  on: {
    ActivationLinkIssued: ({ locationId, linkId, mail }, cause) =>
      mail ? [new MailActivationLink(locationId, linkId, cause.context())] : [],
  },
};
