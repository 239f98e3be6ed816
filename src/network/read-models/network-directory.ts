import { unchanged, type Instant, type Projection } from '../../kernel/event-sourcing';
import type { Currency } from '../../kernel/money';
import type { Personal } from '../../kernel/personal';
import type { CardRules, Language, NetworkFact } from '../domain/network';

/** Every network, for whoever asks which there are. One is found by its slug's claim: `NetworkFacade.networkBySlug`. */
export interface NetworkDirectoryEntry {
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
  readonly createdAt: Instant;
}

export const networkDirectory: Projection<NetworkDirectoryEntry, NetworkFact, 'NetworkCreated'> = {
  name: 'network-directory',
  version: 1,
  keys: ({ networkId }) => [networkId],
  indexes: [['slug']],
  begins: {
    NetworkCreated: ({ slug, name, currency, timeZone, language, brand, test, contactEmail, cardRules, at }) => ({
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
      createdAt: at,
    }),
  },
  on: {
    NetworkSettingsChanged: (entry, { name, timeZone, language, contactEmail, postalAddress }) => ({
      ...entry,
      name,
      timeZone,
      language,
      contactEmail,
      postalAddress,
    }),
    BrandChanged: (entry, { brand }) => ({ ...entry, brand }),
    CardRulesChanged: (entry, { cardRules }) => ({ ...entry, cardRules }),
    SecondFactorRequired: (entry) => ({ ...entry, secondFactor: 'required' }),
    RedemptionSettingsChanged: unchanged,
    SecondFactorMadeOptional: (entry) => ({ ...entry, secondFactor: 'optional' }),
  },
};
