import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CardsFacade } from '../../cards';
import type { Money } from '../../kernel/money';
import { recordReversal, reversible, type DoneRedemption } from '../domain/redemption';
import { FollowReversal, ReverseRedemption } from '../domain/redemption-process';
import { RedemptionCourse } from './redeem';
import { RedemptionStreams } from './redemption-streams';

/** What a reversal came to. */
export interface Reversed {
  readonly redemption: DoneRedemption;
  /** What is on the card again. */
  readonly balance: Money;
  readonly position: number;
  readonly replayed: boolean;
}

@CommandHandler(ReverseRedemption)
export class ReverseRedemptionHandler implements ICommandHandler<ReverseRedemption> {
  constructor(
    private readonly redemptions: RedemptionStreams,
    private readonly cards: CardsFacade,
  ) {}

  /**
   * The card first: what happens after a crash in between is a policy's to make good. A repeat (the same reversal's id) answers the
   * first outcome.
   * @throws Rejection `redemption-unknown`, `redemption-not-completed`, `already-reversed`, `card-limit-exceeded`, `card-voided`,
   *   `card-expired`
   */
  async execute({ context, redemptionId, reversalId, reason }: ReverseRedemption): Promise<Reversed> {
    const before = await this.redemptions.state(context.network, redemptionId);
    const again = before.status === 'reversed' && before.reversal?.reversalId === reversalId;
    const { cardId, deductionId } = again ? before : reversible(before);
    const { balance, at } = await this.cards.reverseRedemption(context, cardId, { deductionId, reversalId, reason });
    const { state, position } = await this.redemptions.step(context, 'reverse', redemptionId, (now) =>
      recordReversal(now, { reversalId, balance, by: context.actor, reason, at }),
    );
    return { redemption: state as DoneRedemption, balance, position, replayed: again };
  }
}

@CommandHandler(FollowReversal)
export class FollowReversalHandler implements ICommandHandler<FollowReversal> {
  constructor(
    private readonly redemptions: RedemptionStreams,
    private readonly course: RedemptionCourse,
  ) {}

  /** What the crash left open is brought to its end first: the deduction is there, so it ends as completed. */
  async execute({ context, redemptionId, reversal }: FollowReversal): Promise<void> {
    const { redemption } = await this.course.finish(context, redemptionId);
    if (redemption.status !== 'completed') return;
    await this.redemptions.step(context, 'reverse', redemptionId, (now) => recordReversal(now, reversal));
  }
}
