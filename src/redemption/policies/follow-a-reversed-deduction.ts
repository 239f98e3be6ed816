import type { DeductionReversed } from '../../cards';
import type { Policy } from '../../kernel/event-sourcing';
import { redemptionOfDeduction } from '../domain/redemption';
import { FollowReversal } from '../domain/redemption-process';

/**
 * Whoever reverses the deduction in the Gift Cards window reverses the redemption; and a crash between the card's fact and ours is made
 * good. Of deductions that were no redemption there is no stream, and nothing happens.
 */
export const followAReversedDeduction: Policy<DeductionReversed> = {
  name: 'a-reversed-deduction-reverses-its-redemption',
  on: {
    DeductionReversed: ({ deductionId, reversalId, balance, by, reason, at }, cause) => [
      new FollowReversal(cause.context(), redemptionOfDeduction(deductionId), { reversalId, balance, by, reason, at }),
    ],
  },
};
