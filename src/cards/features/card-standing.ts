import { Delete, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Line, Optional } from '../../platform/web/input';
import {
  BlockCard,
  blockCard,
  ExpireCard,
  expireCard,
  FreezeCard,
  freezeCard,
  UnblockCard,
  unblockCard,
  VoidCard,
  voidCard,
} from '../domain/standing';
import { cardAnswer, exampleCard, GiftCardAnswer } from './card-answers';
import { CardStreams, type CardChange } from './card-streams';

@CommandHandler(BlockCard)
export class BlockCardHandler implements ICommandHandler<BlockCard> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: BlockCard): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => blockCard(card, command));
  }
}

@CommandHandler(UnblockCard)
export class UnblockCardHandler implements ICommandHandler<UnblockCard> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: UnblockCard): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => unblockCard(card, command));
  }
}

@CommandHandler(FreezeCard)
export class FreezeCardHandler implements ICommandHandler<FreezeCard> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: FreezeCard): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => freezeCard(card, command));
  }
}

@CommandHandler(VoidCard)
export class VoidCardHandler implements ICommandHandler<VoidCard> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: VoidCard): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => voidCard(card, command));
  }
}

@CommandHandler(ExpireCard)
export class ExpireCardHandler implements ICommandHandler<ExpireCard> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: ExpireCard): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => expireCard(card, command));
  }
}

export class CardReasonInput {
  @Optional() @Line(200, { description: 'Why; shown in the card’s history', example: 'Reported stolen' }) reason?: string;
}

const refusals = ['card-unknown', 'card-voided', 'card-expired'];

@ApiController('gift-cards')
export class CardStandingApi {
  constructor(
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly cards: CardStreams,
  ) {}

  @Post(':id/blocks')
  @Permit('cards.block')
  @Operation({
    id: 'blockGiftCard',
    summary: 'Block a card',
    description: 'Nobody can spend it until it is unblocked; a live code is dead. Blocking again changes nothing.',
    example: { reason: 'Reported stolen' },
    status: 200,
    answer: GiftCardAnswer,
    answerExample: { ...exampleCard, blocked: true },
    refusals,
  })
  block(
    @Param('id') id: string,
    @Input() { reason }: CardReasonInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<GiftCardAnswer> {
    return this.run(id, new BlockCard(this.contexts.once(request), id, reason), reply);
  }

  @Delete(':id/blocks')
  @Permit('cards.block')
  @Operation({
    id: 'unblockGiftCard',
    summary: 'Unblock a card',
    description: 'Also one that its buyer froze.',
    answer: GiftCardAnswer,
    answerExample: exampleCard,
    refusals,
  })
  unblock(@Param('id') id: string, @Req() request: ApiRequest, @Res({ passthrough: true }) reply: ApiReply): Promise<GiftCardAnswer> {
    return this.run(id, new UnblockCard(this.contexts.once(request), id), reply);
  }

  @Post(':id/voids')
  @Permit('cards.void')
  @Operation({
    id: 'voidGiftCard',
    summary: 'Void a card for good',
    description: 'What is left is taken off. This can’t be undone.',
    example: { reason: 'Refunded' },
    idempotent: true,
    status: 200,
    answer: GiftCardAnswer,
    answerExample: { ...exampleCard, status: 'voided', balance: { amount: 0, currency: 'USD' } },
    refusals,
  })
  void(
    @Param('id') id: string,
    @Input() { reason }: CardReasonInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<GiftCardAnswer> {
    return this.run(id, new VoidCard(this.contexts.idempotent(request, 'void-gift-card'), id, reason), reply);
  }

  private async run(id: string, command: BlockCard | UnblockCard | VoidCard, reply: ApiReply): Promise<GiftCardAnswer> {
    const change = await this.commands.execute<typeof command, CardChange>(command);
    this.contexts.answer(reply, change);
    return cardAnswer((await this.cards.cardAfter(command.context.network, id, change)).card);
  }
}
