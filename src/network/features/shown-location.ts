import { reveal } from '../../kernel/personal';
import type { Reader } from '../../platform/web/reader';
import type { Address, LocationDetails } from '../domain/location-details';

/** `12 Pier Road`, `Portland ME 04101`; the country only where it is not the network's own. */
export function addressLines(address: Address | undefined, currency: string, reader: Reader): readonly string[] {
  const { street, city, region, postalCode, country } = address ?? {};
  const abroad = country !== undefined && country !== currency.slice(0, 2) ? reader.country(country) : undefined;
  const place = [city, region, postalCode].filter((part) => part !== undefined).join(' ');
  return [street, place, abroad].filter((line): line is string => line !== undefined && line !== '');
}

/** Where most of our networks are come first; a location's own is there whatever it is. */
export function countryChoices(own: string | undefined, reader: Reader): readonly { value: string; label: string }[] {
  const codes = ['US', 'CA', ...(own !== undefined && own !== 'US' && own !== 'CA' ? [own] : [])];
  return [{ value: '', label: '' }, ...codes.map((value) => ({ value, label: reader.country(value) }))];
}

export const languageChoices = (reader: Reader): readonly { value: string; label: string }[] => [
  { value: '', label: reader.t('network.locations.language-of-network') },
  { value: 'en', label: reader.t('network.locations.language.en') },
  { value: 'fr', label: reader.t('network.locations.language.fr') },
];

/** As the form's fields show it. */
export function detailFields({ name, email, reference, address = {}, phone, website, category, language, listed }: LocationDetails) {
  return { name, email: reveal(email), reference, address, phone, website, category, language, listed: listed !== false };
}
