import { Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CardsFacade } from '../../cards';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { Ids } from '../../platform/ids';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, Search, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Flag, Id, Line, ListOf, MoneyField, MoneyInput, Optional, Secret } from '../../platform/web/input';
import { Redeem, type RedemptionOrder } from '../domain/redemption-process';
import { deductionOf, MOST_KINDS, type Redemption } from '../domain/redemption';
import { ItemOrders, RedeemItemInput, type OrderedItems } from './ordered-items';
import { RedemptionChecks, type Redeemed } from './redeem';
import { doneAnswer, exampleLocation, exampleRedemption, RedemptionAnswer } from './redemption-answers';
import { ClerkNames } from './clerk-names';
import { RedemptionStreams } from './redemption-streams';

export class RedeemQuery {
  @Optional() @Flag({ description: 'Decide and answer, but change nothing' }) dryRun?: boolean;
}

export class RedeemInput {
  @Optional()
  @Secret(64, { description: 'The code that was shown, in any writing; this or `cardId`', example: '7QK2-M9XD-04TV-HZ3C' })
  code?: string;
  @Optional() @Id('card', { description: 'A card that you know already; this or `code`' }) cardId?: string;
  @Id('loc', { description: 'Where; the redemption is owed to this location' }) locationId!: string;
  @Optional()
  @MoneyField({ description: 'What is redeemed; this or `items`', example: { amount: 1850, currency: 'USD' } })
  amount?: MoneyInput;
  @Optional()
  @ListOf(() => RedeemItemInput, MOST_KINDS, {
    description: 'What is bought; this or `amount`. Items on offer at the location by id, or lines of yours',
  })
  items?: RedeemItemInput[];
  @Optional()
  @Flag({ description: 'Redeem what the card holds when that is less; `asked` in the answer is then the whole' })
  upToBalance?: boolean;
  @Optional() @Line(200, { description: 'For your own books', example: 'till 4, slip 1207' }) reference?: string;
  @Optional() @Line(60, { description: 'Who stands at the counter, where you want it written down', example: 'June' }) clerk?: string;
}

const cardRefusals = ['card-unknown', 'card-not-delivered', 'card-blocked', 'card-voided', 'card-expired', 'insufficient-funds'];

/** Redemptions by a partner's own till or server. */
@ApiController('redemptions')
export class RedeemApi {
  constructor(
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly cards: CardsFacade,
    private readonly checks: RedemptionChecks,
    private readonly redemptions: RedemptionStreams,
    private readonly items: ItemOrders,
    private readonly clerks: ClerkNames,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  @Post()
  @Permit('redemptions.redeem', ['apiKey'])
  @Operation({
    id: 'redeem',
    summary: 'Redeem a card at a location',
    description:
      'Opens the redemption, deducts on the card and completes it; the buyer is told by mail. It answers when that is durable. ' +
      'With `items` it comes to what they cost, and whoever makes or hands them out is told as when a device redeems them. ' +
      'A repeat with the same key answers the first outcome; refusals are not remembered.',
    idempotent: true,
    example: {
      code: '7QK2-M9XD-04TV-HZ3C',
      locationId: exampleLocation,
      amount: { amount: 1850, currency: 'USD' },
      reference: 'till 4, slip 1207',
    },
    answer: RedemptionAnswer,
    answerExample: exampleRedemption,
    refusals: [
      ...cardRefusals,
      'amount-or-items-needed',
      'code-not-valid',
      'code-or-card-needed',
      'currency-mismatch',
      'item-not-offered',
      'items-ambiguous',
      'items-not-chosen',
      'items-not-usable',
      'location-unknown',
      'location-not-open',
      'redemption-refused',
      'too-many-requests',
    ],
  })
  async redeem(
    @Input() input: RedeemInput,
    @Search() query: RedeemQuery,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<RedemptionAnswer> {
    const context = this.contexts.idempotent(request, 'redeem');
    const order = await this.orderOf(context, request.ip, input);
    if (query.dryRun) return this.rehearsed(context, order);
    const done = await this.commands.execute<Redeem, Redeemed>(new Redeem(context, order));
    this.contexts.answer(reply, done);
    reply.header('location', `/v1/redemptions/${order.redemptionId}`);
    return doneAnswer(done.redemption, context.network);
  }

  private async orderOf(context: CommandContext, ip: string, input: RedeemInput): Promise<RedemptionOrder> {
    const { locationId, upToBalance, reference, clerk } = input;
    const { redemptionId, state } = await this.unrefused(context);
    const rest = { redemptionId, locationId, cut: upToBalance ? true : undefined, via: 'api', reference } as const;
    // A repeat is answered as the first time, whatever has become of the code, the prices or the place since.
    if (state.status !== 'unknown') return { ...rest, cardId: state.cardId, what: state.what, total: state.asked ?? state.amount };
    const ordered = await this.ordered(context.network, input);
    const named = clerk?.trim() ? this.clerks.named(locationId, clerk) : undefined;
    return { ...rest, ...ordered, clerk: named, ...(await this.cardOf(context, ip, input)) };
  }

  private async ordered(network: string, { amount, items, locationId }: RedeemInput): Promise<OrderedItems> {
    if ((amount === undefined) === (items === undefined)) throw new Rejection('amount-or-items-needed');
    if (amount) return { what: { kind: 'value' }, total: amount };
    await this.checks.place(network, locationId);
    return this.items.of(network, locationId, items!);
  }

  private async cardOf(context: CommandContext, ip: string, { code, cardId }: RedeemInput) {
    if ((code === undefined) === (cardId === undefined)) throw new Rejection('code-or-card-needed');
    if (cardId !== undefined) return { cardId };
    const { network, actor } = context;
    const shown = await this.cards.presentAtCounter('code', code!, { network, ip, device: actor.id });
    return { cardId: shown.cardId, presented: shown.presented };
  }

  /** Refusals are not remembered: what this key opened and saw refused is followed by another try under an id of its own. */
  private async unrefused(context: CommandContext): Promise<{ readonly redemptionId: string; readonly state: Redemption }> {
    for (let tries = 1; ; tries += 1) {
      const redemptionId = this.ids.derived('rdm', context.network, 'redemption', `${context.commandId} ${tries}`);
      const state = await this.redemptions.state(context.network, redemptionId);
      if (state.status !== 'refused') return { redemptionId, state };
    }
  }

  private async rehearsed(context: CommandContext, order: RedemptionOrder): Promise<RedemptionAnswer> {
    const { amount, asked, card } = await this.checks.check(context, order);
    const { redemptionId, cardId, locationId, what, via, reference } = order;
    const at = this.clock.now();
    const { network, actor: by } = context;
    const { lastFour, balance } = card;
    const rest = { ...balance, amount: balance.amount - amount.amount };
    const begun = { redemptionId, network, cardId, lastFour, locationId, by, what, amount, asked, via, reference, startedAt: at };
    const deductionId = deductionOf(redemptionId);
    return doneAnswer({ ...begun, status: 'completed', deductionId, balance: rest, completedAt: at }, network);
  }
}
