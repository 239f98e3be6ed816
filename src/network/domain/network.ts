import { unknownFact, type Aggregate, type Fact, type Instant } from '../../kernel/event-sourcing';
import { money, type Currency, type Money } from '../../kernel/money';
import { reveal, type Personal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { standardRedemption, type RedemptionSettings, type RedemptionSettingsChanged } from './redemption-settings';

/** What a card of the network may be worth, how long it lives, and how long a deduction code does. */
export interface CardRules {
  readonly smallestValue: Money;
  /** Also the most that a card may ever hold. */
  readonly largestValue: Money;
  /** Minutes a deduction code lives. */
  readonly codeValidityMinutes: number;
  /** Whole years from issue or the last load; absent: cards never expire. */
  readonly expiryYears?: number;
}

export type Language = 'en' | 'fr';

export type NetworkCreated = Fact<
  'NetworkCreated',
  {
    networkId: string;
    slug: string;
    name: string;
    currency: Currency;
    /** IANA name. */
    timeZone: string;
    language: Language;
    /** `#rrggbb` */
    brand: string;
    /** Test networks take sandbox payments only. */
    test: boolean;
    /** Often the owner's own address, so it is kept like one. */
    contactEmail: Personal<string>;
    cardRules: CardRules;
    at: Instant;
  }
>;
export type NetworkSettingsChanged = Fact<
  'NetworkSettingsChanged',
  {
    networkId: string;
    name: string;
    timeZone: string;
    language: Language;
    contactEmail: Personal<string>;
    postalAddress?: string;
    at: Instant;
  }
>;
export type BrandChanged = Fact<'BrandChanged', { networkId: string; brand: string; at: Instant }>;
export type CardRulesChanged = Fact<'CardRulesChanged', { networkId: string; cardRules: CardRules; at: Instant }>;
/** Every employee signs in with a second factor from now on; those without one enrol at their next sign-in. */
export type SecondFactorRequired = Fact<'SecondFactorRequired', { networkId: string; at: Instant }>;
export type SecondFactorMadeOptional = Fact<'SecondFactorMadeOptional', { networkId: string; at: Instant }>;

export type NetworkFact =
  | NetworkCreated
  | NetworkSettingsChanged
  | BrandChanged
  | CardRulesChanged
  | SecondFactorRequired
  | SecondFactorMadeOptional
  | RedemptionSettingsChanged;

export interface OpenNetwork {
  readonly status: 'open';
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly currency: Currency;
  readonly timeZone: string;
  readonly language: Language;
  readonly brand: string;
  readonly test: boolean;
  readonly contactEmail: Personal<string>;
  readonly postalAddress?: string;
  readonly cardRules: CardRules;
  readonly secondFactor: 'optional' | 'required';
  readonly redemption: RedemptionSettings;
  readonly createdAt: Instant;
}
export type Network = { readonly status: 'unknown' } | OpenNetwork;

export const network: Aggregate<Network, NetworkFact> = {
  initial: { status: 'unknown' },
  evolve(state, fact) {
    if (fact.type === 'NetworkCreated') return created(fact.data);
    if (state.status === 'unknown') throw new Error(`${fact.type} before NetworkCreated`);
    switch (fact.type) {
      case 'NetworkSettingsChanged': {
        const { name, timeZone, language, contactEmail, postalAddress } = fact.data;
        return { ...state, name, timeZone, language, contactEmail, postalAddress };
      }
      case 'BrandChanged':
        return { ...state, brand: fact.data.brand };
      case 'CardRulesChanged':
        return { ...state, cardRules: fact.data.cardRules };
      case 'RedemptionSettingsChanged':
        return { ...state, redemption: { noticeEmails: fact.data.noticeEmails, clerk: fact.data.clerk } };
      case 'SecondFactorRequired':
        return { ...state, secondFactor: 'required' };
      case 'SecondFactorMadeOptional':
        return { ...state, secondFactor: 'optional' };
      default:
        return unknownFact(fact);
    }
  },
};

function created(data: NetworkCreated['data']): OpenNetwork {
  const { networkId, slug, name, currency, timeZone, language, brand, test, contactEmail, cardRules, at } = data;
  return {
    status: 'open',
    id: networkId,
    slug,
    name,
    currency,
    timeZone,
    language,
    brand,
    test,
    contactEmail,
    cardRules,
    secondFactor: 'optional',
    redemption: standardRedemption,
    createdAt: at,
  };
}

/** The brand of a network that has not chosen one: the house colour. */
export const houseBrand = '#8c2b56';

/** US closed-loop limit of 31 CFR 1022: no card may hold more. Canada has no such limit; ours keeps typing errors out. */
const mostPerCard: Readonly<Record<Currency, number>> = { USD: 200_000, CAD: 1_000_000 };

/** Years: nothing shorter is lawful in the US (12 CFR 1005.20), and nothing longer is meant. */
export const shortestLife = 5;
export const longestLife = 50;

export const standardCardRules = (currency: Currency): CardRules => ({
  smallestValue: money(500, currency),
  largestValue: money(200_000, currency),
  codeValidityMinutes: 10,
});

const slugShape = /^[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]$/;
const brandShape = /^#[0-9a-f]{6}$/;

export interface CreateNetwork {
  readonly networkId: string;
  readonly slug: string;
  readonly name: string;
  readonly currency: Currency;
  readonly timeZone: string;
  readonly language: Language;
  readonly brand: string;
  readonly test: boolean;
  readonly contactEmail: Personal<string>;
  readonly at: Instant;
}

export function createNetwork(state: Network, command: CreateNetwork): NetworkFact[] {
  const { networkId, slug, name, currency, timeZone, language, brand, test, contactEmail, at } = command;
  if (state.status !== 'unknown') return [];
  if (!slugShape.test(slug)) throw new Rejection('slug-not-usable', { slug });
  named(name);
  coloured(brand);
  const cardRules = standardCardRules(currency);
  return [
    { type: 'NetworkCreated', data: { networkId, slug, name, currency, timeZone, language, brand, test, contactEmail, cardRules, at } },
  ];
}

export interface ChangeNetworkSettings {
  readonly name: string;
  readonly timeZone: string;
  readonly language: Language;
  readonly contactEmail: Personal<string>;
  readonly postalAddress?: string;
  readonly at: Instant;
}

export function changeNetworkSettings(
  state: Network,
  { name, timeZone, language, contactEmail, postalAddress, at }: ChangeNetworkSettings,
): NetworkFact[] {
  const now = open(state);
  named(name);
  const same =
    now.name === name &&
    now.timeZone === timeZone &&
    now.language === language &&
    reveal(now.contactEmail) === reveal(contactEmail) &&
    now.postalAddress === postalAddress;
  if (same) return [];
  return [{ type: 'NetworkSettingsChanged', data: { networkId: now.id, name, timeZone, language, contactEmail, postalAddress, at } }];
}

export function changeBrand(state: Network, { brand, at }: { brand: string; at: Instant }): NetworkFact[] {
  const now = open(state);
  coloured(brand);
  return now.brand === brand ? [] : [{ type: 'BrandChanged', data: { networkId: now.id, brand, at } }];
}

export function changeCardRules(state: Network, { cardRules, at }: { cardRules: CardRules; at: Instant }): NetworkFact[] {
  const now = open(state);
  sensible(cardRules, now.currency);
  if (sameRules(now.cardRules, cardRules)) return [];
  const { smallestValue, largestValue, codeValidityMinutes, expiryYears } = cardRules;
  const rules: CardRules = { smallestValue, largestValue, codeValidityMinutes, ...(expiryYears === undefined ? {} : { expiryYears }) };
  return [{ type: 'CardRulesChanged', data: { networkId: now.id, cardRules: rules, at } }];
}

export function changeSecondFactor(
  state: Network,
  { secondFactor, at }: { secondFactor: 'optional' | 'required'; at: Instant },
): NetworkFact[] {
  const now = open(state);
  if (now.secondFactor === secondFactor) return [];
  const type = secondFactor === 'required' ? 'SecondFactorRequired' : 'SecondFactorMadeOptional';
  return [{ type, data: { networkId: now.id, at } }];
}

function open(state: Network): OpenNetwork {
  if (state.status === 'unknown') throw new Rejection('not-found');
  return state;
}

function named(name: string): void {
  if (name.trim() === '') throw new Rejection('name-missing');
}

function coloured(brand: string): void {
  if (!brandShape.test(brand)) throw new Rejection('brand-not-a-colour', { brand });
}

function sensible({ smallestValue, largestValue, codeValidityMinutes, expiryYears }: CardRules, currency: Currency): void {
  if (smallestValue.currency !== currency || largestValue.currency !== currency)
    throw new Rejection('currency-mismatch', { expected: currency });
  const most = money(mostPerCard[currency], currency);
  const whole = Number.isSafeInteger(smallestValue.amount) && Number.isSafeInteger(largestValue.amount);
  if (!whole || smallestValue.amount < 1 || smallestValue.amount > largestValue.amount) throw new Rejection('card-values-out-of-order');
  if (largestValue.amount > most.amount) throw new Rejection('card-value-above-limit', { most });
  if (!Number.isInteger(codeValidityMinutes) || codeValidityMinutes < 1 || codeValidityMinutes > 60)
    throw new Rejection('code-validity-out-of-range');
  if (expiryYears !== undefined && !(Number.isInteger(expiryYears) && expiryYears >= shortestLife && expiryYears <= longestLife))
    throw new Rejection('card-expiry-out-of-range');
}

const sameRules = (a: CardRules, b: CardRules): boolean =>
  a.smallestValue.amount === b.smallestValue.amount &&
  a.largestValue.amount === b.largestValue.amount &&
  a.codeValidityMinutes === b.codeValidityMinutes &&
  a.expiryYears === b.expiryYears;
