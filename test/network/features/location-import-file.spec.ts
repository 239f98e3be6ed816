import fc from 'fast-check';
import { csvLine } from '../../../src/platform/web/csv';
import { rowsOfFile } from '../../../src/platform/uploads/rows-of-file';
import { locationColumns, type LocationColumn } from '../../../src/network/domain/location-columns';
import { guessColumns, readLocationRow, type ReadRow } from '../../../src/network/features/location-import-file';

const read = (columns: readonly (LocationColumn | null)[], ...cells: string[]): ReadRow => readLocationRow({ line: 2, cells }, columns);
const basic = ['reference', 'name', 'email'] as const;
const changesOf = (result: ReadRow) => ('row' in result ? result.row.changes : result.problems);

describe('Columns are known by their names', () => {
  it.each<[readonly string[], readonly (LocationColumn | null)[]]>([
    [
      ['Reference', 'Name', 'E-mail'],
      ['reference', 'name', 'email'],
    ],
    [
      ['N° de membre', 'Raison sociale', 'Adresse courriel', 'Téléphone'],
      [null, 'name', 'email', 'phone'],
    ],
    [
      ['No. membre', 'Commerce', 'Courriel', 'Ville', 'Province', 'Code postal'],
      ['reference', 'name', 'email', 'city', 'region', 'postal-code'],
    ],
    [
      ['MEMBER_ID', 'business name', 'E-Mail Address', 'Zip Code', 'State'],
      ['reference', 'name', 'email', 'postal-code', 'region'],
    ],
    [
      ['Name', 'Company', 'Email', 'Email'],
      ['name', null, 'email', null],
    ],
    [
      ['', 'Remarks'],
      [null, null],
    ],
  ])('%j', (headers, columns) => expect(guessColumns(headers, {})).toEqual(columns));

  it('what was said last time counts more', () =>
    expect(guessColumns(['Wer', 'Name'], { wer: 'name', name: null })).toEqual(['name', null]));
});

describe('A row', () => {
  it('takes away what is empty, and says nothing of columns that are not there', () =>
    expect(changesOf(read([...basic, 'phone', 'city'], 'M-1', 'Blue', 'blue@example.com', '', ''))).toEqual({
      name: 'Blue',
      email: 'blue@example.com',
      reference: 'M-1',
      phone: null,
      address: { city: null },
    }));

  it('is one line each, without the apostrophe that keeps spreadsheets from reckoning', () =>
    expect(changesOf(read([...basic, 'phone'], ' M-1 ', '=SUM(A1)\nBakery', 'blue@example.com', "'+1 207 555 0123"))).toMatchObject({
      name: '=SUM(A1) Bakery',
      reference: 'M-1',
      phone: '+1 207 555 0123',
    }));

  it.each([
    ['language', 'Français', { language: 'fr' }],
    ['language', 'EN', { language: 'en' }],
    ['listed', 'Non', { listed: false }],
    ['listed', 'x', { listed: true }],
    ['country', 'États-Unis', { address: { country: 'US' } }],
    ['country', 'ca', { address: { country: 'CA' } }],
    ['website', 'www.blue.example', { website: 'https://www.blue.example' }],
    ['website', 'HTTP://blue.example/a?b=c', { website: 'HTTP://blue.example/a?b=c' }],
    ['phone', '(418) 555-0123 poste 12', { phone: '(418) 555-0123 poste 12' }],
  ] as const)('understands %s “%s”', (column, text, meant) =>
    expect(changesOf(read([...basic, column], 'M-1', 'Blue', 'blue@example.com', text))).toMatchObject(meant),
  );

  it.each([
    ['language', 'Klingon'],
    ['listed', 'perhaps'],
    ['country', 'Atlantis'],
    ['website', 'javascript:alert(1)'],
    ['website', 'not a site'],
    ['phone', 'call us'],
    ['category', 'x'.repeat(61)],
    ['street', 'ding\u0007'],
    ['email', 'nobody'],
    ['name', ''],
    ['reference', ''],
  ] as const)('is refused at %s for “%s”', (column, text) => {
    const cells = new Map<LocationColumn, string>([
      ['reference', 'M-1'],
      ['name', 'Blue'],
      ['email', 'blue@example.com'],
      [column, text],
    ]);
    const result = read([...cells.keys()], ...cells.values());
    expect('problems' in result && result.problems.map((each) => each.column)).toEqual([column]);
  });

  it('comes back from our own export as it was, whatever the business is called', async () => {
    const line = (most: number) =>
      fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: most })
        .map((text) => text.replace(/[\p{Cc}\p{Cs}\uFFFD\u202A-\u202E\u2066-\u2069\u2028\u2029\uFEFF\s]+/gu, ' ').trim())
        .filter((text) => text !== '' && text.length <= most && !text.startsWith("'"));
    await fc.assert(
      fc.asyncProperty(line(60), line(120), line(80), async (reference, name, city) => {
        const file = [
          locationColumns,
          locationColumns.map(
            (column) => (({ reference, name, city, email: 'blue@example.com', listed: 'no' }) as Record<string, string>)[column] ?? '',
          ),
        ];
        const found: { line: number; cells: readonly string[] }[] = [];
        for await (const row of rowsOfFile(Buffer.from(file.map((cells) => csvLine(cells)).join('')))) found.push(row);
        const result = readLocationRow(found[1]!, guessColumns(found[0]!.cells, {}));
        expect(changesOf(result)).toMatchObject({ reference, name, address: { city }, listed: false });
      }),
      { numRuns: 200 },
    );
  });
});
