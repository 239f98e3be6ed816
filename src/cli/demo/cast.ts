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
  { name: 'June Park', email: 'june@bluedoorbakery.example', roles: ['location-staff'], place: 0 },
] as const;

/** Invited and not here yet. */
export const invited = { name: 'Theo Brandt', email: 'theo@harborstreet.example', roles: ['employee'] };

/** Name, what customers look for, and where. */
export const places = [
  ['Blue Door Bakery', 'Bakery', '12 Pier Road'],
  ['Maple & Pine Books', 'Books and music', '3 Chandler Street'],
  ['Café de la Jetée', 'Café', '1 Pier Road'],
  ['Salt & Cedar Salon', 'Hair and beauty', '27 Chandler Street'],
  ['The Toy Lighthouse', 'Toys', '8 Lantern Lane'],
  ['Harbor Cycles', 'Sports', '40 Wharf Street'],
  ['Fern & Thistle Flowers', 'Flowers', '15 Lantern Lane'],
  ['Old Mill Records', 'Books and music', '2 Mill Yard'],
  ['Tidewater Kitchen', 'Restaurant', '55 Wharf Street'],
  ['North Pier Outfitters', 'Clothing', '9 Pier Road'],
] as const;

/** What some of them sell, by the number of the place, in cents. */
export const items: Readonly<Record<number, readonly (readonly [string, number])[]>> = {
  0: [
    ['Sourdough loaf', 850],
    ['Butter croissant', 375],
    ['Cinnamon roll', 450],
    ['A dozen cookies', 1800],
    ['Coffee beans, 12 oz', 1600],
  ],
  1: [
    ['Canvas tote', 1800],
    ['Reading light', 2200],
    ['Blind date with a book', 1500],
  ],
  2: [
    ['Café filtre', 350],
    ['Café au lait', 525],
    ['Soup of the day', 950],
    ['Lobster roll', 2100],
    ['Tarte au citron', 700],
  ],
  3: [
    ['Haircut', 4800],
    ['Beard trim', 2200],
  ],
};

/** The devices at the counters, by the number of the place. */
export const devices: Readonly<Record<number, string>> = { 0: 'Front counter', 2: 'Caisse 1' };

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
