import { Post, Req, Res } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Injectable } from '@nestjs/common';
import type { CommandContext } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { qrPngUrl } from '../../platform/qr';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, Search, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Email, Id, Line, MoneyField, MoneyInput, Nested, OneOf, Optional, Paragraph, Time } from '../../platform/web/input';
import type { CardId, CardSource, Delivery, LocationId } from '../domain/gift-card.facts';
import { giftCard } from '../domain/gift-card';
import { IssueCard, issueCard, type PersonDetails } from '../domain/issue-card';
import { foldCard } from '../read-models/card-list';
import { cardAnswer, DryRunQuery, exampleCard, GiftCardAnswer } from './card-answers';
import { CardKeys, newestSecrets, type OpenSecrets } from './card-keys';
import { CardStreams, type CardChange, type CardSheet } from './card-streams';
import { expiryOf, Places } from './places';

@CommandHandler(IssueCard)
export class IssueCardHandler implements ICommandHandler<IssueCard> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: IssueCard): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => issueCard(card, command));
  }
}

/** What a seller says of a card; limits, language and secrets are added here. */
export interface CardOrder {
  readonly value: Money;
  readonly buyer: PersonDetails;
  readonly recipient?: PersonDetails;
  readonly message?: string;
  readonly language?: 'en' | 'fr';
  readonly delivery: Delivery;
  readonly source: CardSource;
  readonly design?: string;
  readonly locationId?: LocationId;
}

export interface IssuedCard extends CardSheet, OpenSecrets {
  readonly replayed: boolean;
}

/** How every part of the product issues a card: the API, the counter, an import, an order. */
@Injectable()
export class CardSales {
  constructor(
    private readonly commands: CommandBus,
    private readonly cards: CardStreams,
    private readonly keys: CardKeys,
    private readonly places: Places,
  ) {}

  /** The command, filled with the network's rules and fresh secrets. */
  async order(context: CommandContext, cardId: CardId, order: CardOrder): Promise<IssueCard> {
    const network = await this.places.network(context.network);
    const place = order.locationId === undefined ? undefined : await this.places.standing(context.network, order.locationId);
    const { smallestValue: smallest, largestValue: limit } = network.cardRules;
    const { language = network.language } = order;
    const sale = { ...order, place, smallest, limit, language, expiresAt: expiryOf(network, context.at) };
    return new IssueCard(context, cardId, sale, this.keys.fresh(cardId));
  }

  /** Issues and opens the card: its code and link in clear. A repeat answers the first ones. */
  async issue(context: CommandContext, cardId: CardId, order: CardOrder): Promise<IssuedCard> {
    const change = await this.commands.execute<IssueCard, CardChange>(await this.order(context, cardId, order));
    const history = change.recorded.length > 0 ? change.recorded : await this.cards.history(context.network, cardId);
    const card = foldCard(history);
    const secrets = newestSecrets(history);
    if (!card || !secrets) throw new Rejection('card-unknown');
    return {
      card,
      history,
      revision: change.revision,
      position: change.position,
      replayed: change.replayed,
      ...this.keys.reveal(cardId, secrets),
    };
  }
}

export class BuyerInput {
  @Email({ example: 'amelie@example.com', description: 'Receipts and deduction codes go here' }) email!: string;
  @Optional() @Line(100, { example: 'Amélie Côté' }) name?: string;
}

export class RecipientInput {
  @Email({ example: 'bo@example.com', description: 'The gift goes here' }) email!: string;
  @Optional() @Line(100, { example: 'Bo Lund' }) name?: string;
}

export class IssueCardInput {
  @MoneyField({ description: 'What the card is worth, in the network’s currency' }) value!: MoneyInput;
  @Nested(() => BuyerInput) buyer!: BuyerInput;
  @Optional() @Nested(() => RecipientInput, { description: 'Needed unless you deliver the card yourself' }) recipient?: RecipientInput;
  @Optional() @Paragraph(1000, { example: 'Happy birthday!' }) message?: string;
  @Optional()
  @OneOf(['now', 'none'], { description: '`none`: you deliver it yourself, and it is active at once. Default: `now`' })
  deliver?: 'now' | 'none';
  @Optional() @Time({ description: 'Mail the gift at this time instead' }) deliverAt?: string;
  @Optional() @OneOf(['en', 'fr'], { description: 'Of the mails; default: the network’s' }) language?: 'en' | 'fr';
  @Optional() @Line(200, { description: 'Your own order number', example: 'order 4711' }) reference?: string;
  @Optional() @Id('loc', { description: 'Where it was sold' }) locationId?: string;
}

export class IssuedCardAnswer extends GiftCardAnswer {
  @Line(19, { example: '7QK2-M9XD-04TV-HZ3C', description: 'Bearer money: whoever has it can spend the card. Told only here' })
  code!: string;
  @Line(500, { example: 'https://gifts.example.com/c/0123456789ABCDEFGHJKMNPQRS' }) link!: string;
  @Line(20_000, { description: 'The link as a QR code: a PNG in a data URL', example: 'data:image/png;base64,iVBORw0KGgo=' }) qr!: string;
}

/** A card as it was issued; in a dry run nothing is issued, so there is nothing to open. */
export class IssuedOrRehearsedAnswer extends GiftCardAnswer {
  @Optional()
  @Line(19, { example: '7QK2-M9XD-04TV-HZ3C', description: 'Bearer money: whoever has it can spend the card. Left out in a dry run' })
  code?: string;
  @Optional()
  @Line(500, { example: 'https://gifts.example.com/c/0123456789ABCDEFGHJKMNPQRS', description: 'Left out in a dry run' })
  link?: string;
  @Optional()
  @Line(20_000, {
    description: 'The link as a QR code: a PNG in a data URL. Left out in a dry run',
    example: 'data:image/png;base64,iVBORw0KGgo=',
  })
  qr?: string;
}

const example = {
  value: { amount: 5000, currency: 'USD' },
  buyer: { email: 'amelie@example.com', name: 'Amélie Côté' },
  recipient: { email: 'bo@example.com', name: 'Bo Lund' },
  message: 'Happy birthday!',
  deliver: 'now',
  reference: 'order 4711',
};

@ApiController('gift-cards')
export class IssueCardApi {
  constructor(
    private readonly contexts: CommandContexts,
    private readonly sales: CardSales,
  ) {}

  @Post()
  @Permit('cards.issue')
  @Operation({
    id: 'issueGiftCard',
    summary: 'Issue a gift card',
    description:
      'The recipient gets a mail with link and QR code, the buyer a receipt. Code, link and QR are told in this answer only, and again ' +
      'when the call is repeated: a repeat is answered as the first time, also when the card was spent or replaced since. ' +
      'What `GET /v1/gift-cards/{id}` says counts; a replaced code opens nothing.',
    idempotent: true,
    example,
    answer: IssuedOrRehearsedAnswer,
    answerExample: {
      ...exampleCard,
      code: '7QK2-M9XD-04TV-HZ3C',
      link: 'https://gifts.example.com/c/0123456789ABCDEFGHJKMNPQRS',
      qr: 'data:image/png;base64,iVBORw0KGgo=',
    },
    refusals: [
      'value-too-small',
      'value-too-large',
      'currency-mismatch',
      'recipient-missing',
      'delivery-ambiguous',
      'location-unknown',
      'location-not-open',
    ],
  })
  async issue(
    @Input() input: IssueCardInput,
    @Search() query: DryRunQuery,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<IssuedOrRehearsedAnswer> {
    const context = this.contexts.idempotent(request, 'issue-gift-card');
    const cardId = this.contexts.idFor(context, 'card');
    const order = orderFrom(input);
    if (query.dryRun) return this.rehearse(context, cardId, order);
    const issued = await this.sales.issue(context, cardId, order);
    this.contexts.answer(reply, issued);
    reply.header('location', `/v1/gift-cards/${cardId}`);
    return { ...cardAnswer(issued.card), code: issued.code, link: issued.link, qr: await qrPngUrl(issued.link) };
  }

  /** What would be issued, without its secrets. */
  private async rehearse(context: CommandContext, cardId: CardId, order: CardOrder): Promise<GiftCardAnswer> {
    const facts = issueCard(giftCard.initial, await this.sales.order(context, cardId, order));
    const metadata = { ...context, stream: '', revision: 0, position: 0, eventId: '', recordedAt: context.at };
    return cardAnswer(foldCard(facts.map((fact) => ({ fact, metadata })))!);
  }
}

/** @throws Rejection `delivery-ambiguous` */
function orderFrom({ value, buyer, recipient, message, deliver, deliverAt, language, reference, locationId }: IssueCardInput): CardOrder {
  if (deliver !== undefined && deliverAt !== undefined) throw new Rejection('delivery-ambiguous');
  const delivery: Delivery = deliverAt === undefined ? { kind: deliver ?? 'now' } : { kind: 'at', at: new Date(deliverAt).toISOString() };
  return { value, buyer, recipient, message, language, delivery, source: { kind: 'api', reference }, locationId };
}
