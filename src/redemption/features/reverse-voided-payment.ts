import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { NetworkFacade } from '../../network';
import { ReverseVoidedPayment } from '../domain/pos-payment-reversal';
import { reversalOf } from '../domain/redemption';
import { ReverseRedemption } from '../domain/redemption-process';
import { RedemptionCourse } from './redeem';
import { RedemptionStreams } from './redemption-streams';

@CommandHandler(ReverseVoidedPayment)
export class ReverseVoidedPaymentHandler implements ICommandHandler<ReverseVoidedPayment> {
  constructor(
    private readonly redemptions: RedemptionStreams,
    private readonly course: RedemptionCourse,
    private readonly commands: CommandBus,
    private readonly networks: NetworkFacade,
  ) {}

  /**
   * The card's fact may be there and the redemption's not yet: it is brought to its end first.
   * @throws Error where a rule forbids it (the card is full or was voided): that is for people, so it waits where they see it
   */
  async execute({ context, redemptionId }: ReverseVoidedPayment): Promise<void> {
    await this.course.finish(context, redemptionId);
    const { status } = await this.redemptions.state(context.network, redemptionId);
    if (status !== 'completed') return;
    const network = await this.networks.network(context.network);
    const reason = reasons[network?.language ?? 'en'];
    try {
      await this.commands.execute(new ReverseRedemption(context, redemptionId, reversalOf(redemptionId), reason));
    } catch (error) {
      if (!(error instanceof Rejection) || error.code === 'already-reversed') return this.unlessReversed(context, redemptionId, error);
      throw new Error(`The till cancelled the payment of ${redemptionId}, but its deduction can’t be reversed: ${error.code}`, {
        cause: error,
      });
    }
  }

  private async unlessReversed(context: CommandContext, redemptionId: string, error: unknown): Promise<void> {
    if ((await this.redemptions.state(context.network, redemptionId)).status !== 'reversed') throw error;
  }
}

/** Kept with the card's history, in the network's language. */
const reasons = { en: 'The till cancelled the payment', fr: 'La caisse a annulé le paiement' } as const;
