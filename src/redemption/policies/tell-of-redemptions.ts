import type { Policy } from '../../kernel/event-sourcing';
import type { RedemptionCompleted, RedemptionReversed } from '../domain/redemption';
import { MailItems, NotifyOfRedemption } from '../domain/redemption-process';

export const mailTheItems: Policy<RedemptionCompleted> = {
  name: 'mail-the-items-when-they-were-redeemed',
  on: { RedemptionCompleted: ({ redemptionId }, cause) => [new MailItems(cause.context(), redemptionId)] },
};

export const notifyTheWebhook: Policy<RedemptionCompleted | RedemptionReversed> = {
  name: 'notify-the-webhook-of-redemptions',
  on: {
    RedemptionCompleted: ({ redemptionId }, cause) => [new NotifyOfRedemption(cause.context(), redemptionId, 'redemption.completed')],
    RedemptionReversed: ({ redemptionId }, cause) => [new NotifyOfRedemption(cause.context(), redemptionId, 'redemption.reversed')],
  },
};
