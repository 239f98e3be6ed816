import type { Money } from '../../kernel/money';
import { Id, Line, ListOf, Nested, OneOf, Optional, Time } from '../../platform/web/input';
import { Notice } from '../../platform/web/notice';
import { redemptionWays, receiptCode, type DoneRedemption, type RedeemedItem } from '../domain/redemption';
import { RedeemedItemAnswer, RedemptionMoney } from './redemption-answers';

/** What webhooks are told of redemptions: what a receiver needs to hand things out and find it again, never a code or a person. */

export class NoticedDevice {
  @Id('dev') id!: string;
  @Line(20, { example: 'MAPLE-42' }) code!: string;
}

const example = {
  redemptionId: 'rdm_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  receipt: 'R-BN6C-HG',
  locationId: 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  device: { id: 'dev_01JD8Z4M2Q7RXK3V5T9WBN6CHG', code: 'MAPLE-42' },
  amount: { amount: 1700, currency: 'USD' },
  kind: 'items',
  items: [{ itemId: 'loaf-01', name: 'Sourdough loaf', price: { amount: 850, currency: 'USD' }, quantity: 2 }],
  via: 'screen',
  completedAt: '2026-11-22T15:30:00.000Z',
};

@Notice({
  name: 'redemption.completed',
  id: 'onRedemptionCompleted',
  summary: 'A card was redeemed at a location',
  description: 'Sent to the location’s webhook, else to the network’s, at least once and in no promised order.',
  example,
})
export class RedemptionCompletedNotice {
  @Id('rdm') redemptionId!: string;
  @Line(20, { description: 'What the receipt shows; not unique', example: 'R-BN6C-HG' }) receipt!: string;
  @Id('loc') locationId!: string;
  @Optional() @Nested(() => NoticedDevice, { description: 'Where a device redeemed' }) device?: NoticedDevice;
  @Nested(() => RedemptionMoney, { description: 'What was taken off the card' }) amount!: Money;
  @Optional() @Nested(() => RedemptionMoney, { description: 'The whole total, where the card held less' }) asked?: Money;
  @OneOf(['value', 'items', 'posPayment'], { example: 'items' }) kind!: string;
  @Optional() @ListOf(() => RedeemedItemAnswer, 200, { description: 'As they were when they were redeemed' }) items?: RedeemedItem[];
  @Optional() @Id('pos') posPaymentId?: string;
  @OneOf(redemptionWays, { example: 'screen' }) via!: string;
  @Optional() @Line(200, { description: 'The partner’s own' }) reference?: string;
  @Time() completedAt!: string;
}

@Notice({
  name: 'redemption.reversed',
  id: 'onRedemptionReversed',
  summary: 'A redemption was reversed: the card has its money back',
  description: 'The redemption as it was, and when it was taken back.',
  example: { ...example, reversedAt: '2026-11-22T15:40:00.000Z' },
})
export class RedemptionReversedNotice extends RedemptionCompletedNotice {
  @Time() reversedAt!: string;
}

export function completedNotice(
  { redemptionId, locationId, amount, asked, what, via, reference, completedAt }: DoneRedemption,
  device: NoticedDevice | undefined,
): RedemptionCompletedNotice {
  return {
    redemptionId,
    receipt: receiptCode(redemptionId),
    locationId,
    ...(device ? { device: { id: device.id, code: device.code } } : {}),
    amount,
    ...(asked ? { asked } : {}),
    kind: what.kind,
    ...(what.kind === 'items' ? { items: [...what.items] } : {}),
    ...(what.kind === 'posPayment' ? { posPaymentId: what.posPaymentId } : {}),
    via,
    ...(reference === undefined ? {} : { reference }),
    completedAt,
  };
}
