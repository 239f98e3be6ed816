import { Injectable } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CardsFacade, type CardAtCounter, type CounterMovement } from '../../cards';
import type { CommandContext } from '../../kernel/event-sourcing';
import { lessThan, sameCurrency, type Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { NetworkFacade } from '../../network';
import {
  completeRedemption,
  deductionOf,
  refusals,
  refuseRedemption,
  startRedemption,
  type DoneRedemption,
  type Redemption,
  type Refusal,
  type RefusedRedemption,
  type StartedRedemption,
} from '../domain/redemption';
import { FinishRedemption, Redeem, type RedemptionOrder } from '../domain/redemption-process';
import { PosPaymentSteps } from './pos-payment-steps';
import { RedemptionStreams } from './redemption-streams';

/** What a redemption came to. */
export interface Redeemed {
  readonly redemption: DoneRedemption;
  /** Of its last fact, for reading one's own writes; 0 when it had been done before. */
  readonly position: number;
  readonly replayed: boolean;
}

interface Finished {
  readonly redemption: Redemption;
  /** Of the last fact; 0 when there was nothing left to do. */
  readonly position: number;
}

interface Amounts {
  readonly amount: Money;
  readonly asked?: Money;
}

/** Brings a redemption to its end, from wherever it is: for the request that opened it and for whatever takes it up after a crash. */
@Injectable()
export class RedemptionCourse {
  private readonly underWay = new Map<string, Promise<Finished>>();

  constructor(
    private readonly redemptions: RedemptionStreams,
    private readonly cards: CardsFacade,
    private readonly payments: PosPaymentSteps,
  ) {}

  /**
   * Every step has an id that follows from the redemption's, so that two who finish it at once do it once; here they do it together.
   * A refusal stands when the card itself has declined: what is loaded meanwhile helps nobody who is still at it (two-finishers.spec.ts).
   */
  finish(context: CommandContext, redemptionId: string): Promise<Finished> {
    const underWay = this.underWay.get(redemptionId);
    if (underWay) return underWay;
    const run = this.run(context, redemptionId).finally(() => this.underWay.delete(redemptionId));
    this.underWay.set(redemptionId, run);
    return run;
  }

  private async run(context: CommandContext, redemptionId: string): Promise<Finished> {
    const found = await this.redemptions.state(context.network, redemptionId);
    if (found.status === 'refused') await this.payments.release(context, found);
    if (found.status !== 'started') return { redemption: found, position: 0 };
    const { state, position } = await this.deduct(context, found);
    return { redemption: state, position };
  }

  /** The card's fact names who redeems, also when a policy does the work. */
  private async deduct(context: CommandContext, started: StartedRedemption) {
    const { redemptionId, cardId, amount, locationId, presented, by } = started;
    const deduction = { deductionId: deductionOf(redemptionId), redemptionId, amount, locationId, presented };
    try {
      await this.payments.assign(context, started);
      return await this.complete(context, started, await this.cards.redeem({ ...context, actor: by }, cardId, deduction));
    } catch (error) {
      if (!(error instanceof Rejection) || error.details.retryable === true) throw error;
      const taken = await this.cards.declineRedemption({ ...context, actor: by }, cardId, deduction, error.code);
      return taken ? this.complete(context, started, taken) : this.refuse(context, started, error);
    }
  }

  private async complete(context: CommandContext, started: StartedRedemption, { deductionId, balance, at }: CounterMovement) {
    await this.payments.use(context, started);
    return this.redemptions.step(context, 'complete', started.redemptionId, (state) =>
      completeRedemption(state, { deductionId, balance, at }),
    );
  }

  /** The card has declined for good, so nobody who works at this redemption can deduct any more. */
  private async refuse(context: CommandContext, started: StartedRedemption, error: Rejection) {
    await this.payments.release(context, started);
    const refusal = { code: refusalOf(error), balance: error.details.balance as Money | undefined, at: context.at };
    return this.redemptions.step(context, 'refuse', started.redemptionId, (state) => refuseRedemption(state, refusal));
  }
}

function refusalOf({ code, details }: Rejection): Refusal {
  const why = code === 'redemption-declined' ? details.refusal : code;
  return refusals.find((each) => each === why) ?? (String(why).startsWith('pos-payment') ? 'pos-payment-changed' : 'other');
}

/** The refusal that was written down, as it was told the first time. */
export function refused({ code, held, amount }: RefusedRedemption): Rejection {
  switch (code) {
    case 'insufficient-funds':
      return new Rejection('insufficient-funds', { balance: held, amount });
    case 'code-not-valid':
      return new Rejection('code-not-valid');
    case 'card-not-delivered':
      return new Rejection('card-not-delivered');
    case 'card-blocked':
      return new Rejection('card-blocked');
    case 'card-voided':
      return new Rejection('card-voided');
    case 'card-expired':
      return new Rejection('card-expired');
    case 'pos-payment-taken':
    case 'pos-payment-changed':
      return new Rejection('pos-payment-changed');
    default:
      return new Rejection('redemption-refused');
  }
}

/** What can be known before anything is written: most refusals end here and leave no trace. */
@Injectable()
export class RedemptionChecks {
  constructor(
    private readonly cards: CardsFacade,
    private readonly networks: NetworkFacade,
    private readonly payments: PosPaymentSteps,
  ) {}

  /** @throws Rejection `location-unknown`, `location-not-open` */
  async place(network: string, locationId: string): Promise<void> {
    const place = await this.networks.location(network, locationId);
    if (!place) throw new Rejection('location-unknown');
    if (place.status !== 'open') throw new Rejection('location-not-open');
  }

  /** @throws Rejection what `place` throws, `card-unknown`, and what `CardsFacade.redeem` throws */
  async check(context: CommandContext, order: RedemptionOrder): Promise<Amounts & { readonly card: CardAtCounter }> {
    const { cardId, redemptionId, locationId, presented } = order;
    await this.place(context.network, locationId);
    const card = await this.cards.atCounter(context.network, cardId);
    if (!card) throw new Rejection('card-unknown');
    await this.payments.check(context, order);
    const { amount, asked } = cutTo(card, order);
    const deduction = { deductionId: deductionOf(redemptionId), redemptionId, amount, locationId, presented };
    await this.cards.rehearseRedemption(context, cardId, deduction);
    return { amount, asked, card };
  }
}

/** A POS payment is never partly used: the till is changed instead. */
function cutTo({ balance }: CardAtCounter, { total, cut, what }: RedemptionOrder): Amounts {
  sameCurrency(balance, total);
  const most = cut === true ? balance : cut;
  if (!most || what.kind === 'posPayment' || most.amount === 0 || !lessThan(most, total)) return { amount: total };
  return { amount: most, asked: total };
}

@CommandHandler(Redeem)
export class RedeemHandler implements ICommandHandler<Redeem> {
  constructor(
    private readonly redemptions: RedemptionStreams,
    private readonly checks: RedemptionChecks,
    private readonly course: RedemptionCourse,
  ) {}

  /** @throws Rejection why it was refused, also when it was refused before */
  async execute({ context, order }: Redeem): Promise<Redeemed> {
    const { redemptionId } = order;
    const before = await this.redemptions.state(context.network, redemptionId);
    if (before.status === 'unknown') await this.start(context, order);
    else await this.sameRequest(context, redemptionId);
    const { redemption, position } = await this.course.finish(context, redemptionId);
    if (redemption.status === 'refused') throw refused(redemption);
    if (redemption.status === 'unknown' || redemption.status === 'started') throw new Error(`${redemptionId} came to no end`);
    return { redemption, position, replayed: before.status !== 'unknown' };
  }

  /** @throws Rejection `idempotency-key-reused` */
  private async sameRequest(context: CommandContext, redemptionId: string): Promise<void> {
    if (context.requestHash !== undefined) await this.redemptions.change(context, redemptionId, () => []);
  }

  private async start(context: CommandContext, order: RedemptionOrder): Promise<void> {
    const { redemptionId, cardId, presented, locationId, what, clerk, via, reference } = order;
    const { amount, asked, card } = await this.checks.check(context, order);
    const { network, actor: by, at } = context;
    const { lastFour } = card;
    await this.redemptions.change(context, redemptionId, (state) =>
      startRedemption(state, {
        redemptionId,
        network,
        cardId,
        lastFour,
        presented,
        locationId,
        by,
        what,
        amount,
        asked,
        clerk,
        via,
        reference,
        at,
      }),
    );
  }
}

@CommandHandler(FinishRedemption)
export class FinishRedemptionHandler implements ICommandHandler<FinishRedemption> {
  constructor(private readonly course: RedemptionCourse) {}

  async execute({ context, redemptionId }: FinishRedemption): Promise<void> {
    await this.course.finish(context, redemptionId);
  }
}
