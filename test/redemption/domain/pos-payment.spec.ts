import fc from 'fast-check';
import type { Actor, CommandContext, Instant } from '../../../src/kernel/event-sourcing';
import type { Money } from '../../../src/kernel/money';
import {
  AssignPosPayment,
  assignPosPayment,
  posPayment,
  ReleasePosPayment,
  releasePosPayment,
  ReportPosPayment,
  reportPosPayment,
  standing,
  UsePosPayment,
  usePosPayment,
  voidPosPayment,
  type PaymentReport,
} from '../../../src/redemption/domain/pos-payment';
import type { PosPaymentFact } from '../../../src/redemption/domain/pos-payment.facts';
import { posPayments, type PosPaymentItem } from '../../../src/redemption/read-models/pos-payments';
import { given } from '../../support/given';

const id = 'pos_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const network = 'net_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const locationId = 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const noon = '2026-11-22T12:00:00.000Z';
const till = { kind: 'apiKey', id: 'key_1' } as const;
const maple: Actor = { kind: 'device', id: 'dev_maple' };
const birch: Actor = { kind: 'device', id: 'dev_birch' };
const usd = (amount: number): Money => ({ amount, currency: 'USD' });
const minute = (of: number): Instant => `2026-11-22T12:${String(of).padStart(2, '0')}:00.000Z`;

const context = (actor: CommandContext['actor'] = till): CommandContext => ({
  network,
  actor,
  commandId: 'cmd_1',
  at: noon,
  correlation: 'req-1',
});
const payment = (amount: number, changedAt = minute(0), more: Partial<PaymentReport> = {}): PaymentReport => ({
  locationId,
  source: 'square',
  externalId: 'PAY1',
  amount: usd(amount),
  tender: 'Gift card',
  till: 'Counter 1',
  takenAt: minute(0),
  changedAt,
  voided: false,
  ...more,
});
const report = (amount: number, changedAt?: Instant, more?: Partial<PaymentReport>) =>
  new ReportPosPayment(context(), id, payment(amount, changedAt, more), 'USD');

const reported: PosPaymentFact = {
  type: 'PosPaymentReported',
  data: {
    posPaymentId: id,
    network,
    locationId,
    source: 'square',
    externalId: 'PAY1',
    amount: usd(1850),
    tender: 'Gift card',
    till: 'Counter 1',
    reference: undefined,
    clerk: undefined,
    items: undefined,
    takenAt: minute(0),
    changedAt: minute(0),
    at: noon,
  },
};
const amended = (amount: number, changedAt: Instant): PosPaymentFact => ({
  type: 'PosPaymentAmended',
  data: { posPaymentId: id, amount: usd(amount), changedAt, at: noon },
});
const assigned: PosPaymentFact = { type: 'PosPaymentAssigned', data: { posPaymentId: id, redemptionId: 'rdm_1', by: maple, at: noon } };
const released: PosPaymentFact = { type: 'PosPaymentReleased', data: { posPaymentId: id, redemptionId: 'rdm_1', at: noon } };
const used: PosPaymentFact = { type: 'PosPaymentUsed', data: { posPaymentId: id, redemptionId: 'rdm_1', at: noon } };
const usedLate: PosPaymentFact = { type: 'PosPaymentUsed', data: { ...used.data, voided: true } };
const voided: PosPaymentFact = { type: 'PosPaymentVoided', data: { posPaymentId: id, at: noon } };
const voidedWith = (isUsed: boolean): PosPaymentFact => ({
  type: 'PosPaymentVoided',
  data: { posPaymentId: id, redemptionId: 'rdm_1', used: isUsed, at: noon },
});
const after = (...facts: readonly PosPaymentFact[]) => facts.reduce(posPayment.evolve.bind(posPayment), posPayment.initial);
const assign = (redemptionId = 'rdm_1', by = maple, at = locationId) => new AssignPosPayment(context(by), id, redemptionId, at);
const release = (redemptionId = 'rdm_1') => new ReleasePosPayment(context(), id, redemptionId);
const use = (redemptionId = 'rdm_1') => new UsePosPayment(context(), id, redemptionId);

describe('A payment that a till reports', () => {
  it('is written once, however often it is told', () => {
    given(posPayment).when(reportPosPayment, report(1850)).yields(reported);
    given(posPayment, reported).when(reportPosPayment, report(1850)).yields();
  });
  it('follows the till while it waits', () =>
    given(posPayment, reported)
      .when(reportPosPayment, report(1200, minute(2)))
      .yields(amended(1200, minute(2))));
  it('is not changed by what is out of date', () =>
    given(posPayment, reported, amended(1200, minute(2)))
      .when(reportPosPayment, report(900, minute(1)))
      .yields());
  it('is refused when two amounts claim the same moment', () => {
    given(posPayment, reported)
      .when(reportPosPayment, report(900))
      .isRefused('pos-payment-differs', { amount: usd(1850) });
    const state = after(reported);
    const foreign = payment(1850, minute(0), { amount: { amount: 1850, currency: 'CAD' } });
    expect(state.status !== 'unknown' && standing(state, foreign)).toBe('differs');
  });
  it('ends with the till’s word that it was cancelled, whatever else the notice says', () => {
    const cancelling = report(0, minute(9), { voided: true });
    given(posPayment, reported).when(reportPosPayment, cancelling).yields(voided);
    given(posPayment, reported, assigned).when(reportPosPayment, cancelling).yields(voidedWith(false));
    given(posPayment, reported, voided).when(reportPosPayment, cancelling).yields();
  });
  it('is nothing before it was reported', () => {
    for (const fact of [amended(1, noon), assigned, released, used, voided])
      expect(() => after(fact)).toThrow(`${fact.type} before PosPaymentReported`);
    expect(() => after(reported, used)).toThrow('A payment that is waiting has no assignment');
  });
  it('takes no foreign, no empty and no broken amount', () => {
    const foreign = report(1, minute(0), { amount: { amount: 1850, currency: 'CAD' } });
    given(posPayment).when(reportPosPayment, foreign).isRefused('currency-mismatch');
    for (const amount of [0, -5, 18.5]) given(posPayment).when(reportPosPayment, report(amount)).isRefused('amount-not-positive');
  });
  it('that was cancelled before we heard of it never waits', () => {
    given(posPayment)
      .when(reportPosPayment, report(1850, minute(0), { voided: true }))
      .yields(reported, voided);
    given(posPayment, reported, voided)
      .when(reportPosPayment, report(1850, minute(9)))
      .yields();
  });
  it('comes out the same in whatever order the till’s notices arrive', () => {
    const notices = fc.uniqueArray(fc.record({ at: fc.integer({ min: 0, max: 59 }), amount: fc.integer({ min: 1, max: 5 }) }), {
      selector: ({ at }) => at,
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(notices, fc.infiniteStream(fc.nat()), (all, chance) => {
        const shuffled = all.map((each) => ({ each, place: chance.next().value as number })).sort((a, b) => a.place - b.place);
        let state = posPayment.initial;
        for (const { each } of shuffled)
          state = reportPosPayment(state, report(each.amount, minute(each.at))).reduce(posPayment.evolve.bind(posPayment), state);
        const newest = [...all].sort((a, b) => b.at - a.at)[0]!;
        expect(state).toMatchObject({ status: 'waiting', amount: usd(newest.amount), changedAt: minute(newest.at) });
      }),
    );
  });
});

describe('Selecting a payment', () => {
  it('assigns it once; a repeat changes nothing', () => {
    given(posPayment, reported).when(assignPosPayment, assign()).yields(assigned);
    given(posPayment, reported, assigned).when(assignPosPayment, assign()).yields();
    given(posPayment, reported, assigned, used).when(assignPosPayment, assign()).yields();
  });
  it('tells whoever comes second who was first', () => {
    given(posPayment, reported, assigned).when(assignPosPayment, assign('rdm_2', birch)).isRefused('pos-payment-taken', { by: maple });
    given(posPayment, reported, assigned, used)
      .when(assignPosPayment, assign('rdm_2', birch))
      .isRefused('pos-payment-taken', { by: maple });
  });
  it('is refused for a cancelled, an unknown and another location’s payment', () => {
    given(posPayment, reported, voided).when(assignPosPayment, assign()).isRefused('pos-payment-voided');
    given(posPayment).when(assignPosPayment, assign()).isRefused('pos-payment-unknown');
    given(posPayment, reported)
      .when(assignPosPayment, assign('rdm_1', maple, 'loc_2'))
      .isRefused('pos-payment-unknown');
  });
  it('ends in use', () => {
    given(posPayment, reported, assigned).when(usePosPayment, use()).yields(used);
    given(posPayment, reported, assigned, used).when(usePosPayment, use()).yields();
    given(posPayment, reported).when(usePosPayment, use()).isRefused('pos-payment-not-assigned');
    given(posPayment, reported, assigned).when(usePosPayment, use('rdm_2')).isRefused('pos-payment-not-assigned');
  });
  it('or in release: the payment waits again', () => {
    given(posPayment, reported, assigned).when(releasePosPayment, release()).yields(released);
    given(posPayment, reported, assigned, released).when(releasePosPayment, release()).yields();
    given(posPayment, reported, assigned, used).when(releasePosPayment, release()).yields();
    given(posPayment, reported, assigned, released)
      .when(assignPosPayment, assign('rdm_2', birch))
      .yields({
        ...assigned,
        data: { ...assigned.data, redemptionId: 'rdm_2', by: birch },
      });
  });
  it('keeps its amount; what the till changes meanwhile holds after a release', () => {
    const meanwhile = amended(1200, minute(3));
    given(posPayment, reported, assigned)
      .when(reportPosPayment, report(1200, minute(3)))
      .yields(meanwhile);
    expect(after(reported, assigned, meanwhile)).toMatchObject({ amount: usd(1850), changedAt: minute(0) });
    given(posPayment, reported, assigned, meanwhile).when(usePosPayment, use()).yields(used);
    expect(after(reported, assigned, meanwhile, used)).toMatchObject({ amount: usd(1850) });
    given(posPayment, reported, assigned, meanwhile)
      .when(reportPosPayment, report(900, minute(2)))
      .yields();
    given(posPayment, reported, assigned, meanwhile)
      .when(releasePosPayment, release())
      .leadsTo({
        status: 'waiting',
        id,
        network,
        locationId,
        source: 'square',
        externalId: 'PAY1',
        amount: usd(1200),
        tender: 'Gift card',
        till: 'Counter 1',
        reference: undefined,
        items: undefined,
        takenAt: minute(0),
        changedAt: minute(3),
        reportedAt: noon,
      });
  });
  it('is not undone by a change that comes after use: that is told', () => {
    given(posPayment, reported, assigned, used)
      .when(reportPosPayment, report(900, minute(5)))
      .yields();
    const state = [reported, assigned, used].reduce(posPayment.evolve.bind(posPayment), posPayment.initial);
    expect(state.status !== 'unknown' && standing(state, payment(900, minute(5)))).toBe('used');
  });
});

describe('A till that cancels', () => {
  it('makes a waiting payment disappear', () => {
    given(posPayment, reported).when(voidPosPayment, { at: noon }).yields(voided);
    given(posPayment, reported, voided).when(voidPosPayment, { at: noon }).yields();
    given(posPayment).when(voidPosPayment, { at: noon }).isRefused('pos-payment-unknown');
  });
  it('after use names the redemption that must be reversed', () =>
    given(posPayment, reported, assigned, used).when(voidPosPayment, { at: noon }).yields(voidedWith(true)));
  it('between selection and deduction: the deduction’s end says what is to be done', () => {
    given(posPayment, reported, assigned).when(voidPosPayment, { at: noon }).yields(voidedWith(false));
    given(posPayment, reported, assigned, voidedWith(false)).when(usePosPayment, use()).yields(usedLate);
    given(posPayment, reported, assigned, voidedWith(false), usedLate).when(usePosPayment, use()).yields();
    given(posPayment, reported, assigned, voidedWith(false)).when(releasePosPayment, release()).yields(released);
    given(posPayment, reported, assigned, voidedWith(false)).when(assignPosPayment, assign()).yields();
    given(posPayment, reported, assigned, voidedWith(false), released).when(assignPosPayment, assign()).isRefused('pos-payment-voided');
    given(posPayment, reported, assigned, voidedWith(false), usedLate).when(assignPosPayment, assign()).yields();
    given(posPayment, reported, assigned, voidedWith(false), usedLate)
      .when(assignPosPayment, assign('rdm_2'))
      .isRefused('pos-payment-voided');
    given(posPayment, reported, assigned, voidedWith(false)).when(usePosPayment, use('rdm_2')).isRefused('pos-payment-not-assigned');
  });
  it('is remembered with the redemption that used it', () => {
    expect(after(reported, assigned, used, voidedWith(true))).toMatchObject({ status: 'voided', redemptionId: 'rdm_1' });
    expect(after(reported, assigned, voidedWith(false))).toMatchObject({ status: 'voided', open: { redemptionId: 'rdm_1', by: maple } });
    expect(after(reported, voided)).toMatchObject({ status: 'voided', redemptionId: undefined });
    expect(after(reported, voided)).not.toHaveProperty('open');
  });
});

describe('The list of payments', () => {
  const fold = (...facts: readonly PosPaymentFact[]): PosPaymentItem =>
    facts.reduce<PosPaymentItem | undefined>((doc, { type, data }) => {
      const step = { ...posPayments.begins, ...posPayments.on }[type] as (...of: unknown[]) => PosPaymentItem;
      return type === 'PosPaymentReported' ? step(data, {}, id, doc) : step(doc, data, {}, id);
    }, undefined)!;

  it.each([
    ['waits', [reported], 'waiting'],
    ['is assigned', [reported, assigned], 'assigned'],
    ['is released', [reported, assigned, released], 'waiting'],
    ['is used', [reported, assigned, used], 'used'],
    ['is voided', [reported, voided], 'voided'],
    ['is voided while the card is deducted', [reported, assigned, voidedWith(false), usedLate], 'voided'],
    ['is voided and released', [reported, assigned, voidedWith(false), released], 'voided'],
  ] as const)('shows one that %s', (_, facts, status) => expect(fold(...facts)).toMatchObject({ status, amount: usd(1850) }));

  it('agrees with the aggregate about amounts', () => {
    expect(fold(reported, amended(1200, minute(2))).amount).toEqual(usd(1200));
    expect(fold(reported, assigned, amended(1200, minute(2))).amount).toEqual(usd(1850));
    expect(fold(reported, assigned, amended(1200, minute(2)), released)).toMatchObject({ status: 'waiting', amount: usd(1200) });
    expect(fold(reported, assigned, released)).not.toHaveProperty('redemptionId');
  });
});
