import { Injectable, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, Search, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Id, Line, Nested, Optional, Time } from '../../platform/web/input';
import { ReverseDeduction, reverseDeduction } from '../domain/balance';
import type { CardId, FundsDeducted } from '../domain/gift-card.facts';
import { DryRunQuery, exampleCardId, MoneyAnswer } from './card-answers';
import { CardStreams, factOf, type CardChange, type Rehearsal } from './card-streams';

@CommandHandler(ReverseDeduction)
export class ReverseDeductionHandler implements ICommandHandler<ReverseDeduction> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: ReverseDeduction): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => reverseDeduction(card, command));
  }
}

/** How a deduction is found again, to be reversed: by its id, in its card's own stream. */
@Injectable()
export class Reversals {
  constructor(private readonly cards: CardStreams) {}

  /** @throws Rejection `deduction-unknown`, also for a deduction of another card or one that was only asked for */
  async of(context: CommandContext, cardId: CardId, deductionId: string, reversalId: string, reason?: string): Promise<ReverseDeduction> {
    const fact = await this.cards.newest(
      context.network,
      cardId,
      (each): each is FundsDeducted => each.type === 'FundsDeducted' && each.data.deductionId === deductionId,
    );
    if (!fact) throw new Rejection('deduction-unknown');
    const { amount, locationId } = fact.data;
    return new ReverseDeduction(context, cardId, { deductionId, amount, locationId }, reversalId, reason);
  }
}

export class ReverseDeductionInput {
  @Optional() @Line(200, { description: 'Why; shown in the card’s history', example: 'Wrong card' }) reason?: string;
}

export class ReversalAnswer {
  @Id('rev') id!: string;
  @Id('card') cardId!: string;
  @Id('ded') deductionId!: string;
  @Nested(() => MoneyAnswer, { description: 'Exactly what was deducted' }) amount!: Money;
  @Nested(() => MoneyAnswer, { description: 'What is on the card now' }) balance!: Money;
  @Time() at!: string;
}

@ApiController('gift-cards')
export class ReverseDeductionApi {
  constructor(
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly cards: CardStreams,
    private readonly reversals: Reversals,
  ) {}

  @Post(':id/deductions/:deductionId/reversals')
  @Permit('cards.reverse', ['apiKey'])
  @Operation({
    id: 'reverseDeduction',
    summary: 'Reverse a deduction',
    description: 'Restores exactly its amount, once.',
    idempotent: true,
    example: { reason: 'Wrong card' },
    answer: ReversalAnswer,
    answerExample: {
      id: 'rev_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
      cardId: exampleCardId,
      deductionId: 'ded_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
      amount: { amount: 2000, currency: 'USD' },
      balance: { amount: 5000, currency: 'USD' },
      at: '2026-11-22T15:30:00.000Z',
    },
    refusals: ['card-unknown', 'deduction-unknown', 'already-reversed', 'card-limit-exceeded', 'card-voided', 'card-expired'],
  })
  async reverse(
    @Param('id') id: string,
    @Param('deductionId') deductionId: string,
    @Input() { reason }: ReverseDeductionInput,
    @Search() query: DryRunQuery,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<ReversalAnswer> {
    const context = this.contexts.idempotent(request, 'reverse-deduction');
    const reversalId = this.contexts.idFor(context, 'rev');
    const command = await this.reversals.of(context, id, deductionId, reversalId, reason);
    const change: Rehearsal = query.dryRun
      ? await this.cards.rehearse(context, id, (card) => reverseDeduction(card, command))
      : await this.commands.execute<ReverseDeduction, CardChange>(command);
    this.contexts.answer(reply, change);
    const fact = factOf(change, 'DeductionReversed');
    return {
      id: fact.reversalId,
      cardId: fact.cardId,
      deductionId: fact.deductionId,
      amount: fact.amount,
      balance: fact.balance,
      at: fact.at,
    };
  }
}
