import { Body, Get, HttpCode, Param, Post, Req, Res, StreamableFile } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { NetworkFacade, type NetworkSummary } from '../../network';
import { Permit } from '../../platform/security/permit';
import { Form, Forms } from '../../platform/web/form';
import { Id, Line, MoneyField, MoneyInput, Nested, OneOf, Optional, Paragraph, Pattern, Time } from '../../platform/web/input';
import { Page, type PageReply, type SeeOther } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { paymentMethods, type CounterPayment, type Delivery } from '../domain/gift-card.facts';
import { CardKeys, newestSecrets } from './card-keys';
import { CardPage } from './card-page';
import { CardPrint } from './card-print';
import { CardStreams } from './card-streams';
import { methods } from './change-card-pages';
import { FormContexts, Once, type CardPageRequest } from './form-contexts';
import { BuyerInput, CardSales, RecipientInput, type CardOrder } from './issue-card';
import { IssuedTicket } from './issued-ticket';

const PRESETS = [25_00, 50_00, 75_00, 100_00] as const;
const deliveries = ['now', 'at', 'none'] as const;

export class SellCardForm {
  @Optional() @Pattern('^\\d{3,7}$', 'input.format', { most: 7 }) preset?: string;
  @Optional() @MoneyField() amount?: MoneyInput;
  @Nested(() => BuyerInput) buyer!: BuyerInput;
  @Optional() @Nested(() => RecipientInput) recipient?: RecipientInput;
  @Optional() @Paragraph(1000) message?: string;
  @OneOf(deliveries) deliver!: (typeof deliveries)[number];
  @Optional() @Time() deliverAt?: string;
  @OneOf(['en', 'fr']) language!: 'en' | 'fr';
  @OneOf(paymentMethods) method!: CounterPayment['method'];
  @Optional() @Line(200) reference?: string;
  @Optional() @Id('loc') locationId?: string;
  @Once() once!: string;
}

/** A card sold at the counter: paid however the shop takes money, mailed or printed, its code shown once. */
@PageController('n/:slug/gift-cards')
export class SellCardPage {
  constructor(
    private readonly sales: CardSales,
    private readonly forms: Forms,
    private readonly once: FormContexts,
    private readonly card: CardPage,
    private readonly networks: NetworkFacade,
    private readonly issued: IssuedTicket,
    private readonly cards: CardStreams,
    private readonly keys: CardKeys,
    private readonly print: CardPrint,
    private readonly clock: Clock,
  ) {}

  @Get('new')
  @Permit('cards.issue', ['employee'])
  async show(@Req() request: CardPageRequest): Promise<Page> {
    return this.page(request, new Form({ language: request.network.language, deliver: 'now', method: 'cash' }));
  }

  @Post('new')
  @Permit('cards.issue', ['employee'])
  sell(@Req() request: CardPageRequest): Promise<Page | SeeOther> {
    return this.forms.handle(request, SellCardForm, {
      then: async (input) => {
        const order = this.orderFrom(request, input);
        const { context, id } = this.once.of(request, 'sell-card', input);
        const sold = await this.sales.issue(context, id('card'), order);
        return this.issued.page(request, sold.card, sold, 'sold');
      },
      again: (form) => this.page(request, form),
      fieldOf: {
        'amount-needed': 'amount',
        'value-too-small': 'amount',
        'value-too-large': 'amount',
        'recipient-missing': 'recipient.email',
        'delivery-day-needed': 'deliverAt',
        'delivery-in-the-past': 'deliverAt',
        'location-unknown': 'locationId',
        'location-not-open': 'locationId',
      },
    });
  }

  @Post(':id/print')
  @HttpCode(200)
  @Permit('cards.issue', ['employee'])
  async printed(
    @Req() request: CardPageRequest,
    @Param('id') cardId: string,
    @Body() body: { ticket?: unknown } | undefined,
    @Res({ passthrough: true }) reply: PageReply,
  ): Promise<StreamableFile> {
    this.issued.check(request, cardId, typeof body?.ticket === 'string' ? body.ticket : '');
    const { card, history } = await this.cards.card(request.network.id, cardId);
    const secrets = newestSecrets(history);
    if (!secrets) throw new Rejection('card-unknown');
    const pdf = await this.print.pdf(request.network, card, this.keys.reveal(cardId, secrets));
    reply.header('content-disposition', `inline; filename="gift-card-${card.lastFour}.pdf"`);
    return new StreamableFile(pdf, { type: 'application/pdf' });
  }

  private orderFrom({ network }: CardPageRequest, input: SellCardForm): CardOrder {
    const { preset, amount, buyer, recipient, message, language, method, reference, locationId } = input;
    const value = amount ?? (preset === undefined ? undefined : { amount: Number(preset), currency: network.currency });
    if (!value) throw new Rejection('amount-needed');
    const source = { kind: 'counter', payment: { method, reference } } as const;
    return { value, buyer, recipient, message, language, delivery: this.deliveryOf(input), source, locationId };
  }

  private deliveryOf({ deliver, deliverAt }: SellCardForm): Delivery {
    if (deliver !== 'at') return { kind: deliver };
    if (deliverAt === undefined) throw new Rejection('delivery-day-needed');
    const at = new Date(deliverAt).toISOString();
    if (at <= this.clock.now()) throw new Rejection('delivery-in-the-past');
    return { kind: 'at', at };
  }

  private async page(request: CardPageRequest, form: Form): Promise<Page> {
    const { reader, network } = request;
    const summary = (await this.networks.network(network.id))!;
    const place = await this.card.placeField(request, form, { none: reader.t('cards.place.none') });
    const chosen = (name: string, value: string): boolean => form.values[name] === value;
    const model = {
      title: reader.t('cards.sell.title'),
      form,
      once: this.once.once(),
      presets: presetsOf(summary).map((value) => ({ value: value.amount, money: value, checked: chosen('preset', String(value.amount)) })),
      amountHint: reader.t('cards.sell.amount-hint', {
        smallest: summary.cardRules.smallestValue,
        largest: summary.cardRules.largestValue,
      }),
      deliveries: deliveries.map((value) => ({ value, label: reader.t(`cards.sell.deliver.${value}`), checked: chosen('deliver', value) })),
      deliverAtHint: reader.t('cards.sell.deliver-at-hint', { zone: reader.zone(this.clock.now()) }),
      methods: methods(request),
      languages: (['en', 'fr'] as const).map((value) => ({ value, label: reader.t(`cards.sell.language.${value}`) })),
      place,
    };
    return new Page('cards/features/sell-card', model, { scripts: place.scripts });
  }
}

const presetsOf = ({ cardRules: { smallestValue, largestValue }, currency }: NetworkSummary) =>
  PRESETS.filter((amount) => amount >= smallestValue.amount && amount <= largestValue.amount).map((amount) => ({ amount, currency }));
