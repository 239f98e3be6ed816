import type { Fact, Instant } from '../../kernel/event-sourcing';
import { reveal, type Personal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import type { Network, NetworkFact } from './network';

/** What a device asks of whoever stands at the counter. */
export const clerkRules = ['none', 'name', 'pin'] as const;
export type ClerkRule = (typeof clerkRules)[number];

export type RedemptionSettingsChanged = Fact<
  'RedemptionSettingsChanged',
  {
    networkId: string;
    /** Who is told of redeemed items by mail. */
    noticeEmails: readonly Personal<string>[];
    clerk: ClerkRule;
    at: Instant;
  }
>;

export interface RedemptionSettings {
  readonly noticeEmails: readonly Personal<string>[];
  readonly clerk: ClerkRule;
}

/** Of a network that has not chosen. */
export const standardRedemption: RedemptionSettings = { noticeEmails: [], clerk: 'none' };

export const MOST_NOTICE_EMAILS = 10;

export interface ChangeRedemptionSettings extends RedemptionSettings {
  readonly at: Instant;
}

export function changeRedemptionSettings(state: Network, { noticeEmails, clerk, at }: ChangeRedemptionSettings): NetworkFact[] {
  if (state.status === 'unknown') throw new Rejection('not-found');
  if (noticeEmails.length > MOST_NOTICE_EMAILS) throw new Rejection('notice-emails-too-many', { most: MOST_NOTICE_EMAILS });
  const before = state.redemption;
  const same = before.clerk === clerk && before.noticeEmails.map(reveal).join('\n') === noticeEmails.map(reveal).join('\n');
  return same ? [] : [{ type: 'RedemptionSettingsChanged', data: { networkId: state.id, noticeEmails, clerk, at } }];
}
