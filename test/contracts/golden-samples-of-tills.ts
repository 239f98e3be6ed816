import type { Fact } from '../../src/kernel/event-sourcing';
import type { Money } from '../../src/kernel/money';
import { personal } from '../../src/kernel/personal';
import type { LocationTenderFact } from '../../src/network/domain/location-tender';
import type { PosPaymentFact } from '../../src/redemption/domain/pos-payment.facts';

/** Samples of tills and their payments, for golden-samples.ts. */
type SamplesOf<F extends Fact> = { readonly [T in F['type']]: Extract<F, { type: T }>['data'] };

const at = '2026-11-22T09:30:00.000Z';
const later = '2026-11-22T09:40:00.000Z';
const usd = (amount: number): Money => ({ amount, currency: 'USD' });
const networkId = 'net_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const locationId = 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const connectionId = 'til_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const by = { kind: 'employee', id: 'emp_01JD8Z4M2Q7RXK3V5T9WBN6CHG' } as const;

export const tillSamples: SamplesOf<LocationTenderFact> = {
  TenderRuleChanged: { locationId, rule: { names: ['Gift card'], ids: ['TNDTEST000001'], types: ['OTHER_GIFT_CARD'] }, by, at },
  PosConnected: {
    locationId,
    connectionId,
    kind: 'square',
    place: 'LTESTLOCATION1',
    environment: 'sandbox',
    secret: { sealed: 'v1.aXY.Y2lwaGVydGV4dA', hint: '1DwQ' },
    token: { sealed: 'v1.aXY.Y2lwaGVydGV4dA', hint: 'kWxA' },
    by,
    at,
  },
  PosDisconnected: { locationId, connectionId, by, at },
};

const posPaymentId = 'pos_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const redemptionId = 'rdm_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
export const posPaymentSamples: SamplesOf<PosPaymentFact> = {
  PosPaymentReported: {
    posPaymentId,
    network: networkId,
    locationId,
    source: 'square',
    externalId: 'PAYTEST0000000000000000001',
    amount: usd(1850),
    tender: 'City Gift Card',
    till: 'Counter 1',
    reference: 'R-1041',
    clerk: personal(`clerk:${posPaymentId}`, 'June'),
    items: [{ name: 'Country loaf', quantity: 2, price: usd(850) }],
    takenAt: at,
    changedAt: at,
    at,
  },
  PosPaymentAmended: { posPaymentId, amount: usd(1200), changedAt: later, at: later },
  PosPaymentAssigned: { posPaymentId, redemptionId, by, at },
  PosPaymentReleased: { posPaymentId, redemptionId, at },
  PosPaymentUsed: { posPaymentId, redemptionId, voided: true, at },
  PosPaymentVoided: { posPaymentId, redemptionId, used: true, at },
};
