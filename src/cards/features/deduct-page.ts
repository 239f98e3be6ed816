import { Get, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Rejection } from '../../kernel/rejection';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Forms } from '../../platform/web/form';
import { Id, MoneyField, MoneyInput, Secret } from '../../platform/web/input';
import { SeeOther, type Page } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { ConfirmDeduction, WithdrawDeduction } from '../domain/deduction-by-code';
import { CardPage } from './card-page';
import { CardStreams, factOf, type CardChange } from './card-streams';
import { DeductionRequests } from './deduct-by-code';
import { FormContexts, Once, type CardPageRequest } from './form-contexts';

export class AskBuyerForm {
  @MoneyField() amount!: MoneyInput;
  @Id('loc') locationId!: string;
  @Once() once!: string;
}

export class BuyersCodeForm {
  @Secret(20) code!: string;
  @Once() once!: string;
}

export class OnceForm {
  @Once() once!: string;
}

export class NoFieldsForm {}

/** Deduct Funds as an employee does it: an amount, the code that the buyer was sent, and the new balance at once. */
@PageController('n/:slug/gift-cards/:id')
export class DeductFundsPage {
  constructor(
    private readonly page: CardPage,
    private readonly forms: Forms,
    private readonly once: FormContexts,
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly cards: CardStreams,
    private readonly requests: DeductionRequests,
  ) {}

  @Get()
  @Permit('cards.view', ['employee'])
  show(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page> {
    return this.page.of(request, id);
  }

  @Post('deduction')
  @Permit('cards.deduct', ['employee'])
  ask(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, AskBuyerForm, {
      then: async (input) => {
        const { amount, locationId } = input;
        const { caller } = request;
        if (caller.locationId !== undefined && caller.locationId !== locationId) throw new Rejection('not-permitted');
        const { context, id: made } = this.once.of(request, 'request-deduction', input);
        const { position } = await this.requests.request(context, id, made('ded'), amount, locationId);
        return back(request, id, position, 'cards.flash.code-sent', { amount });
      },
      again: (form) => this.page.of(request, id, form),
      fieldOf: {
        'insufficient-funds': 'amount',
        'amount-not-positive': 'amount',
        'location-unknown': 'locationId',
        'location-not-open': 'locationId',
      },
    });
  }

  @Post('deductions/:deductionId/confirmation')
  @Permit('cards.deduct', ['employee'])
  confirm(@Req() request: CardPageRequest, @Param('id') id: string, @Param('deductionId') deductionId: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, BuyersCodeForm, {
      then: async (input) => {
        const { context } = this.once.of(request, 'confirm-deduction', input);
        const command = new ConfirmDeduction(context, id, deductionId, input.code);
        const change = await this.commands.execute<ConfirmDeduction, CardChange>(command);
        const { amount, balance } = factOf(change, 'FundsDeducted');
        return back(request, id, change.position, 'cards.flash.deducted', { amount, balance });
      },
      again: (form) => this.page.of(request, id, form),
      fieldOf: { 'deduction-code-wrong': 'code' },
    });
  }

  /** The same amount at the same place; the code before is dead. */
  @Post('deductions/:deductionId/new-code')
  @Permit('cards.deduct', ['employee'])
  newCode(@Req() request: CardPageRequest, @Param('id') id: string, @Param('deductionId') deductionId: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, OnceForm, {
      then: async (input) => {
        const { card } = await this.cards.card(request.network.id, id);
        const live = card.request;
        if (live?.deductionId !== deductionId) throw new Rejection('deduction-closed');
        const { context, id: made } = this.once.of(request, 'request-deduction', input);
        const { position } = await this.requests.request(context, id, made('ded'), live.amount, live.locationId);
        return back(request, id, position, 'cards.flash.code-sent', { amount: live.amount });
      },
      again: (form) => this.page.of(request, id, form),
    });
  }

  @Post('deductions/:deductionId/withdrawal')
  @Permit('cards.deduct', ['employee'])
  withdraw(@Req() request: CardPageRequest, @Param('id') id: string, @Param('deductionId') deductionId: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, NoFieldsForm, {
      then: async () => {
        const command = new WithdrawDeduction(this.contexts.once(request), id, deductionId);
        const { position } = await this.commands.execute<WithdrawDeduction, CardChange>(command);
        return back(request, id, position, 'cards.flash.withdrawn');
      },
      again: (form) => this.page.of(request, id, form),
    });
  }
}

/**
 * To the card's page. The fragment is said, because a browser keeps the form's own: on a phone the next step is in sight, and what was
 * done is told at the top.
 */
export function back(
  { network }: CardPageRequest,
  cardId: string,
  position: number,
  flash: string,
  values?: Record<string, unknown>,
): SeeOther {
  const fragment = flash === 'cards.flash.code-sent' ? 'deduct' : 'main';
  return new SeeOther(`/n/${network.slug}/gift-cards/${cardId}#${fragment}`, { flash, values, position });
}
