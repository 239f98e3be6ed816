import { Get, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Rejection } from '../../kernel/rejection';
import { Models } from '../../platform/read-store/models';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, Search, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Cursors, type Listed } from '../../platform/web/cursors';
import { Id, Line, OneOf, Optional, PageQuery, Pattern, Time } from '../../platform/web/input';
import { Positions } from '../../platform/web/positions';
import { ReverseRedemption } from '../domain/redemption-process';
import { redemptionList, redemptionStates, type RedemptionListItem, type RedemptionState } from '../read-models/redemption-list';
import { doneAnswer, exampleLocation, exampleRedemption, listedAnswer, RedemptionAnswer } from './redemption-answers';
import { newestFirst, placeInList, searched } from './redemption-search';
import type { Reversed } from './reverse-redemption';

export class ListRedemptionsQuery extends PageQuery {
  @Optional() @Id('loc') locationId?: string;
  @Optional() @Id('dev') deviceId?: string;
  @Optional() @Id('card') cardId?: string;
  @Optional() @OneOf(redemptionStates) state?: RedemptionState;
  @Optional() @Time({ description: 'Started then or later' }) from?: string;
  @Optional() @Time({ description: 'Started before' }) before?: string;
  @Optional()
  @Line(40, { description: 'A receipt’s code (R-4T7N-28), the last four of a card’s, or the beginning of a clerk’s name' })
  search?: string;
  @Optional() @Pattern('^[0-9A-Za-z]{4}$', 'input.format', { most: 4 }) lastFour?: string;
  @Optional() @Line(60, { description: 'A clerk’s whole name, in any case' }) clerk?: string;
}

export class ReverseRedemptionInput {
  @Optional()
  @Line(200, { description: 'Why; shown with the redemption and in the card’s history', example: 'Wrong amount' })
  reason?: string;
}

@ApiController('redemptions')
export class RedemptionsApi {
  constructor(
    private readonly models: Models,
    private readonly cursors: Cursors,
    private readonly positions: Positions,
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @Permit('redemptions.view', ['apiKey'])
  @Operation({
    id: 'listRedemptions',
    summary: 'List redemptions, newest first',
    answer: { listOf: RedemptionAnswer },
    answerExample: { data: [exampleRedemption], next: null },
    refusals: ['cursor-unusable'],
  })
  async list(@Search() query: ListRedemptionsQuery, @Req() request: ApiRequest): Promise<Listed<RedemptionAnswer>> {
    const { limit = 50, after, ...filters } = query;
    const { network } = this.contexts.once(request);
    const list = [network, 'redemptions', filters];
    await this.models.settled(redemptionList, this.positions.of(request));
    const found = await this.models.find<RedemptionListItem>(redemptionList, {
      ...searched(network, query),
      sort: newestFirst,
      after: this.cursors.open(list, after),
      limit: limit + 1,
    });
    const { data, next } = this.cursors.page(list, found, limit, placeInList);
    return { data: data.map(listedAnswer), next };
  }

  @Get(':id')
  @Permit('redemptions.view', ['apiKey'])
  @Operation({
    id: 'getRedemption',
    summary: 'See one redemption',
    answer: RedemptionAnswer,
    answerExample: exampleRedemption,
    refusals: ['redemption-unknown'],
  })
  async get(@Param('id') id: string, @Req() request: ApiRequest): Promise<RedemptionAnswer> {
    const { network } = this.contexts.once(request);
    await this.models.settled(redemptionList, this.positions.of(request));
    const found = await this.models.get<RedemptionListItem>(redemptionList, id);
    if (found?.network !== network) throw new Rejection('redemption-unknown');
    return listedAnswer(found);
  }

  @Post(':id/reversals')
  @Permit('redemptions.reverse', ['apiKey'])
  @Operation({
    id: 'reverseRedemption',
    summary: 'Reverse a redemption',
    description: 'The card has exactly that amount back, once. A POS payment that was used stays used.',
    idempotent: true,
    example: { reason: 'Wrong amount' },
    answer: RedemptionAnswer,
    answerExample: {
      ...exampleRedemption,
      state: 'reversed',
      locationId: exampleLocation,
      reversal: {
        id: 'rev_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
        at: '2026-11-22T15:40:00.000Z',
        by: { kind: 'apiKey', id: 'key_01JD8Z4M2Q7RXK3V5T9WBN6CHG' },
        reason: 'Wrong amount',
      },
    },
    refusals: [
      'redemption-unknown',
      'redemption-not-completed',
      'already-reversed',
      'card-limit-exceeded',
      'card-voided',
      'card-expired',
      'deduction-unknown',
    ],
  })
  async reverse(
    @Param('id') id: string,
    @Input() { reason }: ReverseRedemptionInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<RedemptionAnswer> {
    const context = this.contexts.idempotent(request, 'reverse-redemption');
    const reversalId = this.contexts.idFor(context, 'rev');
    const done = await this.commands.execute<ReverseRedemption, Reversed>(new ReverseRedemption(context, id, reversalId, reason));
    this.contexts.answer(reply, done);
    return doneAnswer(done.redemption, context.network);
  }
}
