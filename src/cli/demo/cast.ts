/** Who and what there is in the demo. Addresses end in `.example`, so that no mail can ever leave. */
export const network = {
  name: 'Harbor Street',
  slug: 'harbor-street',
  currency: 'USD',
  timeZone: 'America/New_York',
  language: 'en',
  brand: '#0f6a73',
} as const;

/** The same for everybody: a demo, on this machine, with nothing to steal. */
export const password = 'paper lantern road 42';

export const owner = { name: 'Nadia Roy', email: 'nadia@harborstreet.example' };

export const employees = [
  { name: 'Luis Ortega', email: 'luis@harborstreet.example', roles: ['manager'], place: 0 },
  { name: 'Amélie Côté', email: 'amelie@harborstreet.example', roles: ['employee'], place: 2, language: 'fr' },
  { name: 'Jonas Weber', email: 'jonas@harborstreet.example', roles: ['employee'], place: 4 },
  { name: 'Grace Okafor', email: 'grace@harborstreet.example', roles: ['finance'], place: 0 },
  { name: 'Ines Duarte', email: 'ines@harborstreet.example', roles: ['auditor'], place: 0 },
] as const;

/** Invited and not here yet. */
export const invited = { name: 'Theo Brandt', email: 'theo@harborstreet.example', roles: ['employee'] };

export const places = [
  'Blue Door Bakery',
  'Maple & Pine Books',
  'Café de la Jetée',
  'Salt & Cedar Salon',
  'The Toy Lighthouse',
  'Harbor Cycles',
  'Fern & Thistle Flowers',
  'Old Mill Records',
  'Tidewater Kitchen',
  'North Pier Outfitters',
] as const;

export const people = [
  ['Dana Whitfield', 'en'],
  ['Marcus Lee', 'en'],
  ['Sophie Tremblay', 'fr'],
  ['Priya Nair', 'en'],
  ['Tom Hargrove', 'en'],
  ['Élodie Gagnon', 'fr'],
  ['Kenji Mori', 'en'],
  ['Hannah Berg', 'en'],
  ['Olu Adeyemi', 'en'],
  ['Chloé Fortin', 'fr'],
  ['Ben Castellano', 'en'],
  ['Ruth Abrams', 'en'],
  ['Mateo Silva', 'en'],
  ['Greta Lindqvist', 'en'],
  ['Zoë van Dijk', 'en'],
  ['Sam Porter', 'en'],
  ['Lucie Bélanger', 'fr'],
  ['Andre Wilson', 'en'],
  ['Nora Kelly', 'en'],
  ['Yusuf Demir', 'en'],
  ['Camille Roy', 'fr'],
  ['Peter Novak', 'en'],
  ['Iris Chen', 'en'],
  ['Wanda Kowalski', 'en'],
] as const;

/** `Élodie Gagnon` as `elodie.gagnon@mail.example`. */
export const addressOf = (name: string): string =>
  `${name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z]+/g, '.')}@mail.example`;

export const wishes = {
  en: [
    'Happy birthday!',
    'Thank you for everything.',
    'Congratulations on the new job!',
    'Treat yourself to something nice.',
    'See you on the pier this summer.',
  ],
  fr: ['Bonne fête !', 'Merci pour tout.', 'Félicitations !', 'Fais-toi plaisir.', 'À bientôt sur le port.'],
} as const;

export const values = [2500, 2500, 5000, 5000, 5000, 7500, 10000, 10000, 15000, 25000];
