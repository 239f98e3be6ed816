import type { Policy } from '../../kernel/event-sourcing';
import type { PosPaymentAssigned } from '../domain/pos-payment.facts';
import type { RedemptionStarted } from '../domain/redemption';
import { FinishRedemption } from '../domain/redemption-process';

/**
 * Mostly it finds everything done by the request itself; after a crash it is the one who does it. A payment that was assigned after its
 * redemption had been refused, by a second who was still at it and ended there, is released.
 */
export const finishWhatWasStarted: Policy<RedemptionStarted | PosPaymentAssigned> = {
  name: 'finish-what-was-started',
  on: {
    RedemptionStarted: ({ redemptionId }, cause) => [new FinishRedemption(cause.context(), redemptionId)],
    PosPaymentAssigned: ({ redemptionId }, cause) => [new FinishRedemption(cause.context(), redemptionId)],
  },
};
