import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { personal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { Streams, type Change } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { NetworkFacade, tenderMatch, TillsFacade, type SeenTender, type Till, type TillKind } from '../../network';
import { posPayment, ReportPosPayment, standing, VoidPosPayment, type PaymentReport, type PosPayment } from '../domain/pos-payment';
import type { PosItem, PosPaymentFact, PosSource } from '../domain/pos-payment.facts';
import { PosSightings, type Verdict } from './pos-sightings';
import { streamOfPosPayment } from './report-pos-payment';
import { TillOrders } from './till-orders';

export type PosPaymentChange = Change<PosPayment, PosPaymentFact>;

/** A payment in neutral words, whichever till told of it. */
export interface SeenPayment {
  readonly externalId: string;
  readonly amount: Money;
  /** Whatever the till said: `USD` or not. */
  readonly tender: SeenTender;
  readonly till?: string;
  readonly reference?: string;
  readonly clerk?: string;
  readonly items?: readonly PosItem[];
  /** The till maker's id of the order that was paid, where the items are to be asked for. */
  readonly orderId?: string;
  /** `open`: not finished at the till; it counts for nothing yet. */
  readonly status: 'completed' | 'open' | 'voided';
  readonly takenAt: string;
  readonly changedAt: string;
}

/** Where a payment was taken, and how we know. */
export interface SeenAt {
  readonly network: string;
  readonly locationId: string;
  readonly kind: TillKind;
  readonly tillId?: string;
}

export interface Reported {
  readonly verdict: Verdict;
  readonly posPaymentId: string;
  /** Absent where the payment does not count and is none of ours. */
  readonly change?: PosPaymentChange;
}

const sources: Readonly<Record<TillKind, PosSource>> = { generic: 'api', square: 'square', clover: 'clover' };

/** The one way in for payments of tills: does it count, and what does it change. */
@Injectable()
export class PosReports {
  constructor(
    private readonly networks: NetworkFacade,
    private readonly tills: TillsFacade,
    private readonly streams: Streams,
    private readonly commands: CommandBus,
    private readonly sightings: PosSightings,
    private readonly orders: TillOrders,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  /** The same payment has the same id for ever, by whichever way and however often it is told. */
  idOf({ network, locationId, kind }: SeenAt, externalId: string): string {
    return this.ids.derived('pos', network, `pos-payment ${locationId} ${sources[kind]}`, externalId);
  }

  /** What a till's own notices come to: never an error that the sender could do nothing about. */
  async told(till: Till, payment: SeenPayment): Promise<Reported> {
    const { network, locationId, kind, id: tillId } = till;
    const commandId = this.ids.next('cmd');
    const context = { network, actor: { kind: 'job', id: tillId }, commandId, at: this.clock.now(), correlation: commandId } as const;
    return this.report(context, { network, locationId, kind, tillId }, payment, till);
  }

  /** Enters what was seen for the people at the location, and what it came to. */
  async report(context: CommandContext, seenAt: SeenAt, payment: SeenPayment, till?: Till): Promise<Reported> {
    const outcome = await this.outcome(context, seenAt, payment, till).catch((error: unknown) => {
      const verdict = error instanceof Rejection ? verdictOf[error.code] : undefined;
      if (!verdict) throw error;
      return { verdict, posPaymentId: this.idOf(seenAt, payment.externalId) };
    });
    const { externalId, amount, tender, takenAt } = payment;
    await this.sightings.enter({ ...seenAt, externalId, amount, tender, takenAt, verdict: outcome.verdict });
    return outcome;
  }

  private async outcome(context: CommandContext, seenAt: SeenAt, payment: SeenPayment, till?: Till): Promise<Reported> {
    const { network, locationId } = seenAt;
    const posPaymentId = this.idOf(seenAt, payment.externalId);
    const [place, tills, summary] = await Promise.all([
      this.networks.location(network, locationId),
      this.tills.of(network, locationId),
      this.networks.network(network),
    ]);
    if (!summary || !tills) throw new Rejection('not-found');
    if (payment.status === 'open') return { verdict: 'not-finished', posPaymentId };
    // An unnamed tender from a partner's own software counts: it reports nothing else.
    const counts = isUnnamed(payment.tender) ? seenAt.kind === 'generic' : tenderMatch(tills.rule, payment.tender) !== undefined;
    if (!counts) return this.noLonger(context, posPaymentId, payment);
    if (place?.status !== 'open' && payment.status !== 'voided') return { verdict: 'location-not-open', posPaymentId };
    const items = payment.items ?? (await this.bought(network, posPaymentId, payment, till));
    const report = this.reportOf(posPaymentId, seenAt, { ...payment, items });
    const command = new ReportPosPayment(context, posPaymentId, report, summary.currency);
    const change = await this.commands.execute<ReportPosPayment, PosPaymentChange>(command);
    return { verdict: verdictFrom(change, report), posPaymentId, change };
  }

  /** Asked for once, when a payment is new. */
  private async bought(network: string, posPaymentId: string, { orderId, status, amount }: SeenPayment, till: Till | undefined) {
    if (!till || orderId === undefined || status !== 'completed') return undefined;
    const { state } = await this.streams.state(network, streamOfPosPayment(posPaymentId), posPayment);
    return state.status === 'unknown' ? this.orders.items(till, orderId, amount.currency) : undefined;
  }

  /** A payment that counted and was changed to another method at the till is over; others never were ours. */
  private async noLonger(context: CommandContext, posPaymentId: string, { changedAt }: SeenPayment): Promise<Reported> {
    const verdict = 'other-tender';
    const { state } = await this.streams.state(context.network, streamOfPosPayment(posPaymentId), posPayment);
    if (state.status === 'unknown' || state.status === 'voided' || changedAt <= state.changedAt) return { verdict, posPaymentId };
    const command = new VoidPosPayment(context, posPaymentId);
    return { verdict, posPaymentId, change: await this.commands.execute<VoidPosPayment, PosPaymentChange>(command) };
  }

  private reportOf(posPaymentId: string, { locationId, kind }: SeenAt, payment: SeenPayment): PaymentReport {
    const { externalId, amount, tender, till, reference, items, status, takenAt, changedAt } = payment;
    const clerk = payment.clerk === undefined ? undefined : personal(`clerk:${posPaymentId}`, payment.clerk);
    const named = tender.name ?? tender.type;
    const facts = { locationId, externalId, amount, till, reference, clerk, items, takenAt, changedAt };
    return { ...facts, source: sources[kind], tender: named, voided: status === 'voided' };
  }
}

const isUnnamed = ({ name, id, type, note }: SeenTender): boolean => (name ?? id ?? type ?? note) === undefined;

const verdictOf: Readonly<Record<string, Verdict>> = {
  'currency-mismatch': 'other-currency',
  'amount-not-positive': 'amount-unusable',
  'pos-payment-differs': 'payment-differs',
};

function verdictFrom({ facts, state }: PosPaymentChange, report: PaymentReport): Verdict {
  const written = facts.at(-1)?.type;
  if (written === 'PosPaymentReported') return 'waiting';
  if (written === 'PosPaymentAmended') return 'amended';
  if (written === 'PosPaymentVoided') return 'voided';
  const why = state.status === 'unknown' ? 'repeat' : standing(state, report);
  return why === 'used' ? 'used-already' : why === 'newer' || why === 'differs' ? 'repeat' : why;
}
