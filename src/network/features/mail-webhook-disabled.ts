import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Config } from '../../platform/config';
import { Mailer } from '../../platform/mail/mailer';
import { Mails } from '../../platform/mail/mails';
import { isThere } from '../domain/webhook-endpoint';
import { NetworkFacade } from '../network.facade';
import { MailWebhookDisabled } from '../policies/webhooks';
import { WebhookEndpoints } from './webhook-endpoints';

/** Whoever owns the webhook hears by another way that it is off. */
@CommandHandler(MailWebhookDisabled)
export class MailWebhookDisabledHandler implements ICommandHandler<MailWebhookDisabled> {
  constructor(
    private readonly facade: NetworkFacade,
    private readonly endpoints: WebhookEndpoints,
    private readonly mails: Mails,
    private readonly mailer: Mailer,
    private readonly config: Config,
  ) {}

  async execute({ context, endpointId, eventId }: MailWebhookDisabled): Promise<void> {
    const network = await this.facade.network(context.network);
    const endpoint = await this.endpoints.state(context.network, endpointId);
    if (!network || !isThere(endpoint) || endpoint.status !== 'disabled') return;
    const { locationId, why } = endpoint;
    const place = locationId === undefined ? undefined : await this.facade.location(context.network, locationId);
    const address = place?.email || network.contactEmail;
    if (address === '') return;
    const path = locationId === undefined ? 'webhook' : `locations/${locationId}/webhook`;
    const model = {
      owner: place?.name ?? network.name,
      host: new URL(endpoint.url).host,
      gone: why === 'gone',
      page: `${this.config.publicUrl}/n/${network.slug}/${path}`,
    };
    await this.mailer.send(
      this.mails.compose({
        id: `webhook-disabled:${eventId}`,
        kind: 'webhook-disabled',
        network,
        to: { address },
        template: 'network/features/webhook-disabled',
        subject: 'network.mail.webhook-disabled.subject',
        preview: 'network.mail.webhook-disabled.title',
        model,
      }),
    );
  }
}
