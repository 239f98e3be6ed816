import type { Policy } from '../../kernel/event-sourcing';
import type { RedemptionStarted } from '../domain/redemption';
import { FinishRedemption } from '../domain/redemption-process';

/** Mostly it finds everything done by the request itself; after a crash it is the one who does it. */
export const finishWhatWasStarted: Policy<RedemptionStarted> = {
  name: 'finish-what-was-started',
  on: { RedemptionStarted: ({ redemptionId }, cause) => [new FinishRedemption(cause.context(), redemptionId)] },
};
