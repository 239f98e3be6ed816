import type { Reader } from './reader';

/** Whoever has more of something than this is told so much, and the list stays as fast as with few. */
const MOST_COUNTED = 10_000;

/** For a count that is only shown: `{ ...query, ...countedFar }`. */
export const countedFar = { limit: MOST_COUNTED + 1 } as const;

/** `9,312`, or `10,000+` where it was not counted further. */
export const shownCount = (count: number, reader: Reader): string =>
  count > MOST_COUNTED ? `${reader.number(MOST_COUNTED)}+` : reader.number(count);

/** The sentence `{key}.summary`, or `{key}.more-than` where it was not counted further. */
export const countSummary = (key: string, count: number, reader: Reader): string =>
  count > MOST_COUNTED ? reader.t(`${key}.more-than`, { count: MOST_COUNTED }) : reader.t(`${key}.summary`, { count });
