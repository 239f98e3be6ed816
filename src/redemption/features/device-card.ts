import { Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CardsFacade } from '../../cards';
import { lessThan, minus, type Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Flag, MoneyField, MoneyInput, Optional, Whole } from '../../platform/web/input';
import { Page, SeeOther, type PageReply } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { totalOf, type RedeemedWhat } from '../domain/redemption';
import { Redeem } from '../domain/redemption-process';
import { ClerkInput, Clerks } from './clerks';
import { baseOf, type DeviceRequest } from './counter';
import { CardScreen, type Shown, type Short } from './card-screen';
import { ItemChoice } from './item-choice';
import { PosPaymentSteps } from './pos-payment-steps';
import type { Redeemed } from './redeem';
import { RedemptionStreams } from './redemption-streams';
import { Tickets, type Ticket } from './tickets';

export class RedeemValueInput extends ClerkInput {
  @MoneyField() amount!: MoneyInput;
  /** What the clerk agreed to take because the card holds no more, in minor units. */
  @Optional() @Whole(1, Number.MAX_SAFE_INTEGER) take?: number;
  /** The clerk wants to type another amount instead. */
  @Optional() @Flag() change?: boolean;
}

export class RedeemItemsInput extends ClerkInput {
  @Optional() @Whole(1, Number.MAX_SAFE_INTEGER) take?: number;
  @Optional() @Flag() change?: boolean;
}

export class SelectPaymentInput extends ClerkInput {}

interface Wanted {
  readonly what: RedeemedWhat;
  readonly total: Money;
  readonly take?: number;
  readonly clerk?: string;
  readonly pin?: string;
}

/** A card's screen: what to redeem on it. The ticket in the address is good for one redemption. */
@PageController('n/:slug/redeem/cards/:ticket')
export class DeviceCardPage {
  constructor(
    private readonly tickets: Tickets,
    private readonly screen: CardScreen,
    private readonly choice: ItemChoice,
    private readonly clerks: Clerks,
    private readonly cards: CardsFacade,
    private readonly redemptions: RedemptionStreams,
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly forms: Forms,
    private readonly payments: PosPaymentSteps,
  ) {}

  @Get()
  @Permit('redemptions.redeem', ['device'])
  async card(@Req() request: DeviceRequest, @Param('ticket') sealed: string, @Query('by') by?: string): Promise<Page | SeeOther> {
    const ticket = await this.live(request, sealed);
    if (ticket instanceof SeeOther) return ticket;
    const tab = by === 'items' || by === 'pos' ? by : 'value';
    return this.screen.page(request, { sealed, ticket, tab, form: new Form() });
  }

  @Post('redemptions')
  @Permit('redemptions.redeem', ['device'])
  async value(
    @Req() request: DeviceRequest,
    @Param('ticket') sealed: string,
    @Res({ passthrough: true }) reply: PageReply,
  ): Promise<Page | SeeOther> {
    const ticket = await this.live(request, sealed);
    if (ticket instanceof SeeOther) return ticket;
    const shown = { sealed, ticket, tab: 'value' } as const;
    return this.forms.handle(request, RedeemValueInput, {
      then: async (input) => {
        const { amount, take, change } = input;
        if (change) return this.screen.page(request, { ...shown, form: new Form({ amount: this.screen.plain(request, amount) }) });
        return this.redeem(request, reply, shown, { ...input, what: { kind: 'value' }, total: amount, take });
      },
      again: (form) => this.again(request, { ...shown, form }),
      fieldOf: { ...clerkFields, 'insufficient-funds': 'amount', 'amount-not-positive': 'amount', 'currency-mismatch': 'amount' },
    });
  }

  @Post('items')
  @Permit('redemptions.redeem', ['device'])
  async items(
    @Req() request: DeviceRequest,
    @Param('ticket') sealed: string,
    @Res({ passthrough: true }) reply: PageReply,
  ): Promise<Page | SeeOther> {
    const ticket = await this.live(request, sealed);
    if (ticket instanceof SeeOther) return ticket;
    const chosen = await this.choice.of(request);
    const shown = { sealed, ticket, tab: 'items', chosen } as const;
    return this.forms.handle(request, RedeemItemsInput, {
      then: async (input) => {
        if (input.change) return this.screen.page(request, { ...shown, form: new Form() });
        if (chosen.changed) throw new Rejection('items-changed');
        const total = totalOf(chosen.items);
        const what = { kind: 'items', source: chosen.source, items: chosen.items } as const;
        return this.redeem(request, reply, shown, { ...input, what, total });
      },
      again: (form) => this.again(request, { ...shown, form }),
      fieldOf: clerkFields,
    });
  }

  /** A payment of the till is taken whole or not at all. */
  @Post('payments/:payment')
  @Permit('redemptions.redeem', ['device'])
  async payment(
    @Req() request: DeviceRequest,
    @Param('ticket') sealed: string,
    @Param('payment') posPaymentId: string,
    @Res({ passthrough: true }) reply: PageReply,
  ): Promise<Page | SeeOther> {
    const ticket = await this.live(request, sealed);
    if (ticket instanceof SeeOther) return ticket;
    const shown = { sealed, ticket, tab: 'pos' } as const;
    return this.forms.handle(request, SelectPaymentInput, {
      then: async (input) => {
        const total = await this.wholePayment(request.network.id, ticket, posPaymentId);
        return this.redeem(request, reply, shown, { ...input, what: { kind: 'posPayment', posPaymentId }, total });
      },
      again: (form) => this.again(request, { ...shown, form }),
      fieldOf: clerkFields,
    });
  }

  /** @throws Rejection `pos-payment-unknown`, `pos-payment-exceeds-balance` */
  private async wholePayment(network: string, { cardId }: Ticket, posPaymentId: string): Promise<Money> {
    const found = await this.payments.state(network, posPaymentId);
    if (found.status === 'unknown') throw new Rejection('pos-payment-unknown');
    const card = await this.cards.atCounter(network, cardId);
    const { amount } = found;
    if (found.status === 'waiting' && card && card.balance.currency === amount.currency && lessThan(card.balance, amount))
      throw new Rejection('pos-payment-exceeds-balance', { balance: card.balance });
    return amount;
  }

  /** Where a ticket can't be used (any more), it leads on: to its receipt, or home. */
  private async live(request: DeviceRequest, sealed: string): Promise<Ticket | SeeOther> {
    const ticket = this.tickets.open(request, sealed);
    const before = await this.redemptions.state(request.network.id, ticket.redemptionId);
    if (before.status === 'completed' || before.status === 'reversed')
      return new SeeOther(`${baseOf(request)}/receipts/${ticket.redemptionId}`);
    // What was opened and not finished is finished by its repeat, however old the screen is.
    if (before.status !== 'started' && ticket.expired) return new SeeOther(`${baseOf(request)}?old=1`);
    if (before.status === 'refused')
      return new SeeOther(`${baseOf(request)}/cards/${this.tickets.issue(request, ticket)}`, { flash: 'redemption.flash.again' });
    return ticket;
  }

  private async redeem(request: DeviceRequest, reply: PageReply, shown: Omit<Shown, 'form'>, wanted: Wanted): Promise<Page | SeeOther> {
    const { network, caller } = request;
    const { ticket } = shown;
    const { what, total, take } = wanted;
    // What the card holds is shown before anybody types a PIN for it.
    const short = what.kind !== 'posPayment' && (await this.tooSmall(network.id, ticket, total, take));
    if (short) return this.screen.page(request, { ...shown, form: new Form(), short }, 409);
    const clerk = await this.clerks.of(request, reply, wanted);
    const { redemptionId, cardId, presented } = ticket;
    const cut = take === undefined ? undefined : { ...total, amount: take };
    const order = { redemptionId, cardId, presented, locationId: caller.locationId, what, total, cut, clerk, via: 'screen' } as const;
    const { position } = await this.commands.execute<Redeem, Redeemed>(new Redeem(this.contexts.once(request), order));
    return new SeeOther(`${baseOf(request)}/receipts/${redemptionId}`, { position });
  }

  /** What the card holds now, where that is less than the total and not what the clerk agreed to take. */
  private async tooSmall(network: string, { cardId }: Ticket, total: Money, take: number | undefined): Promise<Short | undefined> {
    const card = await this.cards.atCounter(network, cardId);
    if (!card || card.balance.currency !== total.currency || !lessThan(card.balance, total)) return undefined;
    if (card.balance.amount === 0 || (take !== undefined && take <= card.balance.amount)) return undefined;
    return { total, balance: card.balance, rest: minus(total, card.balance) };
  }

  /** A refusal that was written down has used the ticket up: the next try needs another. */
  private async again(request: DeviceRequest, shown: Shown): Promise<Page> {
    const before = await this.redemptions.state(request.network.id, shown.ticket.redemptionId);
    if (before.status !== 'refused') return this.screen.page(request, shown);
    const sealed = this.tickets.issue(request, shown.ticket);
    return this.screen.page(request, { ...shown, sealed });
  }
}

const clerkFields = { 'clerk-missing': 'clerk', 'clerk-pin-missing': 'pin', 'clerk-pin-wrong': 'pin', 'too-many-requests': 'pin' } as const;
