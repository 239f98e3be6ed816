import { Email, Flag, Line, Nested, OneOf, Optional, Pattern, Removable } from '../../platform/web/input';
import type { LocationChanges } from '../domain/location-details';

const HOST = '([\\p{L}\\p{N}]([\\p{L}\\p{N}-]*[\\p{L}\\p{N}])?\\.)+[\\p{L}\\p{N}-]{2,}';
const WEBSITE = `^([Hh][Tt][Tt][Pp][Ss]?://)?${HOST}(:\\d{1,5})?([/?#][^\\s<>"]*)?$`;
const PHONE = '^[+(\\d][\\d\\s().\\-/]{4,25}( ?([Xx#]|ext\\.?|p\\.?|poste) ?\\d{1,6})?$';

const field = {
  name: () => Line(120, { description: 'Name of the business as customers know it', example: 'Blue Door Bakery' }),
  email: () => Email({ description: 'Where its mails go', example: 'hello@bluedoor.example' }),
  reference: () => Line(60, { description: 'Your own reference for it, unique in the network', example: 'M-1017' }),
  phone: () =>
    Pattern(PHONE, 'network.locations.phone-unusable', { most: 40, description: 'As people dial it', example: '+1 207 555 0123' }),
  website: () => Pattern(WEBSITE, 'network.locations.website-unusable', { most: 200, example: 'https://bluedoor.example' }),
  category: () => Line(60, { description: 'What customers look for, in your own words', example: 'Bakery' }),
  language: () => OneOf(['en', 'fr'], { description: 'Of the mails to it; left out: the network’s' }),
  listed: () => Flag({ description: 'Whether the public directory shows it; left out: it does' }),
  street: () => Line(120, { example: '12 Pier Road' }),
  city: () => Line(80, { example: 'Portland' }),
  region: () => Line(60, { description: 'Province or state', example: 'ME' }),
  postalCode: () => Line(12, { example: '04101' }),
  country: () => Pattern('^[A-Z]{2}$', 'network.locations.country-unusable', { most: 2, description: 'ISO 3166-1 alpha-2', example: 'US' }),
};

export class AddressInput {
  @Optional() @field.street() street?: string;
  @Optional() @field.city() city?: string;
  @Optional() @field.region() region?: string;
  @Optional() @field.postalCode() postalCode?: string;
  @Optional() @field.country() country?: string;
}

export class LocationInput {
  @field.name() name!: string;
  @field.email() email!: string;
  @Optional() @field.reference() reference?: string;
  @Optional() @Nested(() => AddressInput) address?: AddressInput;
  @Optional() @field.phone() phone?: string;
  @Optional() @field.website() website?: string;
  @Optional() @field.category() category?: string;
  @Optional() @field.language() language?: 'en' | 'fr';
  @Optional() @field.listed() listed?: boolean;
}

/** A new location may be mailed its activation link at once. */
export class NewLocationInput extends LocationInput {
  @Optional() @Flag({ description: 'Mail the location its activation link at once', example: true }) sendActivationLink?: boolean;
}

export class AddressChangesInput {
  @Removable() @field.street() street?: string | null;
  @Removable() @field.city() city?: string | null;
  @Removable() @field.region() region?: string | null;
  @Removable() @field.postalCode() postalCode?: string | null;
  @Removable() @field.country() country?: string | null;
}

/** What is left out stays as it is. */
export class LocationChangesInput {
  @Optional() @field.name() name?: string;
  @Optional() @field.email() email?: string;
  @Removable() @field.reference() reference?: string | null;
  @Optional() @Nested(() => AddressChangesInput) address?: AddressChangesInput;
  @Removable() @field.phone() phone?: string | null;
  @Removable() @field.website() website?: string | null;
  @Removable() @field.category() category?: string | null;
  @Removable('en', 'fr') @field.language() language?: 'en' | 'fr' | null;
  @Optional() @field.listed() listed?: boolean;
}

/** Changes before anybody knows under which person's key the address is kept. */
export type LocationChangesTyped = Omit<LocationChanges, 'email'> & { readonly email?: string };

/** A form shows every field, so what is empty in it is taken away; its checkbox is always an answer. */
export function wholly({ address = {}, ...input }: LocationInput): LocationChangesTyped {
  const { street = null, city = null, region = null, postalCode = null, country = null } = address;
  const { name, email, reference = null, phone = null, website = null, category = null, language = null, listed = false } = input;
  return {
    name,
    email,
    reference,
    phone,
    website: withScheme(website),
    category,
    language,
    listed,
    address: { street, city, region, postalCode, country },
  };
}

/** `bluedoor.example` is meant as `https://bluedoor.example`. */
export function withScheme<T extends string | null | undefined>(website: T): T | string {
  return website && !/^https?:\/\//i.test(website) ? `https://${website}` : website;
}
