import { addressOf, devices, people, places, values, wishes } from './cast';

/** What happens to a card after it was sold; `after` is minutes since the step before. */
export type Twist =
  | { readonly kind: 'deduct' | 'deduct-by-code' | 'redeem'; readonly share: number; readonly place: number; readonly after: number }
  | { readonly kind: 'wrong-code' | 'late-code' | 'withdrawn-code'; readonly share: number; readonly place: number; readonly after: number }
  | { readonly kind: 'reverse-last'; readonly after: number }
  | { readonly kind: 'top-up'; readonly amount: number; readonly after: number }
  | { readonly kind: 'block' | 'unblock' | 'void' | 'replace'; readonly reason: string; readonly after: number };

export interface CardPlan {
  readonly buyer: { readonly name: string; readonly email: string };
  readonly recipient: { readonly name: string; readonly email: string };
  readonly language: 'en' | 'fr';
  readonly message: string;
  readonly value: number;
  readonly soldAt: number;
  /** Sold by the partner's shop, or at the counter. */
  readonly by: 'shop' | 'counter';
  /** Days after the sale; undefined: at once. */
  readonly deliverAfterDays?: number;
  readonly twists: readonly Twist[];
}

const DAY = 86_400_000;
const MONTHS_BACK = 150;

/** Chance that comes out the same every time (mulberry32), so that every demo tells the same story. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Five months of sales up to now: a few each week, more before the holidays. */
export function planOf(now: number, count = 60): readonly CardPlan[] {
  const random = chance(7);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  return Array.from({ length: count }, (_, index) => {
    const [name, language] = pick(people);
    const [buyer] = pick(people.filter(([other]) => other !== name));
    // Denser towards the end: the square root pushes sales to recent weeks.
    const age = MONTHS_BACK * (1 - Math.sqrt((index + random()) / count)) + 0.2;
    return {
      buyer: { name: buyer, email: addressOf(buyer) },
      recipient: { name, email: addressOf(name) },
      language,
      message: pick(wishes[language]),
      value: pick(values),
      soldAt: shopHours(now - age * DAY, random),
      by: random() < 0.65 ? 'shop' : 'counter',
      deliverAfterDays: index === count - 1 || index === count - 4 ? 9 : random() < 0.15 ? 2 : undefined,
      twists: index >= count - 4 ? [] : [...(special[index] ?? spending(random))],
    } satisfies CardPlan;
  }).sort((a, b) => a.soldAt - b.soldAt);
}

/** The same day, or the one before where that would be later: between nine and six in New York, give or take daylight saving. */
export function shopHours(at: number, random: () => number): number {
  const opens = Math.floor(at / DAY) * DAY + (14 + random() * 8) * 3_600_000;
  return Math.round(opens <= at ? opens : opens - DAY);
}

const visited = [...places.keys(), ...Object.keys(devices).flatMap((place) => [Number(place), Number(place)])];

/** Most cards are spent in one to three visits, some not yet. */
function spending(random: () => number): readonly Twist[] {
  const visits = Math.floor(random() * 3.6);
  return Array.from({ length: visits }, () => {
    const asked = random() < 0.45 ? ('deduct-by-code' as const) : ('deduct' as const);
    const share = 0.15 + random() * 0.45;
    // Places that redeem on a device have more customers with cards.
    const place = visited[Math.floor(random() * visited.length)]!;
    const after = Math.round((2 + random() * 14) * 1440);
    return { kind: place in devices ? ('redeem' as const) : asked, share, place, after };
  });
}

/** The stories that somebody who looks around should find, by the number of the card. */
const special: Readonly<Record<number, readonly Twist[]>> = {
  3: [
    { kind: 'wrong-code', share: 0.4, place: 1, after: 4000 },
    { kind: 'deduct-by-code', share: 0.4, place: 1, after: 30 },
  ],
  8: [
    { kind: 'deduct', share: 0.5, place: 3, after: 5000 },
    { kind: 'reverse-last', after: 25 },
    { kind: 'deduct', share: 0.3, place: 3, after: 15 },
  ],
  12: [{ kind: 'late-code', share: 0.6, place: 5, after: 6000 }],
  17: [
    { kind: 'deduct-by-code', share: 0.3, place: 2, after: 7000 },
    { kind: 'top-up', amount: 5000, after: 3000 },
    { kind: 'deduct', share: 0.5, place: 8, after: 4000 },
  ],
  22: [
    { kind: 'block', reason: 'Reported stolen', after: 3000 },
    { kind: 'replace', reason: '', after: 60 },
    { kind: 'unblock', reason: 'New card sent', after: 10 },
  ],
  29: [{ kind: 'void', reason: 'Order cancelled by the buyer', after: 900 }],
  34: [
    { kind: 'withdrawn-code', share: 0.2, place: 6, after: 2000 },
    { kind: 'deduct', share: 0.2, place: 6, after: 5 },
  ],
  41: [{ kind: 'block', reason: 'Buyer says it was bought by mistake', after: 2500 }],
  45: [{ kind: 'deduct', share: 1, place: 7, after: 3000 }],
};
