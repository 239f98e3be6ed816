import { Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DataOf } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, Search, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Direct } from '../../platform/web/direct';
import { Flag, Id, Line, MoneyField, MoneyInput, Nested, Optional, Secret, Time } from '../../platform/web/input';
import { DeductFunds, deductFunds } from '../domain/balance';
import type { GiftCardFact } from '../domain/gift-card.facts';
import { DryRunQuery, exampleCardId, exampleLocationId, MoneyAnswer } from './card-answers';
import { CardStreams, factOf, type CardChange, type Rehearsal } from './card-streams';
import { Places } from './places';
import { PresentedCodes } from './presented-codes';

@CommandHandler(DeductFunds)
export class DeductFundsHandler implements ICommandHandler<DeductFunds> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: DeductFunds): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => deductFunds(card, command));
  }
}

export class DeductFundsInput {
  @MoneyField({ description: 'What is taken off the card', example: { amount: 2000, currency: 'USD' } }) amount!: MoneyInput;
  @Id('loc', { description: 'Where; the deduction is owed to this location' }) locationId!: string;
  @Optional() @Line(200, { description: 'For your own books', example: 'till 4, slip 1207' }) reference?: string;
  @Optional() @Flag({ description: 'Tell the buyer by mail; default: false' }) notify?: boolean;
  @Optional()
  @Secret(64, { description: 'The code that was shown, if you want it checked again: a replaced one is refused' })
  code?: string;
}

export class DeductionAnswer {
  @Id('ded') id!: string;
  @Id('card') cardId!: string;
  @Nested(() => MoneyAnswer) amount!: Money;
  @Nested(() => MoneyAnswer, { description: 'What remains on the card' }) balance!: Money;
  @Id('loc') locationId!: string;
  @Optional() @Line(200) reference?: string;
  @Time() at!: string;
}

export const deductionAnswer = ({
  deductionId,
  cardId,
  amount,
  balance,
  locationId,
  why,
  at,
}: DataOf<GiftCardFact, 'FundsDeducted'>): DeductionAnswer => ({
  id: deductionId,
  cardId,
  amount,
  balance,
  locationId,
  reference: why.kind === 'api' ? why.reference : undefined,
  at,
});

export const exampleDeduction = {
  id: 'ded_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  cardId: exampleCardId,
  amount: { amount: 2000, currency: 'USD' },
  balance: { amount: 3000, currency: 'USD' },
  locationId: exampleLocationId,
  reference: 'till 4, slip 1207',
  at: '2026-11-22T15:30:00.000Z',
};

@ApiController('gift-cards')
export class DeductFundsApi {
  constructor(
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly cards: CardStreams,
    private readonly places: Places,
    private readonly codes: PresentedCodes,
  ) {}

  /** The hot path (engine 8): what is awaited here is the location's cached state and the command. */
  @Post(':id/deductions')
  @Direct()
  @Permit('cards.deduct-directly', ['apiKey'])
  @Operation({
    id: 'deductFunds',
    summary: 'Deduct funds from a card',
    description: 'At once, without the buyer’s code, for callers that may. Answers what was decided and is durable.',
    idempotent: true,
    example: { amount: { amount: 2000, currency: 'USD' }, locationId: exampleLocationId, reference: 'till 4, slip 1207' },
    answer: DeductionAnswer,
    answerExample: exampleDeduction,
    refusals: [
      'card-unknown',
      'card-not-delivered',
      'card-blocked',
      'card-voided',
      'card-expired',
      'insufficient-funds',
      'currency-mismatch',
      'code-not-valid',
      'location-unknown',
      'location-not-open',
    ],
  })
  async deduct(
    @Param('id') id: string,
    @Input() input: DeductFundsInput,
    @Search() query: DryRunQuery,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<DeductionAnswer> {
    const context = this.contexts.idempotent(request, 'deduct-funds');
    const found = this.places.standing(context.network, input.locationId);
    const place = found instanceof Promise ? await found : found;
    const deductionId = this.contexts.idFor(context, 'ded');
    const run = (presented?: string): Promise<Rehearsal> => {
      const { amount, locationId, reference, notify = false } = input;
      const why = { kind: 'api', reference } as const;
      const command = new DeductFunds(context, id, { deductionId, amount, locationId, place, why, notify, presented });
      return query.dryRun
        ? this.cards.rehearse(context, id, (card) => deductFunds(card, command))
        : this.commands.execute<DeductFunds, CardChange>(command);
    };
    const { network, actor } = context;
    const change = await (input.code === undefined
      ? run()
      : this.codes.present(input.code, { network, ip: request.ip, account: actor.id, card: id }, run));
    this.contexts.answer(reply, change);
    return deductionAnswer(factOf(change, 'FundsDeducted'));
  }
}
