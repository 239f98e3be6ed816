import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Streams } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { NetworkFacade } from '../../network';
import { AssignPosPayment, assignPosPayment, posPayment, ReleasePosPayment, UsePosPayment, type PosPayment } from '../domain/pos-payment';
import type { StartedRedemption } from '../domain/redemption';
import type { RedemptionOrder } from '../domain/redemption-process';
import type { PosPaymentChange } from './pos-reports';
import { streamOfPosPayment } from './report-pos-payment';

type Steps = Pick<StartedRedemption, 'redemptionId' | 'what' | 'amount' | 'locationId' | 'by'>;

/**
 * What a redemption by POS payment does beside the card: assign → (deduct) → use, or release. Every step looks at the payment's own state,
 * so that whoever takes a redemption up after a crash may take all of them again.
 */
@Injectable()
export class PosPaymentSteps {
  constructor(
    private readonly streams: Streams,
    private readonly commands: CommandBus,
    private readonly networks: NetworkFacade,
    private readonly ids: Ids,
  ) {}

  /**
   * What can be told before anything is written.
   * @throws Rejection `pos-payment-unknown`, `pos-payment-voided`, `pos-payment-taken`, `pos-payment-changed`
   */
  async check(context: CommandContext, { what, redemptionId, locationId, total }: RedemptionOrder): Promise<void> {
    if (what.kind !== 'posPayment') return;
    const { posPaymentId } = what;
    const state = await this.state(context.network, posPaymentId);
    const command = new AssignPosPayment(context, posPaymentId, redemptionId, locationId);
    await this.named(context.network, () => Promise.resolve(assignPosPayment(state, command)));
    if (state.status !== 'unknown' && !same(state.amount, total)) throw new Rejection('pos-payment-changed');
  }

  /** Holds the payment for the redemption. @throws Rejection as `check`; the payment is then not held */
  async assign(context: CommandContext, started: Steps): Promise<void> {
    const { what, redemptionId, locationId, amount, by } = started;
    if (what.kind !== 'posPayment') return;
    const command = new AssignPosPayment(this.step(context), what.posPaymentId, redemptionId, locationId, by);
    const { state } = await this.named(context.network, () => this.commands.execute<AssignPosPayment, PosPaymentChange>(command));
    if (state.status === 'unknown' || same(state.amount, amount)) return;
    await this.release(context, started);
    throw new Rejection('pos-payment-changed');
  }

  /** @throws Error, never a refusal: the card is deducted already */
  async use(context: CommandContext, { what, redemptionId }: Steps): Promise<void> {
    if (what.kind !== 'posPayment') return;
    try {
      await this.commands.execute(new UsePosPayment(this.step(context), what.posPaymentId, redemptionId));
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      throw new Error(`The card of ${redemptionId} is deducted, but its payment ${what.posPaymentId} is not held: ${error.code}`, {
        cause: error,
      });
    }
  }

  async release(context: CommandContext, { what, redemptionId }: Steps): Promise<void> {
    if (what.kind === 'posPayment') await this.commands.execute(new ReleasePosPayment(this.step(context), what.posPaymentId, redemptionId));
  }

  async state(network: string, posPaymentId: string): Promise<PosPayment> {
    return (await this.streams.state(network, streamOfPosPayment(posPaymentId), posPayment)).state;
  }

  /** A payment may be assigned, released and assigned again by one redemption: each try is a command of its own. */
  private step(context: CommandContext): CommandContext {
    const causation = context.causation ?? context.commandId;
    return { ...context, commandId: this.ids.next('cmd'), causation, requestHash: undefined };
  }

  /** Whoever comes second is told who was first, by the name that people know: a device's code. */
  private async named<T>(network: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof Rejection) || error.code !== 'pos-payment-taken') throw error;
      const { id } = error.details.by as { id: string };
      const who = (await this.networks.actorNames(network, [id])).get(id) ?? id;
      throw new Rejection('pos-payment-taken', { who });
    }
  }
}

const same = (a: { amount: number; currency: string }, b: { amount: number; currency: string }): boolean =>
  a.amount === b.amount && a.currency === b.currency;
