import { Injectable } from '@nestjs/common';
import { reveal } from '../../kernel/personal';
import { plus, type Money } from '../../kernel/money';
import { LocationChoices, NetworkFacade, type LocationField } from '../../network';
import { Clock } from '../../platform/clock';
import { Form } from '../../platform/web/form';
import { Page } from '../../platform/web/page';
import type { Reader } from '../../platform/web/reader';
import type { CardListItem, MailState } from '../read-models/card-list';
import { CardHistory } from './card-history';
import { CardStreams, type CardSheet } from './card-streams';
import { maskedAddress } from './deduct-by-code';
import { FormContexts, type CardPageRequest } from './form-contexts';
import { headingOf, shownPerson, tagOf } from './shown-card';

/** The page of one card, folded from its own stream: after every form it shows what is durable, never a stale list. */
@Injectable()
export class CardPage {
  constructor(
    private readonly cards: CardStreams,
    private readonly histories: CardHistory,
    private readonly networks: NetworkFacade,
    private readonly locations: LocationChoices,
    private readonly forms: FormContexts,
    private readonly clock: Clock,
  ) {}

  async of(request: CardPageRequest, cardId: string, form = new Form()): Promise<Page> {
    const { network, reader, caller } = request;
    const sheet = await this.cards.card(network.id, cardId);
    const { card } = sheet;
    const heading = headingOf(card, reader);
    const deduct = caller.permissions.has('cards.deduct') ? await this.deduct(request, card, form) : undefined;
    const model = {
      title: heading,
      form,
      cardId,
      lastFour: card.lastFour,
      tag: tagOf(card),
      balance: card.balance,
      facts: factsOf(sheet, reader),
      message: reveal(card.message ?? undefined),
      trouble: troubleOf(card, reader, caller.permissions),
      actions: actionsOf(card, reader, caller.permissions),
      deduct,
      entries: await this.histories.of(network.id, sheet, reader),
    };
    return new Page('cards/features/card-page', model, { scripts: deduct?.amount?.place.scripts });
  }

  /** The field for where it happens: of the locations that this employee may name, with their own chosen. */
  placeField(request: CardPageRequest, form: Form, words: { none?: string; choose?: string }): Promise<LocationField> {
    const own = request.caller.locationId ?? request.caller.defaultLocationId;
    return this.locations.field(request, { form, name: 'locationId', statuses: ['open'], own, presumed: true, ...words });
  }

  /** The step that Deduct Funds is at, or why there is none. */
  private async deduct(request: CardPageRequest, card: CardListItem, form: Form) {
    const { reader } = request;
    const once = this.forms.once();
    if (card.request) return { once, ask: await this.codeStep(request, card, card.request) };
    const obstacle = obstacleTo(card, reader);
    if (obstacle) return { obstacle };
    const place = await this.placeField(request, form, { choose: reader.t('cards.deduct.choose-place') });
    return { once, amount: { place, none: place.type === 'select' && place.options.length === 0 } };
  }

  private async codeStep({ reader, network }: CardPageRequest, card: CardListItem, request: NonNullable<CardListItem['request']>) {
    const { deductionId, amount, locationId, attemptsLeft, expiresAt } = request;
    const mail = card.buyerMails['deduction-code'];
    const left = Date.parse(expiresAt) - this.clock.millis();
    const address = reveal(card.buyer.email);
    return {
      deductionId,
      amount,
      place: (await this.networks.location(network.id, locationId))?.name ?? reader.t('cards.place.unknown'),
      sentTo: address === undefined ? reader.t('cards.person.erased') : maskedAddress(address),
      buyer: shownPerson(card.buyer, reader).name,
      mail: mail?.about === deductionId ? mail.state : 'queued',
      mailReason: mail?.about === deductionId ? mail.reason : undefined,
      runOut: left <= 0,
      hint:
        left <= 0
          ? undefined
          : `${reader.t('cards.deduct.good-until', { time: `${reader.time(expiresAt)} ${reader.zone(expiresAt)}` })} ${reader.t(
              'cards.deduct.minutes',
              {
                count: Math.ceil(left / 60_000),
              },
            )} ${reader.t('cards.deduct.tries', { count: attemptsLeft })}`,
    };
  }
}

function obstacleTo({ status, blocked, balance }: CardListItem, reader: Reader): string | undefined {
  if (status === 'voided' || status === 'expired') return reader.t(`cards.deduct.obstacle.${status}`);
  if (blocked !== 'no') return reader.t(blocked === 'byBuyer' ? 'cards.deduct.obstacle.frozen' : 'cards.deduct.obstacle.blocked');
  if (status === 'pending') return reader.t('cards.deduct.obstacle.pending');
  return balance.amount === 0 ? reader.t('cards.deduct.obstacle.empty') : undefined;
}

interface CardFact {
  readonly label: string;
  readonly text?: string;
  readonly beside?: string;
  readonly money?: Money;
}

function factsOf({ card, history }: CardSheet, reader: Reader): readonly CardFact[] {
  const recipient = card.recipient && shownPerson(card.recipient, reader);
  const buyer = shownPerson(card.buyer, reader);
  const { receipt } = card.buyerMails;
  const loaded = history.reduce((sum, { fact }) => (fact.type === 'CardToppedUp' ? plus(sum, fact.data.amount) : sum), card.value);
  const person = ({ name, email, label }: typeof buyer) =>
    name !== undefined && email !== undefined ? { text: name, beside: email } : { text: label };
  return [
    { label: reader.t('cards.fact.recipient'), ...(recipient ? person(recipient) : { text: reader.t('cards.person.none') }) },
    { label: reader.t('cards.fact.buyer'), ...person(buyer) },
    { label: reader.t('cards.fact.gift-mail'), text: giftMailOf(card, reader) },
    ...(receipt ? [{ label: reader.t('cards.fact.receipt'), text: mailText(receipt, reader) }] : []),
    { label: reader.t('cards.fact.paid'), text: paidOf(card, reader) },
    { label: reader.t('cards.fact.loaded'), money: loaded },
    ...(card.expiresAt === null ? [] : [{ label: reader.t('cards.fact.expires'), text: reader.day(card.expiresAt) }]),
  ];
}

const mailText = ({ state, at }: MailState, reader: Reader): string =>
  reader.t(`cards.mail-state.${state}`, { at: `${reader.shortDateTime(at)} ${reader.zone(at)}` });

function giftMailOf({ giftMail, delivery }: CardListItem, reader: Reader): string {
  if (giftMail.state === 'scheduled' && delivery.kind === 'at') return mailText({ ...giftMail, at: delivery.at }, reader);
  return mailText(giftMail, reader);
}

function paidOf({ source }: CardListItem, reader: Reader): string {
  if (source.kind !== 'counter') return reader.t(`cards.source.${source.kind}`);
  const method = reader.t(`cards.payment.${source.payment.method}`);
  return source.payment.reference === undefined ? method : `${method}, ${source.payment.reference}`;
}

/** What went wrong with a mail, and who can mend it. */
function troubleOf(
  card: CardListItem,
  reader: Reader,
  may: ReadonlySet<string>,
): readonly { text: string; action?: string; label?: string }[] {
  const { giftMail, buyerMails, recipient, buyer, status } = card;
  const code = buyerMails['deduction-code'];
  const trouble = [];
  if (status === 'voided' || status === 'expired') return [];
  if (giftMail.state === 'failed' && recipient) {
    const details = { address: reveal(recipient.email) ?? reader.t('cards.person.erased'), reason: giftMail.reason ?? '' };
    const mend = status !== 'used' && may.has('cards.correct-recipient');
    trouble.push({
      text: reader.t('cards.trouble.gift', details),
      ...(mend ? { action: 'recipient', label: reader.t('cards.action.recipient') } : {}),
    });
  }
  const lost = [code, buyerMails.receipt, buyerMails['funds-deducted']].find((mail) => mail?.state === 'failed');
  if (lost) {
    const details = { address: reveal(buyer.email) ?? reader.t('cards.person.erased'), reason: lost.reason ?? '' };
    const mend = may.has('cards.correct-buyer') && !card.request;
    trouble.push({
      text: reader.t('cards.trouble.buyer', details),
      ...(mend ? { action: 'buyer', label: reader.t('cards.action.buyer') } : {}),
    });
  }
  return trouble;
}

/** What this employee may do with this card now; what would be refused is not offered. */
function actionsOf(card: CardListItem, reader: Reader, may: ReadonlySet<string>) {
  const { status, blocked, recipient, giftMail, request } = card;
  if (status === 'voided' || status === 'expired') return [];
  const free = blocked === 'no';
  const all = [
    { name: 'top-up', permission: 'cards.top-up', offered: free },
    { name: 'replace', permission: 'cards.replace', offered: true },
    { name: 'resend', permission: 'cards.resend', offered: free && recipient !== null && giftMail.state !== 'queued' },
    { name: 'recipient', permission: 'cards.correct-recipient', offered: status !== 'used' && !request },
    { name: 'buyer', permission: 'cards.correct-buyer', offered: !request },
    { name: 'unblock', permission: 'cards.block', offered: !free },
    { name: 'block', permission: 'cards.block', offered: free, danger: true },
    { name: 'void', permission: 'cards.void', offered: true, danger: true },
  ];
  return all
    .filter(({ permission, offered }) => offered && may.has(permission))
    .map(({ name, danger }) => ({ name, danger, label: reader.t(`cards.action.${name}`) }));
}
