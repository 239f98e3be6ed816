import { Get, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { Streams } from '../../platform/event-store/streams';
import { Models } from '../../platform/read-store/models';
import type { ApiKeyCaller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, Search, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Cursors, type Listed } from '../../platform/web/cursors';
import { Id, Line, ListOf, MoneyField, MoneyInput, Nested, OneOf, Optional, PageQuery, Time, Whole } from '../../platform/web/input';
import { Positions } from '../../platform/web/positions';
import { NetworkFacade } from '../../network';
import { posPayment, VoidPosPayment, type PosPayment } from '../domain/pos-payment';
import type { PosItem, PosSource } from '../domain/pos-payment.facts';
import { posPayments, type PosPaymentItem } from '../read-models/pos-payments';
import { PosReports, type PosPaymentChange, type SeenPayment } from './pos-reports';
import type { Verdict } from './pos-sightings';
import { streamOfPosPayment } from './report-pos-payment';

export class PosItemInput {
  @Line(120, { example: 'Country loaf' }) name!: string;
  @Whole(1, 10_000, { example: 2 }) quantity!: number;
  @Optional() @MoneyField({ description: 'Of one piece' }) price?: MoneyInput;
}

/** A payment as a partner's software tells of it, by the API or by the signed webhook. */
export class PosPaymentDetails {
  @Line(120, { description: 'Your own id of the payment: telling the same one again changes nothing', example: 'sale-20931' })
  externalId!: string;
  @MoneyField({ description: 'What is to come off the card', example: { amount: 1850, currency: 'USD' } }) amount!: MoneyInput;
  @Optional()
  @Line(127, { description: 'The payment method at the till. Left out: you report gift card payments only', example: 'Gift card' })
  tender?: string;
  @Optional() @Line(60, { description: 'Which till, as its people call it', example: 'Till 2' }) till?: string;
  @Optional() @Line(120, { description: 'Receipt or order number', example: 'R-1041' }) reference?: string;
  @Optional() @Line(80, { description: 'Who took the payment', example: 'June' }) clerk?: string;
  @Optional() @ListOf(() => PosItemInput, 100, { description: 'What was bought' }) items?: PosItemInput[];
  @Time({ description: 'When the payment was taken' }) takenAt!: string;
  @Optional()
  @Time({ description: 'When it last changed at the till; default: takenAt. Needed to change an amount: the later one holds' })
  changedAt?: string;
}

export class ReportPosPaymentInput extends PosPaymentDetails {
  @Id('loc', { description: 'Where it was taken' }) locationId!: string;
}

export class PosPaymentMoney {
  @Whole(0, Number.MAX_SAFE_INTEGER) amount!: number;
  @OneOf(['USD', 'CAD']) currency!: string;
}

export class PosItemAnswer {
  @Line(120, { example: 'Country loaf' }) name!: string;
  @Whole(1, 10_000, { example: 2 }) quantity!: number;
  @Optional() @Nested(() => PosPaymentMoney, { description: 'Of one piece' }) price?: Money;
}

const statuses = ['waiting', 'assigned', 'used', 'voided', 'ignored'] as const;

export class PosPaymentAnswer {
  @Id('pos') id!: string;
  @OneOf(statuses, {
    description:
      'waiting: shown on the location’s devices · assigned: selected, the card is being deducted · used: the card was deducted · ' +
      'voided: cancelled at the till · ignored: it does not count, see `reason`',
  })
  status!: (typeof statuses)[number];
  @Optional() @Line(40, { description: 'Why it is ignored, or what your last report came to', example: 'other-tender' }) reason?: Verdict;
  @Id('loc') locationId!: string;
  @OneOf(['api', 'square', 'clover'], { description: 'Who told us' }) source!: PosSource;
  @Line(255) externalId!: string;
  @Nested(() => PosPaymentMoney) amount!: Money;
  @Optional() @Line(127) tender?: string;
  @Optional() @Line(60) till?: string;
  @Optional() @Line(120) reference?: string;
  @Optional() @ListOf(() => PosItemAnswer, 100, { description: 'What was bought, where the till said' }) items?: readonly PosItem[];
  @Optional() @Line(60, { description: 'The redemption that it was selected for' }) redemptionId?: string;
  @Time() takenAt!: string;
  @Time() changedAt!: string;
}

class PosPaymentQuery extends PageQuery {
  @Optional() @Id('loc', { description: 'Only of this location' }) locationId?: string;
  @Optional() @OneOf(['waiting', 'assigned', 'used', 'voided']) status?: string;
}

const loc = 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
export const exampleReport = {
  externalId: 'sale-20931',
  amount: { amount: 1850, currency: 'USD' },
  tender: 'Gift card',
  till: 'Till 2',
  reference: 'R-1041',
  items: [{ name: 'Country loaf', quantity: 2, price: { amount: 850, currency: 'USD' } }],
  takenAt: '2026-11-22T19:21:00.000Z',
};
export const examplePosPayment = {
  id: 'pos_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  status: 'waiting',
  locationId: loc,
  source: 'api',
  externalId: 'sale-20931',
  amount: { amount: 1850, currency: 'USD' },
  tender: 'Gift card',
  till: 'Till 2',
  reference: 'R-1041',
  items: [{ name: 'Country loaf', quantity: 2, price: { amount: 850, currency: 'USD' } }],
  takenAt: '2026-11-22T19:21:00.000Z',
  changedAt: '2026-11-22T19:21:00.000Z',
};

type ByKey = ApiRequest & { caller: ApiKeyCaller };

@ApiController('pos-payments')
export class PosPaymentsApi {
  constructor(
    private readonly reports: PosReports,
    private readonly networks: NetworkFacade,
    private readonly streams: Streams,
    private readonly models: Models,
    private readonly cursors: Cursors,
    private readonly positions: Positions,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
  ) {}

  @Post()
  @Permit('pos-payments.report', ['apiKey'])
  @Operation({
    id: 'reportPosPayment',
    summary: 'Report a payment taken with the gift card method',
    description:
      'It appears on the location’s devices, where the clerk selects it for the customer’s card. Your `externalId` makes the call safe ' +
      'to repeat: a repeat answers as the first time, with `Idempotency-Replayed: true`. Report a changed amount with a later `changedAt`.',
    example: { locationId: loc, ...exampleReport },
    answer: PosPaymentAnswer,
    answerExample: examplePosPayment,
    refusals: ['location-unknown', 'location-not-open', 'currency-mismatch', 'pos-payment-differs'],
  })
  async report(
    @Input() input: ReportPosPaymentInput,
    @Req() request: ByKey,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<PosPaymentAnswer> {
    const { network } = request.caller;
    const { locationId } = input;
    if (!(await this.networks.location(network, locationId))) throw new Rejection('location-unknown');
    const context = this.contexts.once(request);
    const { verdict, posPaymentId, change } = await this.reports.report(context, { network, locationId, kind: 'generic' }, seenFrom(input));
    if (verdict === 'other-currency') throw new Rejection('currency-mismatch', await this.currencies(network, input));
    if (verdict === 'location-not-open') throw new Rejection('location-not-open');
    if (verdict === 'payment-differs') throw new Rejection('pos-payment-differs');
    if (!change || change.state.status === 'unknown') return ignored(posPaymentId, input, verdict);
    this.contexts.answer(reply, { position: change.position, replayed: verdict === 'repeat' });
    reply.header('location', `/v1/pos-payments/${posPaymentId}`);
    return { ...answerOf(change.state), ...(quiet.has(verdict) ? {} : { reason: verdict }) };
  }

  @Get()
  @Permit('pos-payments.report', ['apiKey'])
  @Operation({
    id: 'listPosPayments',
    summary: 'List POS payments, newest first',
    answer: { listOf: PosPaymentAnswer },
    answerExample: { data: [examplePosPayment], next: null },
    refusals: ['cursor-unusable'],
  })
  async list(@Search() query: PosPaymentQuery, @Req() request: ByKey): Promise<Listed<PosPaymentAnswer>> {
    const { network } = request.caller;
    const { limit = 50, locationId, status } = query;
    await this.models.settled(posPayments, this.positions.of(request));
    const list = [network, 'pos-payments', locationId ?? '', status ?? ''];
    const found = await this.models.find<PosPaymentItem>(posPayments, {
      filter: { network, ...(locationId ? { locationId } : {}), ...(status ? { status } : {}) },
      sort: ['-reportedAt', '_id'],
      after: this.cursors.open(list, query.after),
      limit: limit + 1,
    });
    const { data, next } = this.cursors.page(list, found, limit, (each) => [each.reportedAt, each.id]);
    return { data: data.map(listed), next };
  }

  @Get(':id')
  @Permit('pos-payments.report', ['apiKey'])
  @Operation({ id: 'getPosPayment', summary: 'Read a POS payment', answer: PosPaymentAnswer, answerExample: examplePosPayment })
  async read(@Param('id') id: string, @Req() request: ByKey): Promise<PosPaymentAnswer> {
    const { state } = await this.streams.state(request.caller.network, streamOfPosPayment(id), posPayment);
    if (state.status === 'unknown') throw new Rejection('pos-payment-unknown');
    return answerOf(state);
  }

  @Post(':id/void')
  @Permit('pos-payments.report', ['apiKey'])
  @Operation({
    id: 'voidPosPayment',
    summary: 'Cancel a POS payment',
    description:
      'A payment that waits disappears from the devices. One that was used already takes its redemption back: the card gets its money ' +
      'again. Safe to repeat.',
    answer: PosPaymentAnswer,
    answerExample: { ...examplePosPayment, status: 'voided' },
    status: 200,
    refusals: ['pos-payment-unknown'],
  })
  async void(@Param('id') id: string, @Req() request: ByKey, @Res({ passthrough: true }) reply: ApiReply): Promise<PosPaymentAnswer> {
    const command = new VoidPosPayment(this.contexts.once(request), id);
    const change = await this.commands.execute<VoidPosPayment, PosPaymentChange>(command);
    this.contexts.answer(reply, { position: change.position, replayed: change.facts.length === 0 });
    return answerOf(change.state as Known);
  }

  private async currencies(network: string, { amount }: PosPaymentDetails): Promise<Record<string, unknown>> {
    return { expected: (await this.networks.network(network))?.currency, given: amount.currency };
  }
}

/** What the payment's own status says already. */
const quiet: ReadonlySet<Verdict> = new Set(['waiting', 'repeat', 'amended', 'voided']);

export function seenFrom(input: PosPaymentDetails, status: SeenPayment['status'] = 'completed'): SeenPayment {
  const { externalId, amount, tender, till, reference, clerk, items, takenAt, changedAt } = input;
  return {
    externalId,
    amount: amount as Money,
    tender: { name: tender },
    till,
    reference,
    clerk,
    items: items as SeenPayment['items'],
    status,
    takenAt: utc(takenAt),
    changedAt: utc(changedAt ?? takenAt),
  };
}

/** Times come with any zone; ours are compared as text. */
const utc = (time: string): string => new Date(time).toISOString();

type Known = Exclude<PosPayment, { status: 'unknown' }>;

function answerOf(state: Known): PosPaymentAnswer {
  const { id, status, locationId, source, externalId, amount, tender, till, reference, items, takenAt, changedAt } = state;
  const redemptionId = 'assignment' in state ? state.assignment.redemptionId : 'redemptionId' in state ? state.redemptionId : undefined;
  return { id, status, locationId, source, externalId, amount, tender, till, reference, items, redemptionId, takenAt, changedAt };
}

function listed(item: PosPaymentItem & { id: string }): PosPaymentAnswer {
  const { id, status, locationId, source, externalId, amount, tender, till, reference, items, redemptionId, takenAt, changedAt } = item;
  return { id, status, locationId, source, externalId, amount, tender, till, reference, items, redemptionId, takenAt, changedAt };
}

export function ignored(id: string, input: ReportPosPaymentInput, reason: Verdict): PosPaymentAnswer {
  const { locationId, externalId, amount, tender, till, reference, takenAt, changedAt = takenAt } = input;
  const facts = { locationId, externalId, amount: amount as Money, tender, till, reference };
  return { id, status: 'ignored', reason, source: 'api', ...facts, takenAt: utc(takenAt), changedAt: utc(changedAt) };
}
