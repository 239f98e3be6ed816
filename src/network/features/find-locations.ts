import { folded } from '../../kernel/folded';
import type { Filter } from '../../platform/read-store/read-store';

export const locationStatuses = ['open', 'suspended', 'closed'] as const;
export type LocationStatus = (typeof locationStatuses)[number];

export interface LocationQuery {
  readonly status?: LocationStatus;
  readonly reference?: string;
  /** Typed by somebody: the beginning of a name or of a word in it, of a reference, an address or a city. */
  readonly q?: string;
}

const names = ['name', 'secondWord', 'thirdWord', 'fourthWord'];

/** Which locations a search means: the one set of rules for pages and the API. `anyOf` is left out when there is nothing to search for. */
export function meantLocations(network: string, { status, reference, q }: LocationQuery): { filter: Filter; anyOf?: readonly Filter[] } {
  const filter: Filter = { network, ...(status ? { status } : {}), ...(reference ? { reference } : {}) };
  const text = folded(q ?? '');
  if (text === '') return { filter };
  if (text.includes('@')) return { filter, anyOf: [beginsWith('email.value', text)] };
  return { filter, anyOf: [...names, 'reference', 'city', 'email.value'].map((field) => beginsWith(field, text)) };
}

/** What customers look for in the directory: never by address or reference, which it does not show. */
export function meantInDirectory(network: string, query: { q?: string; category?: string; city?: string }) {
  const text = folded(query.q ?? '');
  const filter: Filter = {
    network,
    'search.shown': 'yes',
    ...(query.category ? { 'search.category': query.category } : {}),
    ...(query.city ? { 'search.city': query.city } : {}),
  };
  return text === '' ? { filter } : { filter, anyOf: [...names, 'category', 'city'].map((field) => beginsWith(field, text)) };
}

const beginsWith = (field: string, text: string): Filter => ({ [`search.${field}`]: { prefix: text } });
