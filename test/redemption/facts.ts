import type { CommandContext } from '../../src/kernel/event-sourcing';
import type { Money } from '../../src/kernel/money';
import { personal } from '../../src/kernel/personal';
import type { RedemptionFact, StartRedemption } from '../../src/redemption/domain/redemption';

/** A redemption's life, for the tables of its rules. */

export const noon = '2026-11-22T12:00:00.000Z';
export const minutesLater = (minutes: number): string => new Date(Date.parse(noon) + minutes * 60_000).toISOString();
export const usd = (amount: number): Money => ({ amount, currency: 'USD' });
export const redemptionId = 'rdm_01JD8Z4M2Q7RXK3V5T9W4T7N28';
export const device = { kind: 'device', id: 'dev_01JD8Z4M2Q7RXK3V5T9WBN6CHG' } as const;
export const network = 'net_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
export const locationId = 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG';

export const context = (at = noon): CommandContext => ({ network, actor: device, commandId: 'cmd_1', at, correlation: 'test' });

export const start: StartRedemption = {
  redemptionId,
  network,
  cardId: 'card_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  lastFour: 'W3HB',
  presented: 'hash',
  locationId,
  by: device,
  what: { kind: 'value' },
  amount: usd(1850),
  asked: undefined,
  clerk: personal('clerk-1', 'June'),
  via: 'screen',
  reference: undefined,
  at: noon,
};
export const started: RedemptionFact = { type: 'RedemptionStarted', data: start };
export const completed: RedemptionFact = {
  type: 'RedemptionCompleted',
  data: {
    redemptionId,
    locationId,
    deductionId: 'ded_01JD8Z4M2Q7RXK3V5T9W4T7N28',
    amount: usd(1850),
    balance: usd(5600),
    at: noon,
  },
};
export const refusedShort: RedemptionFact = {
  type: 'RedemptionRefused',
  data: { redemptionId, code: 'insufficient-funds', balance: usd(1000), at: noon },
};
export const reversed: RedemptionFact = {
  type: 'RedemptionReversed',
  data: {
    redemptionId,
    locationId,
    reversalId: 'rev_01JD8Z4M2Q7RXK3V5T9W4T7N28',
    amount: usd(1850),
    balance: usd(7450),
    by: device,
    reason: 'Wrong amount',
    at: minutesLater(5),
  },
};
