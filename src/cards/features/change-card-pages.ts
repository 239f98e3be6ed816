import { Get, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Id, Line, MoneyField, MoneyInput, OneOf, Optional } from '../../platform/web/input';
import type { Page, SeeOther } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { TopUpCard, type ReverseDeduction } from '../domain/balance';
import { paymentMethods, type CounterPayment } from '../domain/gift-card.facts';
import { BlockCard, UnblockCard, VoidCard } from '../domain/standing';
import { CardAction, type Action, type ActionField } from './card-action';
import { CardPage } from './card-page';
import { factOf, type CardChange } from './card-streams';
import { back } from './deduct-page';
import { FormContexts, Once, type CardPageRequest } from './form-contexts';
import { Places } from './places';
import { Reversals } from './reverse-deduction';

export class TopUpForm {
  @MoneyField() amount!: MoneyInput;
  @OneOf(paymentMethods) method!: CounterPayment['method'];
  @Optional() @Line(200) reference?: string;
  @Optional() @Id('loc') locationId?: string;
  @Once() once!: string;
}

export class ReasonForm {
  @Optional() @Line(200) reason?: string;
  @Once() once!: string;
}

const operations = { block: BlockCard, unblock: UnblockCard, void: VoidCard } as const;
type Standing = keyof typeof operations;

/** Top up, block, unblock, void, reverse: each says what it will do before it does it. */
@PageController('n/:slug/gift-cards/:id')
export class ChangeCardPages {
  constructor(
    private readonly action: CardAction,
    private readonly card: CardPage,
    private readonly forms: Forms,
    private readonly once: FormContexts,
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly reversals: Reversals,
    private readonly places: Places,
  ) {}

  @Get('top-up')
  @Permit('cards.top-up', ['employee'])
  async topUpPage(@Req() request: CardPageRequest, @Param('id') id: string, form = new Form()): Promise<Page> {
    const { reader } = request;
    const place = await this.card.placeField(request, form, { none: reader.t('cards.place.none') });
    const fields: ActionField[] = [
      { name: 'amount', label: reader.t('cards.top-up.amount'), type: 'money' },
      { name: 'method', label: reader.t('cards.sell.method'), type: 'select', options: methods(request), value: 'cash' },
      { name: 'reference', label: reader.t('cards.sell.reference'), optional: true, most: 200 },
      { name: 'locationId', label: reader.t('cards.sell.place'), ...place },
    ];
    return this.action.page(request, id, { name: 'top-up', fields, scripts: place.scripts }, form);
  }

  @Post('top-up')
  @Permit('cards.top-up', ['employee'])
  topUp(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, TopUpForm, {
      then: async (input) => {
        const { amount, method, reference, locationId } = input;
        const { context, id: made } = this.once.of(request, 'top-up', input);
        const place = locationId === undefined ? undefined : await this.places.standing(context.network, locationId);
        const why = { kind: 'counter', payment: { method, reference } } as const;
        const change = await this.commands.execute<TopUpCard, CardChange>(
          new TopUpCard(context, id, { topUpId: made('top'), amount, why, locationId, place }),
        );
        return back(request, id, change.position, 'cards.flash.topped-up', { amount, balance: factOf(change, 'CardToppedUp').balance });
      },
      again: (form) => this.topUpPage(request, id, form),
      fieldOf: {
        'card-limit-exceeded': 'amount',
        'amount-not-positive': 'amount',
        'location-unknown': 'locationId',
        'location-not-open': 'locationId',
      },
    });
  }

  @Get('block')
  @Permit('cards.block', ['employee'])
  blockPage(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page> {
    return this.action.page(request, id, standingAction(request, 'block'));
  }

  @Post('block')
  @Permit('cards.block', ['employee'])
  block(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.stand(request, id, 'block');
  }

  @Get('unblock')
  @Permit('cards.block', ['employee'])
  unblockPage(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page> {
    return this.action.page(request, id, standingAction(request, 'unblock'));
  }

  @Post('unblock')
  @Permit('cards.block', ['employee'])
  unblock(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.stand(request, id, 'unblock');
  }

  @Get('void')
  @Permit('cards.void', ['employee'])
  voidPage(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page> {
    return this.action.page(request, id, standingAction(request, 'void'));
  }

  @Post('void')
  @Permit('cards.void', ['employee'])
  void(@Req() request: CardPageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.stand(request, id, 'void');
  }

  @Get('deductions/:deductionId/reverse')
  @Permit('cards.reverse', ['employee'])
  async reversePage(
    @Req() request: CardPageRequest,
    @Param('id') id: string,
    @Param('deductionId') deductionId: string,
    form?: Form,
  ): Promise<Page> {
    const { deduction } = await this.reversals.of(this.contexts.once(request), id, deductionId, '');
    const place = await this.places.name(request.network.id, deduction.locationId);
    const action = {
      name: 'reverse',
      path: `deductions/${deductionId}/reverse`,
      fields: [reasonField(request)],
      values: { amount: deduction.amount, place: place ?? request.reader.t('cards.place.unknown') },
    };
    return this.action.page(request, id, action, form);
  }

  @Post('deductions/:deductionId/reverse')
  @Permit('cards.reverse', ['employee'])
  reverse(@Req() request: CardPageRequest, @Param('id') id: string, @Param('deductionId') deductionId: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, ReasonForm, {
      then: async (input) => {
        const { context, id: made } = this.once.of(request, 'reverse-deduction', input);
        const command = await this.reversals.of(context, id, deductionId, made('rev'), input.reason);
        const change = await this.commands.execute<ReverseDeduction, CardChange>(command);
        const { amount, balance } = factOf(change, 'DeductionReversed');
        return back(request, id, change.position, 'cards.flash.reversed', { amount, balance });
      },
      again: (form) => this.reversePage(request, id, deductionId, form),
    });
  }

  private stand(request: CardPageRequest, id: string, name: Standing): Promise<Page | SeeOther> {
    return this.forms.handle(request, ReasonForm, {
      then: async (input) => {
        const { context } = this.once.of(request, name, input);
        const Command = operations[name];
        const { position } = await this.commands.execute<object, CardChange>(new Command(context, id, input.reason));
        return back(request, id, position, `cards.flash.${name}`);
      },
      again: (form) => this.action.page(request, id, standingAction(request, name), form),
    });
  }
}

export const methods = ({ reader }: CardPageRequest) =>
  paymentMethods.map((value) => ({ value, label: reader.t(`cards.payment.${value}`) }));

const reasonField = ({ reader }: CardPageRequest): ActionField => ({
  name: 'reason',
  label: reader.t('cards.action.reason'),
  hint: reader.t('cards.action.reason-hint'),
  optional: true,
  most: 200,
});

const standingAction = (request: CardPageRequest, name: Standing): Action => ({
  name,
  fields: [reasonField(request)],
  danger: name !== 'unblock',
});
