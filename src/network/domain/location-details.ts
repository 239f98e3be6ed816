import { isErased, reveal, type Personal } from '../../kernel/personal';

/** Where a business is. Country: ISO 3166-1 alpha-2, `US`. */
export interface Address {
  readonly street?: string;
  readonly city?: string;
  readonly region?: string;
  readonly postalCode?: string;
  readonly country?: string;
}

/**
 * What a network knows of a business beside its name and mail address. All of it is the business's own, meant to be shown to
 * customers, so that it is not kept like what is known of a person; the mail address, often a shopkeeper's own, is.
 */
export interface LocationProfile {
  /** The network's own name for the business (a member number); the key of uploads. */
  readonly reference?: string;
  readonly address?: Address;
  readonly phone?: string;
  /** With its scheme: `https://bluedoor.example`. */
  readonly website?: string;
  /** What customers look for: `Bakery`, in the network's own words. */
  readonly category?: string;
  /** Of the mails to it; absent: the network's. */
  readonly language?: 'en' | 'fr';
  /** Whether the public directory shows it; absent: it does. */
  readonly listed?: boolean;
}

export interface LocationDetails extends LocationProfile {
  readonly name: string;
  /** Often a shopkeeper's own address, so it is kept like one. */
  readonly email: Personal<string>;
}

/** What is left out stays as it is; null takes it away. */
export interface LocationChanges {
  readonly name?: string;
  readonly email?: Personal<string>;
  readonly reference?: string | null;
  readonly address?: { readonly [Part in keyof Address]: string | null | undefined };
  readonly phone?: string | null;
  readonly website?: string | null;
  readonly category?: string | null;
  readonly language?: 'en' | 'fr' | null;
  readonly listed?: boolean;
}

const parts = ['street', 'city', 'region', 'postalCode', 'country'] as const;

/** The details of a fact or state, each field named, so that what is absent takes away what was there. */
export function detailsOf({
  name,
  email,
  reference,
  address,
  phone,
  website,
  category,
  language,
  listed,
}: LocationDetails): LocationDetails {
  return { name, email, reference, address, phone, website, category, language, listed: listed ?? true };
}

export function changed(now: LocationDetails, changes: LocationChanges): LocationDetails {
  return {
    name: changes.name ?? now.name,
    email: changes.email === undefined || sameAddress(now.email, changes.email) ? now.email : changes.email,
    reference: after(now.reference, changes.reference),
    address: addressAfter(now.address, changes.address),
    phone: after(now.phone, changes.phone),
    website: after(now.website, changes.website),
    category: after(now.category, changes.category),
    language: after(now.language, changes.language),
    listed: changes.listed ?? now.listed,
  };
}

/** Which fields differ, by their names; parts of the address by theirs. */
export function differences(before: LocationDetails, after: LocationDetails): readonly LocationField[] {
  const fields: LocationField[] = [];
  if (before.name !== after.name) fields.push('name');
  if (!sameAddress(before.email, after.email)) fields.push('email');
  for (const field of ['reference', 'phone', 'website', 'category', 'language', 'listed'] as const) {
    if (before[field] !== after[field]) fields.push(field);
  }
  return [...fields, ...parts.filter((part) => before.address?.[part] !== after.address?.[part])];
}

export type LocationField = 'name' | 'email' | keyof Omit<LocationProfile, 'address'> | keyof Address;

const after = <T>(value: T | undefined, change: T | null | undefined): T | undefined =>
  change === undefined ? value : (change ?? undefined);

const sameAddress = (a: Personal<string>, b: Personal<string>): boolean =>
  isErased(a) || isErased(b) ? isErased(a) && isErased(b) : reveal(a) === reveal(b);

function addressAfter(address: Address | undefined, changes: LocationChanges['address']): Address | undefined {
  if (changes === undefined) return address;
  const all = parts.map((part) => [part, after(address?.[part], changes[part])] as const).filter(([, value]) => value !== undefined);
  return all.length > 0 ? (Object.fromEntries(all) as Address) : undefined;
}
