import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { reveal } from '../../kernel/personal';
import { NetworkFacade, type NetworkSummary } from '../../network';
import { Mailer, MailRefused, type Mail } from '../../platform/mail/mailer';
import { Mails } from '../../platform/mail/mails';
import { receiptCode, type DoneRedemption } from '../domain/redemption';
import { MailItems, NotifyOfRedemption } from '../domain/redemption-process';
import { completedNotice } from './redemption-notices';
import { RedemptionStreams } from './redemption-streams';

/** Mails to those who make or hand out what was chosen: the network's addresses and, if wished, the location. */
@CommandHandler(MailItems)
export class MailItemsHandler implements ICommandHandler<MailItems> {
  constructor(
    private readonly redemptions: RedemptionStreams,
    private readonly networks: NetworkFacade,
    private readonly mails: Mails,
    private readonly mailer: Mailer,
  ) {}

  /** Who can't be reached for good is passed over; anything else is worth another try for all, whose mails have the same ids then. */
  async execute({ context, redemptionId }: MailItems): Promise<void> {
    const done = await this.redemptions.state(context.network, redemptionId);
    if ((done.status !== 'completed' && done.status !== 'reversed') || done.what.kind !== 'items') return;
    const network = await this.networks.network(context.network);
    const place = await this.networks.location(context.network, done.locationId);
    if (!network || !place) return;
    const wished = await this.networks.wantsItemMails(network.id, done.locationId);
    const addresses = new Set([...network.noticeEmails, ...(wished && place.email !== '' ? [place.email] : [])]);
    for (const address of addresses) {
      try {
        await this.mailer.send(await this.compose(network, place.name, address, done));
      } catch (error) {
        if (!(error instanceof MailRefused)) throw error;
      }
    }
  }

  private async compose(network: NetworkSummary, place: string, address: string, done: DoneRedemption): Promise<Mail> {
    const { redemptionId, what, amount, asked, by, lastFour, completedAt, clerk } = done;
    const reader = this.mails.reader(network);
    const names = await this.networks.actorNames(network.id, [by.id]);
    const items = what.kind === 'items' ? what.items : [];
    return this.mails.compose({
      id: `items-redeemed:${redemptionId}:${address}`,
      kind: 'items-redeemed',
      network,
      to: { address },
      template: 'redemption/features/items-redeemed',
      subject: 'redemption.mail.items.subject',
      preview: 'redemption.mail.items.title',
      model: {
        place,
        receipt: receiptCode(redemptionId),
        lines: items.map(({ name, quantity, price }) => ({ name, quantity, total: { ...price, amount: price.amount * quantity } })),
        amount,
        asked,
        at: completedAt,
        who: [names.get(by.id) ?? reader.t(`redemption.actor.${by.kind}`), reveal(clerk)].filter(Boolean).join(', '),
        ending: lastFour,
      },
    });
  }
}

@CommandHandler(NotifyOfRedemption)
export class NotifyOfRedemptionHandler implements ICommandHandler<NotifyOfRedemption> {
  constructor(
    private readonly redemptions: RedemptionStreams,
    private readonly networks: NetworkFacade,
  ) {}

  async execute({ context, redemptionId, type }: NotifyOfRedemption): Promise<void> {
    const done = await this.redemptions.state(context.network, redemptionId);
    if (done.status !== 'completed' && done.status !== 'reversed') return;
    const { locationId, by } = done;
    const device = by.kind === 'device' ? await this.networks.device(context.network, locationId, by.id) : undefined;
    const notice = completedNotice(done, device);
    const data = type === 'redemption.reversed' ? { ...notice, reversedAt: done.reversal?.at } : { ...notice };
    await this.networks.notify(context, { network: context.network, locationId, type, key: redemptionId, data });
  }
}
