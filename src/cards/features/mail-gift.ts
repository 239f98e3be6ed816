import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { reveal } from '../../kernel/personal';
import { Mailer, MailRefused, type Mail } from '../../platform/mail/mailer';
import { Mails } from '../../platform/mail/mails';
import { qrPng } from '../../platform/qr';
import { awaitsGiftMail, MailGift, recordGiftMail, type MailOutcome } from '../domain/delivery';
import { CardKeys, newestSecrets } from './card-keys';
import { CardStreams } from './card-streams';
import { Places } from './places';
import { goodUntil } from './shown-card';

/** The gift to the recipient: rendered from the card's own facts, sent, and its outcome written down. */
@CommandHandler(MailGift)
export class MailGiftHandler implements ICommandHandler<MailGift> {
  constructor(
    private readonly cards: CardStreams,
    private readonly keys: CardKeys,
    private readonly places: Places,
    private readonly mails: Mails,
    private readonly mailer: Mailer,
  ) {}

  async execute(command: MailGift): Promise<void> {
    const { context, cardId, mail } = command;
    if (!awaitsGiftMail(await this.cards.state(context.network, cardId), mail)) return;
    const outcome = await sent(this.mailer, await this.compose(command));
    await this.cards.change(context, cardId, (card) => recordGiftMail(card, command, outcome));
  }

  /** Undefined when there is nobody to mail to any more. */
  private async compose({ context, cardId, mail }: MailGift): Promise<Mail | undefined> {
    const { card, history } = await this.cards.card(context.network, cardId);
    const address = card.recipient ? reveal(card.recipient.email) : undefined;
    const secrets = newestSecrets(history);
    if (address === undefined || !secrets) return undefined;
    const network = await this.places.network(context.network);
    const { code, link } = this.keys.reveal(cardId, secrets);
    const name = reveal(card.recipient?.name);
    const buyer = reveal(card.buyer.name);
    return this.mails.compose({
      id: `gift:${cardId}:${mail}`,
      kind: 'gift',
      network,
      to: { name, address },
      language: card.language,
      template: 'cards/features/gift',
      subject: buyer === undefined ? 'cards.mail.gift.subject-anonymous' : 'cards.mail.gift.subject',
      preview: 'cards.mail.gift.title',
      model: {
        name,
        buyer,
        value: card.balance,
        balance: card.balance,
        message: reveal(card.message ?? undefined),
        cardCode: code,
        cardLink: link,
        until: goodUntil(card, this.mails.reader(network, card.language)),
      },
      images: [{ cid: 'qr', filename: 'gift-card.png', png: await qrPng(link) }],
    });
  }
}

/** A refusal for good is an outcome; anything else is thrown, and tried again later. */
export async function sent(mailer: Mailer, mail: Mail | undefined): Promise<MailOutcome> {
  if (!mail) return { sent: false, reason: 'erased' };
  try {
    await mailer.send(mail);
    return { sent: true };
  } catch (error) {
    if (error instanceof MailRefused) return { sent: false, reason: error.reason.slice(0, 500) };
    throw error;
  }
}
