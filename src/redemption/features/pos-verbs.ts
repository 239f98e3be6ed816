import { HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CardsFacade } from '../../cards';
import type { CommandContext } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { Ids } from '../../platform/ids';
import { Permit } from '../../platform/security/permit';
import { Vault } from '../../platform/security/vault';
import { ApiController, Input, Operation, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Flag, Id, Line, MoneyField, MoneyInput, Nested, OneOf, Optional, Secret } from '../../platform/web/input';
import { reversalOf, type Redemption } from '../domain/redemption';
import { Redeem, ReverseRedemption } from '../domain/redemption-process';
import { PosPaymentMoney } from './pos-payments-api';
import type { Redeemed } from './redeem';
import { doneAnswer, exampleLocation, exampleRedemption, RedemptionAnswer } from './redemption-answers';
import { RedemptionStreams } from './redemption-streams';
import type { Reversed } from './reverse-redemption';

const code = { description: 'As it was typed or scanned, in any writing', example: '7QK2-M9XD-04TV-HZ3C' };
const transaction = { description: 'Your own number of the sale, unique at the location', example: '2026-1122-0042' };

export class PosBalanceInput {
  @Secret(64, code) code!: string;
}

export class PosBalanceAnswer {
  @Line(4, { example: 'HZ3C' }) lastFour!: string;
  @OneOf(['pending', 'active', 'used', 'voided', 'expired']) status!: string;
  @Flag({ description: 'A blocked card keeps its balance and pays nothing' }) blocked!: boolean;
  @Nested(() => PosPaymentMoney) balance!: Money;
}

export class PosRedeemInput {
  @Secret(64, code) code!: string;
  @MoneyField({ description: 'What is taken off the card', example: { amount: 1850, currency: 'USD' } }) amount!: MoneyInput;
  @Id('loc', { description: 'Where' }) locationId!: string;
  @Line(100, transaction) transactionId!: string;
}

export class PosReverseInput {
  @Id('loc', { description: 'Where the sale was' }) locationId!: string;
  @Line(100, transaction) transactionId!: string;
  @Optional() @Line(200, { description: 'Kept with the card’s history', example: 'Sale cancelled' }) reason?: string;
}

/** Three verbs for tills that take gift cards themselves. The till's own transaction id makes them safe to repeat, for ever. */
@ApiController('pos')
export class PosVerbsApi {
  constructor(
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly cards: CardsFacade,
    private readonly redemptions: RedemptionStreams,
    private readonly ids: Ids,
    private readonly vault: Vault,
  ) {}

  @Post('balance')
  @HttpCode(200)
  @Permit('redemptions.redeem', ['apiKey'])
  @Operation({
    id: 'posBalance',
    summary: 'What is on a card',
    description: 'Wrong codes are all answered alike, and limited by key, address and network.',
    example: { code: code.example },
    answer: PosBalanceAnswer,
    answerExample: { lastFour: 'HZ3C', status: 'active', blocked: false, balance: { amount: 5000, currency: 'USD' } },
    status: 200,
    refusals: ['code-not-valid', 'too-many-requests'],
  })
  async balance(@Input() input: PosBalanceInput, @Req() request: ApiRequest): Promise<PosBalanceAnswer> {
    const { lastFour, status, blocked, balance } = await this.present(this.contexts.once(request), request.ip, input.code);
    return { lastFour, status, blocked, balance };
  }

  @Post('redeem')
  @Permit('redemptions.redeem', ['apiKey'])
  @Operation({
    id: 'posRedeem',
    summary: 'Take an amount off a card',
    description:
      'A repeat with the same location and `transactionId` answers the first outcome, with `Idempotency-Replayed: true`; another ' +
      'amount or card under it is refused. Refusals are not remembered: the same sale may be tried with another card.',
    example: {
      code: code.example,
      amount: { amount: 1850, currency: 'USD' },
      locationId: exampleLocation,
      transactionId: transaction.example,
    },
    answer: RedemptionAnswer,
    answerExample: { ...exampleRedemption, via: 'pos', reference: transaction.example },
    refusals: [
      'code-not-valid',
      'card-not-delivered',
      'card-blocked',
      'card-voided',
      'card-expired',
      'insufficient-funds',
      'currency-mismatch',
      'location-unknown',
      'location-not-open',
      'idempotency-key-reused',
      'redemption-refused',
      'too-many-requests',
    ],
  })
  async redeem(
    @Input() input: PosRedeemInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<RedemptionAnswer> {
    const { locationId, transactionId, amount: total } = input;
    const context = this.contextOf(request, 'redeem', input, [input.code.toUpperCase().replace(/[^0-9A-Z]/g, ''), total]);
    const { redemptionId, found } = await this.saleOf(context, input);
    const card = found.status === 'unknown' ? await this.present(context, request.ip, input.code) : found;
    const { cardId, presented } = card;
    const what = { kind: 'value' } as const;
    const order = { redemptionId, cardId, presented, locationId, what, total, via: 'pos', reference: transactionId } as const;
    const done = await this.commands.execute<Redeem, Redeemed>(new Redeem(context, order));
    this.contexts.answer(reply, done);
    reply.header('location', `/v1/redemptions/${redemptionId}`);
    return doneAnswer(done.redemption, context.network);
  }

  @Post('reverse')
  @HttpCode(200)
  @Permit('redemptions.redeem', ['apiKey'])
  @Operation({
    id: 'posReverse',
    summary: 'Give a sale’s amount back to its card',
    description: 'By the sale’s own `transactionId`. Exactly what was taken, once; a repeat answers the first outcome.',
    example: { locationId: exampleLocation, transactionId: transaction.example, reason: 'Sale cancelled' },
    answer: RedemptionAnswer,
    answerExample: { ...exampleRedemption, via: 'pos', reference: transaction.example },
    status: 200,
    refusals: ['redemption-unknown', 'redemption-not-completed', 'already-reversed', 'card-limit-exceeded', 'card-voided', 'card-expired'],
  })
  async reverse(
    @Input() input: PosReverseInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<RedemptionAnswer> {
    const context = this.contextOf(request, 'reverse', input, []);
    const { redemptionId, found } = await this.saleOf(context, input);
    if (found.status === 'unknown') throw new Rejection('redemption-unknown');
    const command = new ReverseRedemption({ ...context, requestHash: undefined }, redemptionId, reversalOf(redemptionId), input.reason);
    const done = await this.commands.execute<ReverseRedemption, Reversed>(command);
    this.contexts.answer(reply, done);
    return doneAnswer(done.redemption, context.network);
  }

  private present(context: CommandContext, ip: string, typed: string) {
    const { network, actor } = context;
    return this.cards.presentAtCounter('code', typed, { network, ip, device: actor.id });
  }

  private contextOf(request: ApiRequest, verb: string, sale: Sale, content: readonly unknown[]): CommandContext {
    const once = this.contexts.once(request);
    const commandId = this.ids.derived('cmd', once.network, `pos-${verb}`, nameOf(sale));
    return { ...once, commandId, requestHash: this.vault.hash('idempotency', JSON.stringify([verb, nameOf(sale), ...content])) };
  }

  /** The redemption of a sale: the first that was not refused, or an id for a new one. */
  private async saleOf({ network }: CommandContext, sale: Sale): Promise<{ readonly redemptionId: string; readonly found: Redemption }> {
    for (let tries = 1; ; tries += 1) {
      const redemptionId = this.ids.derived('rdm', network, 'pos-sale', `${nameOf(sale)} ${tries}`);
      const found = await this.redemptions.state(network, redemptionId);
      if (found.status !== 'refused') return { redemptionId, found };
    }
  }
}

interface Sale {
  readonly locationId: string;
  readonly transactionId: string;
}

/** Tills of two shops count alike, so a number is one sale at its location only. */
const nameOf = ({ locationId, transactionId }: Sale): string => `${locationId} ${transactionId}`;
