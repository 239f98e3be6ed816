/** The columns that a list of locations may have, in the order of our own export. */
export const locationColumns = [
  'reference',
  'name',
  'email',
  'phone',
  'website',
  'category',
  'street',
  'city',
  'region',
  'postal-code',
  'country',
  'language',
  'listed',
] as const;
export type LocationColumn = (typeof locationColumns)[number];
/** Without these nobody knows which location a row is, or where its mails go. */
export const neededColumns: readonly LocationColumn[] = ['reference', 'name', 'email'];
