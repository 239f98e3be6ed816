import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DataOf } from '../../kernel/event-sourcing';
import { reveal } from '../../kernel/personal';
import { Clock } from '../../platform/clock';
import { Mailer, type Mail } from '../../platform/mail/mailer';
import { Mails, type MailDraft } from '../../platform/mail/mails';
import { MailBuyer, recordBuyerMail } from '../domain/delivery';
import type { GiftCardFact } from '../domain/gift-card.facts';
import type { NetworkSummary } from '../../network';
import { CardKeys } from './card-keys';
import { CardStreams, type CardSheet } from './card-streams';
import { sent } from './mail-gift';
import { Places } from './places';
import { goodUntil } from './shown-card';

type Content = Pick<MailDraft, 'template' | 'subject' | 'preview' | 'model'>;

/** Mails to the buyer: the receipt, the code, what was deducted. */
@CommandHandler(MailBuyer)
export class MailBuyerHandler implements ICommandHandler<MailBuyer> {
  constructor(
    private readonly cards: CardStreams,
    private readonly keys: CardKeys,
    private readonly places: Places,
    private readonly mails: Mails,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
  ) {}

  async execute(command: MailBuyer): Promise<void> {
    const { context, cardId, mail, about } = command;
    const sheet = await this.cards.card(context.network, cardId);
    const network = await this.places.network(context.network);
    const content = await this.content(command, sheet, network);
    if (!content) return;
    const outcome = await sent(this.mailer, this.compose(content, command, sheet, network));
    await this.cards.change(context, cardId, (card) => recordBuyerMail(card, { context, cardId, mail, about }, outcome));
  }

  private compose(content: Content, { cardId, mail, about }: MailBuyer, { card }: CardSheet, network: NetworkSummary): Mail | undefined {
    const address = reveal(card.buyer.email);
    if (address === undefined) return undefined;
    const name = reveal(card.buyer.name);
    return this.mails.compose({
      id: `${mail}:${cardId}:${about}`,
      kind: mail,
      network,
      to: { name, address },
      language: card.language,
      ...content,
    });
  }

  /** Undefined when the moment has passed: a code that is dead is not mailed. */
  private content(command: MailBuyer, sheet: CardSheet, network: NetworkSummary): Promise<Content | undefined> | Content | undefined {
    if (command.mail === 'receipt') return this.receipt(sheet, network);
    if (command.mail === 'deduction-code') return this.code(command, sheet, network);
    return this.deducted(command, sheet);
  }

  private receipt({ card }: CardSheet, network: NetworkSummary): Content {
    const { value, delivery, source, lastFour, language } = card;
    const reader = this.mails.reader(network, language);
    return {
      template: 'cards/features/receipt',
      subject: 'cards.mail.receipt.subject',
      preview: 'cards.mail.receipt.title',
      model: {
        name: reveal(card.buyer.name),
        value,
        ending: lastFour,
        recipient: reveal(card.recipient?.name) ?? (card.recipient ? reveal(card.recipient.email) : undefined),
        delivery: reader.t(
          `cards.mail.receipt.delivery-${delivery.kind}`,
          delivery.kind === 'at' ? { at: reader.dateTime(delivery.at) } : {},
        ),
        until: goodUntil(card, reader),
        paid: source.kind === 'counter' ? reader.t(`cards.payment.${source.payment.method}`) : undefined,
      },
    };
  }

  private async code({ cardId, about }: MailBuyer, { card, history }: CardSheet, network: NetworkSummary): Promise<Content | undefined> {
    const live = card.request?.deductionId === about ? card.request : undefined;
    const asked = history.find(({ fact }) => fact.type === 'DeductionRequested' && fact.data.deductionId === about)?.fact as
      { data: DataOf<GiftCardFact, 'DeductionRequested'> } | undefined;
    if (!live || !asked || this.clock.now() >= live.expiresAt) return undefined;
    const { keyVersion, amount, locationId } = asked.data;
    const reader = this.mails.reader(network, card.language);
    return {
      template: 'cards/features/deduction-code',
      subject: 'cards.mail.code.subject',
      preview: 'cards.mail.code.title',
      model: {
        digits: this.keys.deductionCode(cardId, about, keyVersion),
        stop: this.keys.stopLink(cardId, about, keyVersion),
        amount,
        location: await this.placeName(network, locationId, card.language),
        ending: card.lastFour,
        until: `${reader.time(live.expiresAt)} ${reader.zone(live.expiresAt)}`,
      },
    };
  }

  private async deducted({ context, about }: MailBuyer, { card, history }: CardSheet): Promise<Content | undefined> {
    const fact = history.find(({ fact: each }) => each.type === 'FundsDeducted' && each.data.deductionId === about)?.fact as
      { data: DataOf<GiftCardFact, 'FundsDeducted'> } | undefined;
    if (!fact) return undefined;
    const { amount, balance, locationId, at } = fact.data;
    const network = await this.places.network(context.network);
    return {
      template: 'cards/features/funds-deducted',
      subject: 'cards.mail.deducted.subject',
      preview: 'cards.mail.deducted.title',
      model: { amount, balance, at, location: await this.placeName(network, locationId, card.language), ending: card.lastFour },
    };
  }

  private async placeName(network: NetworkSummary, locationId: string, language: 'en' | 'fr'): Promise<string> {
    return (await this.places.name(network.id, locationId)) ?? this.mails.reader(network, language).t('cards.mail.somewhere');
  }
}
