import { money } from '../../../src/kernel/money';
import {
  changeBrand,
  changeCardRules,
  changeNetworkSettings,
  changeSecondFactor,
  createNetwork,
  network,
  type CardRules,
  type NetworkCreated,
} from '../../../src/network/domain/network';
import { personal } from '../../../src/kernel/personal';
import { given } from '../../support/given';

const at = '2026-11-22T09:00:00.000Z';
const later = '2026-11-23T09:00:00.000Z';
const command = {
  networkId: 'net_1',
  slug: 'harbor-street',
  name: 'Harbor Street',
  currency: 'USD',
  timeZone: 'America/New_York',
  language: 'en',
  brand: '#0f6a73',
  test: false,
  contactEmail: personal('contact-net_1', 'hello@harbor.example'),
  at,
} as const;
const cardRules: CardRules = { smallestValue: money(500, 'USD'), largestValue: money(200_000, 'USD'), codeValidityMinutes: 10 };
const created: NetworkCreated = { type: 'NetworkCreated', data: { ...command, cardRules } };
const settings = {
  name: 'Harbor Street',
  timeZone: 'America/New_York',
  language: 'en',
  contactEmail: personal('contact-net_1', 'hello@harbor.example'),
  postalAddress: undefined,
  at: later,
} as const;

describe('A network', () => {
  it('is created with the standard card rules', () => given(network).when(createNetwork, command).yields(created));
  it('is created once', () => given(network, created).when(createNetwork, command).yields());

  it.each([
    ['an empty name', { ...command, name: ' ' }, 'name-missing'],
    ['a slug with capitals', { ...command, slug: 'Harbor' }, 'slug-not-usable'],
    ['a slug that ends with a dash', { ...command, slug: 'harbor-' }, 'slug-not-usable'],
    ['a slug of two letters', { ...command, slug: 'ab' }, 'slug-not-usable'],
    ['a slug of 41 letters', { ...command, slug: 'a'.repeat(41) }, 'slug-not-usable'],
    ['a brand that is a word', { ...command, brand: 'teal' }, 'brand-not-a-colour'],
  ])('is not created with %s', (_, bad, code) => given(network).when(createNetwork, bad).isRefused(code));

  it('changes its settings', () =>
    given(network, created)
      .when(changeNetworkSettings, { ...settings, name: 'Harbour Street', postalAddress: '1 Quay\nHalifax' })
      .yields({
        type: 'NetworkSettingsChanged',
        data: {
          networkId: 'net_1',
          name: 'Harbour Street',
          timeZone: 'America/New_York',
          language: 'en',
          contactEmail: personal('contact-net_1', 'hello@harbor.example'),
          postalAddress: '1 Quay\nHalifax',
          at: later,
        },
      }));
  it('says nothing when the settings are the same', () => given(network, created).when(changeNetworkSettings, settings).yields());
  it('changes its brand', () =>
    given(network, created)
      .when(changeBrand, { brand: '#112233', at: later })
      .yields({ type: 'BrandChanged', data: { networkId: 'net_1', brand: '#112233', at: later } }));
  it('keeps the brand it has', () => given(network, created).when(changeBrand, { brand: '#0f6a73', at: later }).yields());

  const rules = (change: Partial<CardRules>) => ({ cardRules: { ...cardRules, ...change }, at: later });
  it('changes its card rules', () =>
    given(network, created)
      .when(changeCardRules, rules({ codeValidityMinutes: 15 }))
      .yields({ type: 'CardRulesChanged', data: { networkId: 'net_1', cardRules: { ...cardRules, codeValidityMinutes: 15 }, at: later } }));
  it.each([5, 50])('lets cards live for %i years', (expiryYears) =>
    given(network, created)
      .when(changeCardRules, rules({ expiryYears }))
      .yields({ type: 'CardRulesChanged', data: { networkId: 'net_1', cardRules: { ...cardRules, expiryYears }, at: later } }),
  );
  it('lets cards live for ever again', () => {
    const mortal = { type: 'CardRulesChanged', data: { networkId: 'net_1', cardRules: { ...cardRules, expiryYears: 5 }, at } } as const;
    given(network, created, mortal)
      .when(changeCardRules, rules({}))
      .yields({ type: 'CardRulesChanged', data: { networkId: 'net_1', cardRules, at: later } });
  });
  it('keeps the card rules it has', () => given(network, created).when(changeCardRules, rules({})).yields());
  it.each([
    ['another currency', rules({ largestValue: money(200_000, 'CAD') }), 'currency-mismatch'],
    ['the smallest above the largest', rules({ smallestValue: money(200_001, 'USD') }), 'card-values-out-of-order'],
    ['a smallest value of zero', rules({ smallestValue: money(0, 'USD') }), 'card-values-out-of-order'],
    ['a fraction of a cent', rules({ smallestValue: money(0.5, 'USD') }), 'card-values-out-of-order'],
    ['more than the US limit', rules({ largestValue: money(200_001, 'USD') }), 'card-value-above-limit'],
    ['a code that never expires', rules({ codeValidityMinutes: 61 }), 'code-validity-out-of-range'],
    ['a code that lives half a minute', rules({ codeValidityMinutes: 0.5 }), 'code-validity-out-of-range'],
    ['cards that die before the law allows', rules({ expiryYears: 4 }), 'card-expiry-out-of-range'],
    ['cards that live half a year more', rules({ expiryYears: 5.5 }), 'card-expiry-out-of-range'],
    ['cards that outlive everybody', rules({ expiryYears: 51 }), 'card-expiry-out-of-range'],
  ])('refuses card rules with %s', (_, bad, code) => given(network, created).when(changeCardRules, bad).isRefused(code));

  it('lets a Canadian card hold more', () => {
    const canadian: NetworkCreated = {
      type: 'NetworkCreated',
      data: {
        ...created.data,
        currency: 'CAD',
        cardRules: { smallestValue: money(500, 'CAD'), largestValue: money(200_000, 'CAD'), codeValidityMinutes: 10 },
      },
    };
    const more = { smallestValue: money(500, 'CAD'), largestValue: money(500_000, 'CAD'), codeValidityMinutes: 10 };
    given(network, canadian)
      .when(changeCardRules, { cardRules: more, at: later })
      .yields({ type: 'CardRulesChanged', data: { networkId: 'net_1', cardRules: more, at: later } });
  });

  it('requires a second factor, once, and lets it go', () => {
    const required = { type: 'SecondFactorRequired', data: { networkId: 'net_1', at: later } } as const;
    given(network, created).when(changeSecondFactor, { secondFactor: 'required', at: later }).yields(required);
    given(network, created, required).when(changeSecondFactor, { secondFactor: 'required', at: later }).yields();
    given(network, created, required)
      .when(changeSecondFactor, { secondFactor: 'optional', at: later })
      .yields({ type: 'SecondFactorMadeOptional', data: { networkId: 'net_1', at: later } });
  });

  it.each([
    ['settings', changeNetworkSettings, settings],
    ['a brand', changeBrand, { brand: '#112233', at }],
    ['card rules', changeCardRules, { cardRules, at }],
    ['a second factor', changeSecondFactor, { secondFactor: 'required', at }],
  ] as const)('has no %s before it is created', (_, decide, change) =>
    given(network)
      .when(decide as never, change as never)
      .isRefused('not-found'),
  );
});
