import type { CardImportFact } from '../../src/cards/domain/card-import';
import type { GiftCardFact } from '../../src/cards/domain/gift-card.facts';
import type { Fact } from '../../src/kernel/event-sourcing';
import type { Money } from '../../src/kernel/money';
import { personal } from '../../src/kernel/personal';
import type { ApiKeyFact } from '../../src/network/domain/api-key';
import type { EmployeeFact } from '../../src/network/domain/employee';
import type { ActivationRoundFact } from '../../src/network/domain/activation-round';
import type { LocationFact } from '../../src/network/domain/location';
import type { LocationImportFact } from '../../src/network/domain/location-import';
import type { NetworkFact } from '../../src/network/domain/network';
import type { WebhookDeliveryFact } from '../../src/network/domain/webhook-delivery';
import type { WebhookEndpointFact } from '../../src/network/domain/webhook-endpoint';
import type { RedemptionFact } from '../../src/redemption/domain/redemption';
import type { ClaimFact } from '../../src/platform/event-store/claims';
import type { PersonFact } from '../../src/platform/security/person';
import { posPaymentSamples, tillSamples } from './golden-samples-of-tills';

/** One fact of every type, with every field that it can have: what new golden files are written from. A missing type does not compile. */
type SamplesOf<F extends Fact> = { readonly [T in F['type']]: Extract<F, { type: T }>['data'] };

const at = '2026-11-22T09:30:00.000Z';
const later = '2026-11-22T09:40:00.000Z';
const usd = (amount: number): Money => ({ amount, currency: 'USD' });
const cardId = 'card_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const employeeId = 'emp_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const locationId = 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const networkId = 'net_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const itemId = 'itm_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const clerkId = 'clk_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const endpointId = 'whe_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const deliveryId = 'msg_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const apiKeyId = 'key_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const deductionId = 'ded_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const deviceId = 'dev_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const linkId = 'link_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const importId = 'imp_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const hash = 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg';
const by = { kind: 'employee', id: employeeId } as const;
const cardRules = { smallestValue: usd(500), largestValue: usd(200_000), codeValidityMinutes: 10 };
const name = personal(employeeId, 'Nadia Roy');
const email = personal(employeeId, 'nadia@harborstreet.example');
const link = { id: 'lnk_01JD8Z4M2Q7RXK3V5T9WBN6CHG', hash, keyVersion: 1, expiresAt: later };
const contactEmail = personal(`contact-${networkId}`, 'hello@harborstreet.example');
const position = { roles: ['employee'], defaultLocationId: locationId } as const;
const buyer = { email: personal(`${cardId}.buyer`, 'amelie@example.com'), name: personal(`${cardId}.buyer`, 'Amélie Côté') };
const recipient = { email: personal(`${cardId}.recipient`, 'bo@example.com'), name: personal(`${cardId}.recipient`, 'Bo Lund') };
const code = { sealed: 'v1.aXY.Y2lwaGVydGV4dA', hash, lastFour: 'HZ3C' };
const cardLink = { number: 1, keyVersion: 1, hash };

const networks: SamplesOf<NetworkFact> = {
  NetworkCreated: {
    networkId,
    slug: 'harbor-street',
    name: 'Harbor Street',
    currency: 'USD',
    timeZone: 'America/New_York',
    language: 'en',
    brand: '#0f6a73',
    test: false,
    contactEmail,
    cardRules,
    at,
  },
  NetworkSettingsChanged: {
    networkId,
    name: 'Harbor Street',
    timeZone: 'America/Toronto',
    language: 'fr',
    contactEmail,
    postalAddress: '1 Pier',
    at,
  },
  BrandChanged: { networkId, brand: '#0f6a73', at },
  CardRulesChanged: { networkId, cardRules, at },
  SecondFactorRequired: { networkId, at },
  SecondFactorMadeOptional: { networkId, at },
  RedemptionSettingsChanged: { networkId, noticeEmails: [personal(`notices-${networkId}`, 'orders@example.com')], clerk: 'name', at },
};

const people: SamplesOf<EmployeeFact> = {
  OwnerRegistered: { employeeId, name, email, position: { roles: ['owner'] }, passwordId: 'pwd_1', at },
  EmployeeInvited: { employeeId, name, email, position, invitation: link, at },
  InvitationRenewed: { employeeId, invitation: link, at },
  InvitationAccepted: { employeeId, name, passwordId: 'pwd_1', at },
  EmployeeRenamed: { employeeId, name, at },
  PositionChanged: { employeeId, position, at },
  PasswordChanged: { employeeId, passwordId: 'pwd_2', how: 'reset', at },
  PasswordResetRequested: { employeeId, reset: link, at },
  SecondFactorEnrolled: { employeeId, secondFactorId: 'otp_1', at },
  SecondFactorRemoved: { employeeId, at },
  SecondFactorDemanded: { employeeId, at },
  SecondFactorDemandLifted: { employeeId, at },
  EmployeeDisabled: { employeeId, at },
  EmployeeEnabled: { employeeId, at },
};

const place = {
  locationId,
  name: 'Blue Door Bakery',
  email: personal(`location-${locationId}`, 'hello@bluedoor.example'),
  reference: 'M-1017',
  address: { street: '12 Pier Road', city: 'Portland', region: 'ME', postalCode: '04101', country: 'US' },
  phone: '+1 207 555 0123',
  website: 'https://bluedoor.example',
  category: 'Bakery',
  language: 'fr',
  listed: false,
  at,
} as const;
const places: SamplesOf<LocationFact> = {
  LocationCreated: place,
  LocationChanged: place,
  LocationSuspended: { locationId, at },
  LocationResumed: { locationId, at },
  LocationClosed: { locationId, at },
  ActivationLinkIssued: { locationId, linkId, keyVersion: 1, hash, expiresAt: later, mail: true, by, at },
  ActivationLinkWithdrawn: { locationId, linkId, by, at },
  DeviceActivated: { locationId, deviceId, code: 'MAPLE-42', name: 'Till 1', linkId, credentialHash: hash, at },
  DeviceRenamed: { locationId, deviceId, name: 'Till 2', at },
  DeviceRevoked: { locationId, deviceId, by, at },
  ItemAdded: { locationId, itemId, name: 'Sourdough loaf', price: usd(850), active: true, order: 1, picture: hash, at },
  ItemChanged: { locationId, itemId, name: 'Sourdough loaf', price: usd(900), active: false, order: 2, picture: hash, at },
  ItemRemoved: { locationId, itemId, at },
  ItemNoticesChanged: { locationId, mailItems: true, at },
  ClerkAdded: {
    locationId,
    clerkId,
    name: personal(`clerk:${locationId}.${clerkId}`, 'June'),
    pinId: 'pin_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
    at,
  },
  ClerkRenamed: { locationId, clerkId, name: personal(`clerk:${locationId}.${clerkId}`, 'June B.'), at },
  ClerkPinChanged: { locationId, clerkId, pinId: 'pin_01JD8Z4M2Q7RXK3V5T9WBN6CHH', at },
  ClerkRemoved: { locationId, clerkId, at },
  ...tillSamples,
};

const url = 'https://bluedoor.example/largesse';
const secret = { sealed: 'v1.aXY.Y2lwaGVydGV4dA', hint: 'LSw=' };
const endpoints: SamplesOf<WebhookEndpointFact> = {
  WebhookSet: { endpointId, locationId, url, offersItems: true, secret, at },
  WebhookChanged: { endpointId, url, offersItems: false, at },
  WebhookSecretRotated: { endpointId, secret, overlapUntil: later, at },
  WebhookPaused: { endpointId, at },
  WebhookResumed: { endpointId, at },
  WebhookDisabled: { endpointId, why: 'gone', at },
  WebhookRemoved: { endpointId, at },
};

const deliveries: SamplesOf<WebhookDeliveryFact> = {
  WebhookDeliveryQueued: { deliveryId, endpointId, locationId, type: 'redemption.completed', data: { redemptionId: 'rdm_1' }, at },
  WebhookDeliveryAttempted: {
    deliveryId,
    attempt: 1,
    url,
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    timestamp: 1_763_803_800,
    status: 500,
    error: 'late',
    answer: 'Internal Server Error',
    took: 120,
    nextAt: later,
    at,
  },
  WebhookDelivered: { deliveryId, attempt: 2, at },
  WebhookDeliveryParked: { deliveryId, why: 'given-up', at },
  WebhookDeliveryReplayed: { deliveryId, by, at },
};

const roundId = 'rnd_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const rounds: SamplesOf<ActivationRoundFact> = {
  ActivationRoundStarted: { roundId, by, at },
  ActivationRoundAdvanced: { roundId, after: { createdAt: at, locationId }, sent: 98, passed: 2, at },
  ActivationRoundCompleted: { roundId, at },
};

const keys: SamplesOf<ApiKeyFact> = {
  ApiKeyCreated: { apiKeyId, name: 'Web shop', keyHash: hash, prefix: 'lg_9TQ4M7', scopes: ['cards.issue'], at },
  ApiKeyRevoked: { apiKeyId, at },
};

const cards: SamplesOf<GiftCardFact> = {
  CardIssued: {
    cardId,
    network: networkId,
    value: usd(5000),
    balance: usd(5000),
    limit: usd(200_000),
    buyer,
    recipient,
    language: 'en',
    message: personal(`${cardId}.recipient`, 'Happy birthday!'),
    delivery: { kind: 'at', at: later },
    code,
    link: cardLink,
    source: { kind: 'counter', payment: { method: 'cash', reference: 'slip 12' } },
    design: 'ribbon',
    expiresAt: '2032-01-01T00:00:00.000Z',
    by,
    locationId,
    at,
  },
  GiftMailRequested: { cardId, mail: 1, by, at },
  GiftMailFailed: { cardId, mail: 1, reason: 'mailbox unavailable', at },
  CardDelivered: { cardId, how: { kind: 'mail', mail: 1 }, at },
  FundsDeducted: {
    cardId,
    deductionId,
    amount: usd(2000),
    balance: usd(3000),
    by,
    locationId,
    why: { kind: 'api', reference: 'till 4' },
    notify: true,
    at,
  },
  CardToppedUp: {
    cardId,
    topUpId: 'top_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
    amount: usd(2500),
    balance: usd(5500),
    by,
    locationId,
    why: { kind: 'api', reference: 'order 1' },
    expiresAt: '2032-01-01T00:00:00.000Z',
    at,
  },
  DeductionReversed: {
    cardId,
    reversalId: 'rev_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
    deductionId,
    amount: usd(2000),
    balance: usd(5000),
    by,
    locationId,
    reason: 'Wrong card',
    at,
  },
  DeductionRequested: {
    cardId,
    deductionId,
    amount: usd(2000),
    by,
    locationId,
    codeHash: hash,
    keyVersion: 1,
    stopHash: hash,
    expiresAt: later,
    at,
  },
  DeductionCodeRejected: { cardId, deductionId, attemptsLeft: 2, by, at },
  DeductionCancelled: { cardId, deductionId, reason: 'attempts', by, at },
  RedemptionDeclined: {
    cardId,
    redemptionId: 'rdm_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
    deductionId,
    amount: usd(6000),
    balance: usd(5000),
    refusal: 'insufficient-funds',
    locationId,
    by,
    at,
  },
  BuyerMailSent: { cardId, mail: 'receipt', about: cardId, at },
  BuyerMailFailed: { cardId, mail: 'funds-deducted', about: deductionId, reason: 'mailbox unavailable', at },
  CardBlocked: { cardId, reason: 'Reported stolen', by, at },
  CardFrozenByBuyer: { cardId, deductionId, at },
  CardUnblocked: { cardId, reason: 'Found again', by, at },
  CardVoided: { cardId, amount: usd(3000), balance: usd(0), reason: 'Order cancelled', by, at },
  CardExpired: { cardId, amount: usd(3000), balance: usd(0), at },
  CardReplaced: { cardId, code, link: { ...cardLink, number: 2 }, replaced: { codeHash: hash, linkHash: hash }, why: 'lost', by, at },
  RecipientCorrected: { cardId, recipient, by, at },
  BuyerCorrected: { cardId, buyer, by, at },
};

const imports: SamplesOf<CardImportFact> = {
  CardImportUploaded: { importId, network: networkId, rows: 3, valid: 2, chunks: 1, total: usd(7500), by, at },
  CardImportConfirmed: { importId, mode: 'validRowsOnly', by, at },
  CardImportChunkIssued: { importId, chunk: 0, issued: 2, at },
  CardImportCompleted: { importId, issued: 2, at },
  CardImportDiscarded: { importId, by, at },
};

const redemptionId = 'rdm_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
const redemptions: SamplesOf<RedemptionFact> = {
  RedemptionStarted: {
    redemptionId,
    network: networkId,
    cardId,
    lastFour: 'HZ3C',
    presented: hash,
    locationId,
    by: { kind: 'device', id: 'dev_01JD8Z4M2Q7RXK3V5T9WBN6CHG' },
    what: {
      kind: 'items',
      source: 'stored',
      items: [{ itemId: 'itm_01JD8Z4M2Q7RXK3V5T9WBN6CHG', name: 'Country loaf', price: usd(850), quantity: 3 }],
    },
    amount: usd(2000),
    asked: usd(2550),
    clerk: personal('clerk-1', 'June'),
    via: 'screen',
    reference: 'till 4',
    at,
  },
  RedemptionCompleted: { redemptionId, locationId, deductionId, amount: usd(2000), balance: usd(0), at },
  RedemptionRefused: { redemptionId, code: 'insufficient-funds', balance: usd(1000), at },
  RedemptionReversed: {
    redemptionId,
    locationId,
    reversalId: 'rev_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
    amount: usd(2000),
    balance: usd(2000),
    by,
    reason: 'Wrong card',
    at,
  },
};

const persons: SamplesOf<PersonFact> = {
  PersonErasureBegun: { subjects: [employeeId], at },
  PersonErased: { subjects: [employeeId], at },
};

const claims: SamplesOf<ClaimFact> = {
  Claimed: { owner: employeeId, at },
  ClaimReleased: { owner: employeeId, at },
};

const counts = { created: 280, changed: 17, same: 2, refused: 1 };
const lists: SamplesOf<LocationImportFact> = {
  LocationImportUploaded: { importId, network: networkId, rows: 300, chunks: 2, by, at },
  LocationImportMatched: { importId, round: 1, columns: ['reference', 'name', 'email', null], by, at },
  LocationImportChecked: { importId, round: 1, counts, at },
  LocationImportConfirmed: { importId, mode: 'validRowsOnly', by, at },
  LocationImportChunkDone: { importId, chunk: 0, counts, at },
  LocationImportCompleted: { importId, counts, at },
  LocationImportDiscarded: { importId, by, at },
  LocationImportActivationsAsked: { importId, by, at },
  LocationImportActivationsSent: { importId, chunk: 1, sent: 120, last: true, at },
};

export const samples: Readonly<Record<string, object>> = {
  ...networks,
  ...people,
  ...places,
  ...lists,
  ...endpoints,
  ...deliveries,
  ...keys,
  ...rounds,
  ...cards,
  ...imports,
  ...redemptions,
  ...posPaymentSamples,
  ...persons,
  ...claims,
};

/** Shapes of the same schema that came with optional fields: `Type.v1.word` → the sample as it was when they came. */
export const variants: Readonly<Record<string, object>> = {
  'LocationCreated.v1.details': place,
  'LocationChanged.v1.details': place,
};
