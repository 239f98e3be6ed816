import { Injectable, Param, Post, Put, Req, Res } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { qrPngUrl } from '../../platform/qr';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Flag, Optional } from '../../platform/web/input';
import {
  CorrectBuyer,
  correctBuyer,
  CorrectRecipient,
  correctRecipient,
  DeliverCard,
  deliverCard,
  ReplaceCard,
  replaceCard,
  SendGift,
  sendGift,
} from '../domain/delivery';
import type { CardId } from '../domain/gift-card.facts';
import type { PersonDetails } from '../domain/issue-card';
import { cardAnswer, exampleCard, GiftCardAnswer } from './card-answers';
import { CardKeys, newestSecrets, type OpenSecrets } from './card-keys';
import { CardStreams, type CardChange } from './card-streams';
import { BuyerInput, IssuedCardAnswer, RecipientInput } from './issue-card';

@CommandHandler(DeliverCard)
export class DeliverCardHandler implements ICommandHandler<DeliverCard> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: DeliverCard): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => deliverCard(card, command));
  }
}

@CommandHandler(SendGift)
export class SendGiftHandler implements ICommandHandler<SendGift> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: SendGift): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => sendGift(card, command));
  }
}

@CommandHandler(ReplaceCard)
export class ReplaceCardHandler implements ICommandHandler<ReplaceCard> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: ReplaceCard): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => replaceCard(card, command));
  }
}

@CommandHandler(CorrectRecipient)
export class CorrectRecipientHandler implements ICommandHandler<CorrectRecipient> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: CorrectRecipient): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => correctRecipient(card, command));
  }
}

@CommandHandler(CorrectBuyer)
export class CorrectBuyerHandler implements ICommandHandler<CorrectBuyer> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: CorrectBuyer): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => correctBuyer(card, command));
  }
}

/** What needs fresh secrets or a look at the card's people before it is commanded; for pages and the API. */
@Injectable()
export class CardDelivery {
  constructor(
    private readonly commands: CommandBus,
    private readonly cards: CardStreams,
    private readonly keys: CardKeys,
  ) {}

  /** @throws Rejection `recipient-erased`, and what `sendGift` refuses */
  async send(context: CommandContext, cardId: CardId): Promise<CardChange> {
    const { card } = await this.cards.card(context.network, cardId);
    if (card.recipient && reveal(card.recipient.email) === undefined) throw new Rejection('recipient-erased');
    return this.commands.execute<SendGift, CardChange>(new SendGift(context, cardId));
  }

  /** Lost: a new code and link; told once, and again when the call is repeated. */
  async replace(context: CommandContext, cardId: CardId, mail: boolean): Promise<OpenSecrets & { readonly change: CardChange }> {
    const secrets = this.keys.fresh(cardId, await this.nextLink(context, cardId));
    const change = await this.commands.execute<ReplaceCard, CardChange>(new ReplaceCard(context, cardId, secrets, mail));
    const written = newestSecrets(change.recorded);
    if (!written) throw new Error('A replacement wrote no code');
    return { change, ...this.keys.reveal(cardId, written) };
  }

  async correctRecipient(context: CommandContext, cardId: CardId, recipient: PersonDetails): Promise<CardChange> {
    const secrets = this.keys.fresh(cardId, await this.nextLink(context, cardId));
    return this.commands.execute<CorrectRecipient, CardChange>(new CorrectRecipient(context, cardId, recipient, secrets));
  }

  private async nextLink({ network }: CommandContext, cardId: CardId): Promise<number> {
    const state = await this.cards.state(network, cardId);
    return 'links' in state ? state.links + 1 : 1;
  }
}

export class ReplaceCardInput {
  @Optional() @Flag({ description: 'Mail the new code and link to the recipient; default: true where there is one' }) mail?: boolean;
}

const refusals = ['card-unknown', 'card-voided', 'card-expired'];

@ApiController('gift-cards')
export class DeliverCardApi {
  constructor(
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly cards: CardStreams,
    private readonly delivery: CardDelivery,
  ) {}

  @Post(':id/deliveries')
  @Permit('cards.resend')
  @Operation({
    id: 'deliverGiftCard',
    summary: 'Mail the gift, again or before its day',
    status: 202,
    answer: GiftCardAnswer,
    answerExample: { ...exampleCard, giftMail: { state: 'queued', at: '2026-11-22T15:30:00.000Z' } },
    refusals: [...refusals, 'card-blocked', 'recipient-missing', 'recipient-erased'],
  })
  async deliver(@Param('id') id: string, @Req() request: ApiRequest, @Res({ passthrough: true }) reply: ApiReply): Promise<GiftCardAnswer> {
    const context = this.contexts.once(request);
    return this.answer(context.network, id, await this.delivery.send(context, id), reply);
  }

  @Post(':id/replacements')
  @Permit('cards.replace')
  @Operation({
    id: 'replaceGiftCard',
    summary: 'Replace a lost card',
    description: 'A new code and link; the old ones die at once. Balance and history stay.',
    idempotent: true,
    example: { mail: true },
    answer: IssuedCardAnswer,
    answerExample: {
      ...exampleCard,
      code: '7QK2-M9XD-04TV-HZ3C',
      link: 'https://gifts.example.com/c/0123456789ABCDEFGHJKMNPQRS',
      qr: 'data:image/png;base64,iVBORw0KGgo=',
    },
    refusals: [...refusals, 'recipient-missing'],
  })
  async replace(
    @Param('id') id: string,
    @Input() input: ReplaceCardInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<IssuedCardAnswer> {
    const context = this.contexts.idempotent(request, 'replace-gift-card');
    const { card } = await this.cards.card(context.network, id);
    const { change, code, link } = await this.delivery.replace(context, id, input.mail ?? card.recipient !== null);
    const answer = await this.answer(context.network, id, change, reply);
    return { ...answer, code, link, qr: await qrPngUrl(link) };
  }

  @Put(':id/recipient')
  @Permit('cards.correct-recipient')
  @Operation({
    id: 'correctRecipient',
    summary: 'Correct the recipient before first use',
    description: 'If the gift may have reached the wrong person, its code and link die, and new ones are mailed to the right one.',
    example: { email: 'bo@example.com', name: 'Bo Lund' },
    answer: GiftCardAnswer,
    answerExample: exampleCard,
    refusals: [...refusals, 'card-used', 'code-live'],
  })
  async correctRecipient(
    @Param('id') id: string,
    @Input() { email, name }: RecipientInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<GiftCardAnswer> {
    const context = this.contexts.once(request);
    return this.answer(context.network, id, await this.delivery.correctRecipient(context, id, { email, name }), reply);
  }

  @Put(':id/buyer')
  @Permit('cards.correct-buyer')
  @Operation({
    id: 'correctBuyer',
    summary: 'Correct the buyer',
    description: 'Deduction codes go to this address from now on. Not while a code is live.',
    example: { email: 'amelie@example.com', name: 'Amélie Côté' },
    answer: GiftCardAnswer,
    answerExample: exampleCard,
    refusals: [...refusals, 'code-live'],
  })
  async correctBuyer(
    @Param('id') id: string,
    @Input() { email, name }: BuyerInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<GiftCardAnswer> {
    const context = this.contexts.once(request);
    const change = await this.commands.execute<CorrectBuyer, CardChange>(new CorrectBuyer(context, id, { email, name }));
    return this.answer(context.network, id, change, reply);
  }

  private async answer(network: string, id: string, change: CardChange, reply: ApiReply): Promise<GiftCardAnswer> {
    this.contexts.answer(reply, change);
    return cardAnswer((await this.cards.cardAfter(network, id, change)).card);
  }
}
