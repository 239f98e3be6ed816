import { Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Money } from '../../kernel/money';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, Search, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Id, Line, MoneyField, MoneyInput, Nested, Optional, Time } from '../../platform/web/input';
import { TopUpCard, topUpCard } from '../domain/balance';
import { DryRunQuery, exampleCardId, MoneyAnswer } from './card-answers';
import { CardStreams, factOf, type CardChange, type Rehearsal } from './card-streams';
import { expiryOf, Places } from './places';

@CommandHandler(TopUpCard)
export class TopUpCardHandler implements ICommandHandler<TopUpCard> {
  constructor(
    private readonly cards: CardStreams,
    private readonly places: Places,
  ) {}

  async execute({ context, cardId, topUp }: TopUpCard): Promise<CardChange> {
    const expiresAt = expiryOf(await this.places.network(context.network), context.at);
    return this.cards.change(context, cardId, (card) => topUpCard(card, { context, cardId, topUp: { ...topUp, expiresAt } }));
  }
}

export class TopUpCardInput {
  @MoneyField({ description: 'What is put on the card', example: { amount: 2500, currency: 'USD' } }) amount!: MoneyInput;
  @Optional() @Line(200, { description: 'For your own books', example: 'order 4712' }) reference?: string;
  @Optional() @Id('loc', { description: 'Where it was paid' }) locationId?: string;
}

export class TopUpAnswer {
  @Id('top') id!: string;
  @Id('card') cardId!: string;
  @Nested(() => MoneyAnswer) amount!: Money;
  @Nested(() => MoneyAnswer, { description: 'What is on the card now' }) balance!: Money;
  @Optional() @Line(200) reference?: string;
  @Time() at!: string;
}

@ApiController('gift-cards')
export class TopUpCardApi {
  constructor(
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly cards: CardStreams,
    private readonly places: Places,
  ) {}

  @Post(':id/top-ups')
  @Permit('cards.top-up', ['apiKey'])
  @Operation({
    id: 'topUpGiftCard',
    summary: 'Top up a card',
    idempotent: true,
    example: { amount: { amount: 2500, currency: 'USD' }, reference: 'order 4712' },
    answer: TopUpAnswer,
    answerExample: {
      id: 'top_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
      cardId: exampleCardId,
      amount: { amount: 2500, currency: 'USD' },
      balance: { amount: 5500, currency: 'USD' },
      reference: 'order 4712',
      at: '2026-11-22T15:30:00.000Z',
    },
    refusals: [
      'card-unknown',
      'card-blocked',
      'card-voided',
      'card-expired',
      'card-limit-exceeded',
      'currency-mismatch',
      'location-unknown',
      'location-not-open',
    ],
  })
  async topUp(
    @Param('id') id: string,
    @Input() { amount, reference, locationId }: TopUpCardInput,
    @Search() query: DryRunQuery,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<TopUpAnswer> {
    const context = this.contexts.idempotent(request, 'top-up-gift-card');
    const place = locationId === undefined ? undefined : await this.places.standing(context.network, locationId);
    const topUpId = this.contexts.idFor(context, 'top');
    const command = new TopUpCard(context, id, { topUpId, amount, locationId, place, why: { kind: 'api', reference } });
    const change: Rehearsal = query.dryRun
      ? await this.cards.rehearse(context, id, (card) => topUpCard(card, command))
      : await this.commands.execute<TopUpCard, CardChange>(command);
    this.contexts.answer(reply, change);
    const fact = factOf(change, 'CardToppedUp');
    return { id: fact.topUpId, cardId: fact.cardId, amount: fact.amount, balance: fact.balance, reference, at: fact.at };
  }
}
