import { unknownFact, type Actor, type Aggregate, type CommandContext, type DataOf, type Instant } from '../../kernel/event-sourcing';
import { positive, type Currency, type Money } from '../../kernel/money';
import type { Personal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import type { PosItem, PosPaymentFact, PosSource } from './pos-payment.facts';

/** What is known of a payment, whatever became of it. */
export interface KnownPosPayment {
  readonly id: string;
  readonly network: string;
  readonly locationId: string;
  readonly source: PosSource;
  readonly externalId: string;
  readonly amount: Money;
  readonly tender?: string;
  readonly till?: string;
  readonly reference?: string;
  readonly items?: readonly PosItem[];
  readonly takenAt: Instant;
  readonly changedAt: Instant;
  readonly reportedAt: Instant;
}

/** Who selected the payment, for which redemption. */
export interface Assignment {
  readonly redemptionId: string;
  readonly by: Actor;
}

export interface Amendment {
  readonly amount: Money;
  readonly changedAt: Instant;
}

export type PosPayment =
  | { readonly status: 'unknown' }
  | (KnownPosPayment & { readonly status: 'waiting' })
  /** `amended`: what the till says meanwhile; it holds once the payment is released. */
  | (KnownPosPayment & { readonly status: 'assigned'; readonly assignment: Assignment; readonly amended?: Amendment })
  | (KnownPosPayment & { readonly status: 'used'; readonly assignment: Assignment })
  /** Cancelled by the till. An open assignment is one whose deduction is still under way. */
  | (KnownPosPayment & { readonly status: 'voided'; readonly open?: Assignment; readonly redemptionId?: string });

export const posPayment: Aggregate<PosPayment, PosPaymentFact> = {
  initial: { status: 'unknown' },
  evolve(state, fact) {
    if (fact.type === 'PosPaymentReported') return reported(fact.data);
    if (state.status === 'unknown') throw new Error(`${fact.type} before PosPaymentReported`);
    switch (fact.type) {
      case 'PosPaymentAmended':
        return amended(state, { amount: fact.data.amount, changedAt: fact.data.changedAt });
      case 'PosPaymentAssigned':
        return { ...known(state), status: 'assigned', assignment: { redemptionId: fact.data.redemptionId, by: fact.data.by } };
      case 'PosPaymentReleased':
        return state.status === 'voided'
          ? { ...known(state), status: 'voided' }
          : { ...known(state), ...pending(state), status: 'waiting' };
      case 'PosPaymentUsed':
        return state.status === 'voided'
          ? { ...known(state), status: 'voided', redemptionId: fact.data.redemptionId }
          : { ...known(state), status: 'used', assignment: assignmentOf(state) };
      case 'PosPaymentVoided':
        return voided(state);
      default:
        return unknownFact(fact);
    }
  },
};

function reported(data: DataOf<PosPaymentFact, 'PosPaymentReported'>): PosPayment {
  const { posPaymentId, network, locationId, source, externalId, amount, tender, till, reference, items, takenAt, changedAt, at } = data;
  const facts = { network, locationId, source, externalId, amount, tender, till, reference, items, takenAt, changedAt };
  return { status: 'waiting', id: posPaymentId, ...facts, reportedAt: at };
}

type Known = Exclude<PosPayment, { status: 'unknown' }>;

const amended = (state: Known, amendment: Amendment): PosPayment =>
  state.status === 'assigned' ? { ...state, amended: amendment } : { ...state, ...amendment };

const pending = (state: Known): Partial<Amendment> => (state.status === 'assigned' ? (state.amended ?? {}) : {});

function known(state: Known): KnownPosPayment {
  const { id, network, locationId, source, externalId, amount, tender, till, reference, items, takenAt, changedAt, reportedAt } = state;
  return { id, network, locationId, source, externalId, amount, tender, till, reference, items, takenAt, changedAt, reportedAt };
}

function assignmentOf(state: Known): Assignment {
  if (state.status !== 'assigned' && state.status !== 'used') throw new Error(`A payment that is ${state.status} has no assignment`);
  return state.assignment;
}

function voided(state: Known): PosPayment {
  if (state.status === 'assigned') return { ...known(state), status: 'voided', open: state.assignment };
  const redemptionId = state.status === 'used' ? state.assignment.redemptionId : undefined;
  return { ...known(state), status: 'voided', redemptionId };
}

/** A payment as a till tells of it. */
export interface PaymentReport {
  readonly locationId: string;
  readonly source: PosSource;
  readonly externalId: string;
  readonly amount: Money;
  readonly tender?: string;
  readonly till?: string;
  readonly reference?: string;
  readonly clerk?: Personal<string>;
  readonly items?: readonly PosItem[];
  readonly takenAt: Instant;
  readonly changedAt: Instant;
  /** The till cancelled it, or gave all of it back. */
  readonly voided: boolean;
}

/** Told by the till, by whichever way: a new payment, a change of it, or its end. */
export class ReportPosPayment {
  constructor(
    readonly context: CommandContext,
    readonly posPaymentId: string,
    readonly payment: PaymentReport,
    /** The network's own. */
    readonly currency: Currency,
  ) {}
}

export function reportPosPayment(state: PosPayment, command: ReportPosPayment): PosPaymentFact[] {
  const { posPaymentId, payment, currency, context } = command;
  const { at } = context;
  if (payment.voided && state.status !== 'unknown') return voidPosPayment(state, { at });
  positive(payment.amount, currency);
  if (state.status === 'unknown') {
    const first = firstReport(command);
    return payment.voided ? [first, { type: 'PosPaymentVoided', data: { posPaymentId, at } }] : [first];
  }
  if (standing(state, payment) === 'differs') throw new Rejection('pos-payment-differs', { amount: state.amount });
  if (standing(state, payment) !== 'newer') return [];
  const { amount, changedAt } = payment;
  return [{ type: 'PosPaymentAmended', data: { posPaymentId, amount, changedAt, at } }];
}

function firstReport({ context, posPaymentId, payment }: ReportPosPayment): PosPaymentFact {
  const { network, at } = context;
  const { locationId, source, externalId, amount, tender, till, reference, clerk, items, takenAt, changedAt } = payment;
  return {
    type: 'PosPaymentReported',
    data: { posPaymentId, network, locationId, source, externalId, amount, tender, till, reference, clerk, items, takenAt, changedAt, at },
  };
}

/** What a report is to a payment that is known already. */
export type Standing = 'newer' | 'repeat' | 'out-of-date' | 'differs' | 'used' | 'voided';

export function standing(state: Exclude<PosPayment, { status: 'unknown' }>, { amount, changedAt }: PaymentReport): Standing {
  if (state.status === 'voided') return 'voided';
  const last = { amount: state.amount, changedAt: state.changedAt, ...pending(state) };
  const same = amount.amount === last.amount.amount && amount.currency === last.amount.currency;
  if (changedAt < last.changedAt) return same ? 'repeat' : 'out-of-date';
  if (changedAt === last.changedAt) return same ? 'repeat' : 'differs';
  if (state.status === 'used') return same ? 'repeat' : 'used';
  return 'newer';
}

export class AssignPosPayment {
  constructor(
    readonly context: CommandContext,
    readonly posPaymentId: string,
    readonly redemptionId: string,
    readonly locationId: string,
    /** Who selects it; default: who gives the command. */
    readonly by: Actor = context.actor,
  ) {}
}

/** One live assignment: whoever comes second is told who was first. */
export function assignPosPayment(state: PosPayment, command: AssignPosPayment): PosPaymentFact[] {
  const { posPaymentId, redemptionId, locationId, by, context } = command;
  if (state.status === 'unknown' || state.locationId !== locationId) throw new Rejection('pos-payment-unknown');
  if (state.status === 'voided') {
    if (state.open?.redemptionId === redemptionId || state.redemptionId === redemptionId) return [];
    throw new Rejection('pos-payment-voided');
  }
  if (state.status !== 'waiting') {
    if (state.assignment.redemptionId === redemptionId) return [];
    throw new Rejection('pos-payment-taken', { by: state.assignment.by });
  }
  return [{ type: 'PosPaymentAssigned', data: { posPaymentId, redemptionId, by, at: context.at } }];
}

export class ReleasePosPayment {
  constructor(
    readonly context: CommandContext,
    readonly posPaymentId: string,
    readonly redemptionId: string,
  ) {}
}

/** The deduction was refused; nothing happens to a payment that this redemption does not hold. */
export function releasePosPayment(state: PosPayment, { posPaymentId, redemptionId, context: { at } }: ReleasePosPayment): PosPaymentFact[] {
  return holds(state, redemptionId) ? [{ type: 'PosPaymentReleased', data: { posPaymentId, redemptionId, at } }] : [];
}

export class UsePosPayment {
  constructor(
    readonly context: CommandContext,
    readonly posPaymentId: string,
    readonly redemptionId: string,
  ) {}
}

/** The card was deducted. Where the till cancelled meanwhile that is told with it, so that the redemption is taken back. */
export function usePosPayment(state: PosPayment, { posPaymentId, redemptionId, context: { at } }: UsePosPayment): PosPaymentFact[] {
  if (!holds(state, redemptionId)) {
    const done = (state.status === 'used' && state.assignment.redemptionId) || (state.status === 'voided' && state.redemptionId);
    if (done === redemptionId) return [];
    throw new Rejection('pos-payment-not-assigned');
  }
  const late = state.status === 'voided' ? { voided: true } : {};
  return [{ type: 'PosPaymentUsed', data: { posPaymentId, redemptionId, ...late, at } }];
}

function holds(state: PosPayment, redemptionId: string): boolean {
  if (state.status === 'assigned') return state.assignment.redemptionId === redemptionId;
  return state.status === 'voided' && state.open?.redemptionId === redemptionId;
}

export class VoidPosPayment {
  constructor(
    readonly context: CommandContext,
    readonly posPaymentId: string,
  ) {}
}

/** Final, and whatever the order of the till's notices: nothing that comes later brings a cancelled payment back. */
export function voidPosPayment(state: PosPayment, { at }: { at: Instant }): PosPaymentFact[] {
  if (state.status === 'unknown') throw new Rejection('pos-payment-unknown');
  if (state.status === 'voided') return [];
  const posPaymentId = state.id;
  if (state.status === 'waiting') return [{ type: 'PosPaymentVoided', data: { posPaymentId, at } }];
  const { redemptionId } = state.assignment;
  return [{ type: 'PosPaymentVoided', data: { posPaymentId, redemptionId, used: state.status === 'used', at } }];
}
