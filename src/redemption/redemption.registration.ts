import type { Registration } from '../kernel/registration';
import { redemption as redemptionAggregate, redemptionAddsUp, redemptionFacts, redemptionPersonal } from './domain/redemption';
import { messages } from './messages';
import { finishWhatWasStarted } from './policies/finish-what-was-started';
import { followAReversedDeduction } from './policies/follow-a-reversed-deduction';
import { mailTheItems, notifyTheWebhook } from './policies/tell-of-redemptions';
import { pos } from './pos.registration';
import { redemptionList } from './read-models/redemption-list';
import { rejections } from './rejections';

/** What the redemption module enters in the registry. */
export const redemption: Registration = {
  module: 'redemption',
  aggregates: [
    { category: 'redemption', aggregate: redemptionAggregate, facts: redemptionFacts, invariant: redemptionAddsUp },
    ...pos.aggregates,
  ],
  projections: [redemptionList, ...pos.projections],
  policies: [finishWhatWasStarted, followAReversedDeduction, mailTheItems, notifyTheWebhook, ...pos.policies],
  wakeUps: [...pos.wakeUps],
  upcasts: {},
  personal: { ...redemptionPersonal, ...pos.personal },
  permissions: ['redemptions.view', 'redemptions.redeem', 'redemptions.reverse', 'pos-payments.report', 'pos.manage'],
  pages: [{ path: 'redemptions', label: 'redemption.nav.redemptions', icon: 'scan', permission: 'redemptions.view', order: 15 }],
  rejections,
  messages,
};
