import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { reveal } from '../../kernel/personal';
import { Streams } from '../../platform/event-store/streams';
import { Mailer } from '../../platform/mail/mailer';
import { Mails } from '../../platform/mail/mails';
import { qrPng } from '../../platform/qr';
import { location } from '../domain/location';
import { NetworkFacade } from '../network.facade';
import { MailActivationLink } from '../policies/mail-activation-link';
import { ActivationLinks } from './activation-links';

@CommandHandler(MailActivationLink)
export class MailActivationLinkHandler implements ICommandHandler<MailActivationLink> {
  constructor(
    private readonly streams: Streams,
    private readonly links: ActivationLinks,
    private readonly facade: NetworkFacade,
    private readonly mails: Mails,
    private readonly mailer: Mailer,
  ) {}

  async execute({ context, locationId, linkId }: MailActivationLink): Promise<void> {
    const { state } = await this.streams.state(context.network, `location-${locationId}`, location);
    const network = await this.facade.network(context.network);
    if (state.status === 'unknown' || state.status === 'closed' || !network) return;
    const link = state.links.find(({ id }) => id === linkId);
    const address = reveal(state.email);
    if (link?.status !== 'issued' || address === undefined) return;
    const url = this.links.url(network.slug, locationId, link);
    const until = this.mails.reader(network, state.language).dateTime(link.expiresAt);
    await this.mailer.send(
      this.mails.compose({
        id: `activation-link:${linkId}`,
        kind: 'activation-link',
        network,
        to: { name: state.name, address },
        language: state.language,
        template: 'network/features/activation-link',
        subject: 'network.mail.activation-link.subject',
        preview: 'network.mail.activation-link.preview',
        model: { place: state.name, networkName: network.name, url, until },
        images: [{ cid: 'qr', filename: 'activation-link.png', png: await qrPng(url) }],
      }),
    );
  }
}
