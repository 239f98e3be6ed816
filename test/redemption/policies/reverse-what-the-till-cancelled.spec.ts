import type { Cause } from '../../../src/kernel/event-sourcing';
import { ReverseVoidedPayment } from '../../../src/redemption/domain/pos-payment-reversal';
import { reverseWhatTheTillCancelled as policy } from '../../../src/redemption/policies/reverse-what-the-till-cancelled';
import { context } from '../facts';

const cause = { metadata: {}, context } as unknown as Cause;
const at = '2026-11-22T12:00:00.000Z';
const [posPaymentId, redemptionId] = ['pos_1', 'rdm_1'];

describe('A payment that the till cancelled', () => {
  it.each([
    ['that nobody selected', { posPaymentId, at }, 0],
    ['that is selected: the deduction is still under way', { posPaymentId, redemptionId, used: false, at }, 0],
    ['that was used', { posPaymentId, redemptionId, used: true, at }, 1],
  ] as const)('%s', (_, data, commands) =>
    expect(policy.on.PosPaymentVoided(data, cause)).toEqual(
      Array.from({ length: commands }, () => new ReverseVoidedPayment(context(), redemptionId)),
    ),
  );
  it('while its card was deducted is reversed when that is done', () => {
    expect(policy.on.PosPaymentUsed({ posPaymentId, redemptionId, at }, cause)).toEqual([]);
    expect(policy.on.PosPaymentUsed({ posPaymentId, redemptionId, voided: true, at }, cause)).toHaveLength(1);
  });
});
