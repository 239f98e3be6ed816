import { folded } from '../../kernel/folded';
import type { FileRow } from '../../platform/uploads/csv-rows';
import { check } from '../../platform/web/validation';
import { locationColumns, type LocationColumn } from '../domain/location-columns';
import { LocationInput, withScheme, type LocationChangesTyped } from './location-input';

/** A row that can be brought in: what the file says of one business. Columns that the file lacks say nothing. */
export interface LocationRow {
  readonly reference: string;
  readonly name: string;
  readonly email: string;
  readonly changes: LocationChangesTyped;
}

/** What is wrong with a row: a key of the catalogues with its figures, so that each reader is told in their language. */
export interface RowProblem {
  readonly column: LocationColumn;
  readonly reason: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** How people name the columns, in both languages, without case, accents, spaces and signs. */
const names: Readonly<Record<LocationColumn, readonly string[]>> = {
  reference: [
    ...['reference', 'ref', 'yourreference', 'id', 'number', 'no', 'code', 'member', 'memberid', 'membernumber', 'memberno', 'membercode'],
    ...['votrereference', 'numero', 'membre', 'nomembre', 'numerodemembre', 'numeromembre', 'codedemembre', 'idmembre'],
  ],
  name: [
    ...['name', 'business', 'businessname', 'company', 'companyname', 'location', 'locationname', 'store', 'storename', 'shop', 'merchant'],
    ...['nom', 'commerce', 'entreprise', 'nomducommerce', 'nomdelentreprise', 'nomcommerce', 'nomentreprise', 'magasin', 'raisonsociale'],
  ],
  email: [
    ...['email', 'emailaddress', 'mail', 'contactemail', 'businessemail'],
    ...['courriel', 'adressecourriel', 'adresseelectronique', 'adresseemail'],
  ],
  phone: ['phone', 'telephone', 'tel', 'phonenumber', 'businessphone', 'numerodetelephone', 'notelephone'],
  website: ['website', 'web', 'url', 'site', 'homepage', 'www', 'webaddress', 'siteweb', 'siteinternet'],
  category: ['category', 'categories', 'type', 'sector', 'industry', 'categorie', 'secteur'],
  street: ['street', 'address', 'streetaddress', 'address1', 'addressline1', 'rue', 'adresse', 'adressecivique'],
  city: ['city', 'town', 'municipality', 'ville', 'municipalite'],
  region: ['region', 'province', 'state', 'stateprovince', 'provincestate', 'provinceorstate', 'etat', 'provinceouetat', 'provinceetat'],
  'postal-code': ['postalcode', 'zip', 'zipcode', 'postcode', 'codepostal', 'cp', 'postalorzipcode', 'zippostalcode'],
  country: ['country', 'pays'],
  language: ['language', 'lang', 'locale', 'maillanguage', 'langue', 'languedescourriels'],
  listed: [
    'listed',
    'directory',
    'indirectory',
    'inthedirectory',
    'showindirectory',
    'annuaire',
    'repertoire',
    'aurepertoire',
    'danslerepertoire',
  ],
};

/** A name of a column as it is compared: `E-mail Address` is `emailaddress`. */
export const bareName = (written: string): string => folded(written).replace(/[^\p{L}\p{N}]/gu, '');

/** What each column probably is: what was said last time of its name counts before what the name says. Each is taken once. */
export function guessColumns(
  headers: readonly string[],
  remembered: Readonly<Record<string, LocationColumn | null>>,
): readonly (LocationColumn | null)[] {
  const taken = new Set<LocationColumn>();
  return headers.map((header) => {
    const bare = bareName(header);
    const column = bare in remembered ? remembered[bare]! : locationColumns.find((each) => names[each].includes(bare));
    if (!column || taken.has(column)) return null;
    taken.add(column);
    return column;
  });
}

export type ReadRow =
  { readonly row: LocationRow } | { readonly problems: readonly RowProblem[]; readonly reference: string; readonly name: string };

/** What a row of the file says, or what is wrong with it, each at its column. */
export function readLocationRow({ cells }: FileRow, columns: readonly (LocationColumn | null)[]): ReadRow {
  const problems: RowProblem[] = [];
  const texts = new Map(columns.flatMap((column, index) => (column ? [[column, textOf(cells[index])] as const] : [])));
  if (cells.slice(columns.length).some((cell) => cell !== '')) problems.push({ column: 'name', reason: 'network.import.too-many-cells' });
  const said = meaningOf(texts, problems);
  const input = withoutNull(said);
  for (const { pointer, message, values } of check(LocationInput, input)) {
    const column = columnAt(pointer);
    if (!problems.some((each) => each.column === column)) problems.push({ column, reason: message, values });
  }
  const [reference, name, email] = [said.reference ?? '', said.name ?? '', said.email ?? ''];
  if (reference === '') problems.unshift({ column: 'reference', reason: 'network.import.reference-missing' });
  return problems.length > 0 ? { problems, reference, name } : { row: { reference, name, email, changes: said } };
}

/** One line, and without the apostrophe that our own export puts before what a spreadsheet would take for a formula. */
const textOf = (cell: string | undefined): string =>
  (cell ?? '')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/^'(?=[=+\-@＝＋－＠])/, '');

function meaningOf(texts: ReadonlyMap<LocationColumn, string>, problems: RowProblem[]): LocationChangesTyped {
  /** Undefined where the file has no such column; null where the cell is empty, which takes away. */
  const text = (column: LocationColumn): string | null | undefined => {
    const found = texts.get(column);
    return found === '' ? null : found;
  };
  const choice = <T>(column: LocationColumn, choices: readonly (readonly [T, readonly string[]])[]): T | null | undefined => {
    const found = text(column);
    if (found === undefined || found === null) return found;
    const meant = choices.find(([, words]) => words.includes(bareName(found)));
    if (!meant) problems.push({ column, reason: `network.import.${column}-unusable` });
    return meant?.[0];
  };
  const address = {
    street: text('street'),
    city: text('city'),
    region: text('region'),
    postalCode: text('postal-code'),
    country: countryOf(text('country'), problems),
  };
  return {
    name: text('name') ?? undefined,
    email: text('email') ?? undefined,
    reference: text('reference'),
    phone: text('phone'),
    website: withScheme(text('website')),
    category: text('category'),
    language: choice('language', languages),
    listed: choice('listed', answers) ?? undefined,
    ...(Object.values(address).some((part) => part !== undefined) ? { address } : {}),
  };
}

const languages = [
  ['en', ['en', 'eng', 'english', 'anglais', 'enus', 'enca']],
  ['fr', ['fr', 'fra', 'french', 'francais', 'frca', 'frfr']],
] as const;
const answers = [
  [true, ['yes', 'y', 'true', '1', 'x', 'on', 'oui', 'o', 'vrai', 'listed']],
  [false, ['no', 'n', 'false', '0', 'off', 'non', 'faux', 'unlisted']],
] as const;
const countries: Readonly<Record<string, string>> = {
  usa: 'US',
  unitedstates: 'US',
  unitedstatesofamerica: 'US',
  etatsunis: 'US',
  canada: 'CA',
  can: 'CA',
};

function countryOf(text: string | null | undefined, problems: RowProblem[]): string | null | undefined {
  if (text === null || text === undefined) return text;
  const bare = bareName(text);
  const code = countries[bare] ?? (/^[a-z]{2}$/.test(bare) ? bare.toUpperCase() : undefined);
  if (!code) problems.push({ column: 'country', reason: 'network.locations.country-unusable' });
  return code;
}

const withoutNull = (value: object): object =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null && each !== undefined)
      .map(([name, each]: [string, unknown]) => [name, typeof each === 'object' ? withoutNull(each as object) : each]),
  );

/** `/address/postalCode` is the column postal-code. */
function columnAt(pointer: string): LocationColumn {
  const name = pointer.slice(pointer.lastIndexOf('/') + 1).replace('postalCode', 'postal-code');
  return locationColumns.find((column) => column === name) ?? 'name';
}
