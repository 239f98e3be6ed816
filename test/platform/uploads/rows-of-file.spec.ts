import fc from 'fast-check';
import { MOST_ROWS, rowsOfFile } from '../../../src/platform/uploads/rows-of-file';
import { csvLine } from '../../../src/platform/web/csv';
import { book, workbook, zip } from '../../support/workbook';

async function read(file: Buffer | string): Promise<{ line: number; cells: readonly string[] }[]> {
  const rows: { line: number; cells: readonly string[] }[] = [];
  for await (const row of rowsOfFile(Buffer.from(file as string))) rows.push(row);
  return rows;
}
const cells = async (file: Buffer | string): Promise<readonly (readonly string[])[]> => (await read(file)).map((row) => row.cells);
const refusal = (file: Buffer | string): Promise<unknown> =>
  read(file).then(
    () => 'read',
    ({ code }: { code: string }) => code,
  );

const wanted = [
  ['Référence', 'Name', 'Note'],
  ['M-1', 'Café Zoé', 'open, late'],
  ['M-2', '=1+1', 'says “hi”'],
];
const plain = 'Référence;Name;Note\r\nM-1;Café Zoé;open, late\r\nM-2;=1+1;says “hi”\r\n';

describe('A CSV file', () => {
  it.each<[string, Buffer | string]>([
    ['UTF-8', plain],
    ['UTF-8 with its mark', `\uFEFF${plain}`],
    ['UTF-16, little end first, as Excel saves Unicode text', Buffer.from(`\uFEFF${plain.replaceAll(';', '\t')}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\uFEFF${plain}`, 'utf16le').swap16()],
    ['Windows-1252', Buffer.from(plain.replace('“', '\x93').replace('”', '\x94'), 'latin1')],
    ['commas and quotes', plain.replace('open, late', '"open; late"').replaceAll(';', ',').replace('open, late', 'open, late')],
    ['tabs', plain.replaceAll(';', '\t')],
    ['bars', plain.replaceAll(';', '|')],
    ['LF alone', plain.replaceAll('\r\n', '\n')],
    ['CR alone, as old Macs write', plain.replaceAll('\r\n', '\r')],
    ['mixed line ends', plain.replace('\r\n', '\n')],
    ['its separator declared', `sep=;\r\n${plain}`],
    ['no end of the last line', plain.trimEnd()],
    ['empty lines and lines of separators', `\r\n${plain.replace('\r\n', '\r\n;;\r\n\r\n')}`],
  ])('is read in %s', async (_, file) => expect(await cells(file)).toEqual(wanted));

  it('knows the line of each row', async () =>
    expect((await read('a,b\n\n1,"two\nlines"\n3,4\n')).map(({ line }) => line)).toEqual([1, 4, 5]));

  it('takes a quote in the middle of a cell as it is', async () =>
    expect(await cells('a,b\n12" pizza,x')).toEqual([
      ['a', 'b'],
      ['12" pizza', 'x'],
    ]));

  it('comes back as it was written, whatever is in it', async () => {
    const cell = fc
      .string({ unit: 'grapheme', maxLength: 30 })
      .map((text) => text.trim())
      .filter((text) => !/^[=+\-@＝＋－＠]|[\0\uFEFF]/.test(text));
    const rows = fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), cell, cell), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom('utf8', 'utf16le'), async (written, encoding) => {
        const text = written.map(csvLine).join('');
        const file = Buffer.from(encoding === 'utf8' ? text : `\uFEFF${text}`, encoding as BufferEncoding);
        expect(await cells(file)).toEqual(written.map((row) => row.map((each) => each)));
      }),
      { numRuns: 150 },
    );
  });

  it.each<[string, Buffer | string, string]>([
    ['nothing in it', '\n\n;;\n', 'import-empty'],
    ['quotes that never close', 'a,b\n"1,2\n3,4', 'import-unreadable'],
    ['a row without end', `a,b\n"${'x'.repeat(30_000)}",1`, 'import-unreadable'],
    ['50,001 rows', `a,b\n${'1,2\n'.repeat(MOST_ROWS + 1)}`, 'import-too-large'],
  ])('is refused with %s', async (_, file, code) => expect(await refusal(file)).toBe(code));
});

describe('An XLSX workbook', () => {
  it('gives texts, numbers as people see them, and what formulas showed', async () =>
    expect(
      await cells(
        workbook([
          ['Ref', 'Name', '', 'Phone'],
          [1017, 'Blue & Door <Bakery>', '', { formula: '1+1', shown: '2' }],
          [1.017e21, ' spaces ', 'x', ''],
        ]),
      ),
    ).toEqual([
      ['Ref', 'Name', '', 'Phone'],
      ['1017', 'Blue & Door <Bakery>', '', '2'],
      ['1.017e+21', 'spaces', 'x'],
    ]));

  it('is read with inline and rich texts, without references, with prefixes, and without what is spoken above', async () => {
    const sheet =
      '<x:worksheet><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>In</x:t></x:is></x:c><x:c t="s"><x:v>0</x:v></x:c>' +
      '<x:c t="b"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>';
    const texts = '<sst><si><r><t>Ca</t></r><r><t>f&#233;_x000D_</t></r><rPh><t>no</t></rPh></si></sst>';
    expect(await cells(book(sheet, texts))).toEqual([['In', 'Café', 'TRUE']]);
  });

  it('knows the line of each row, and leaves empty ones out', async () =>
    expect((await read(workbook([['a'], [''], ['b']]))).map(({ line }) => line)).toEqual([1, 3]));

  const endless = (text: string): Buffer => Buffer.from(text.repeat(Math.ceil(201_000_000 / text.length)));
  it.each<[string, () => Buffer, string]>([
    ['no workbook in it', () => zip({ 'readme.txt': 'hello' }), 'import-unreadable'],
    ['half of it', () => workbook([['a'], ['b']]).subarray(0, 300), 'import-unreadable'],
    ['a sheet that is no XML', () => book('<worksheet><row></worksheet>'), 'import-unreadable'],
    ['a sheet that unpacks to 200 MB', () => book(endless(' ')), 'import-unreadable'],
    ['elements without end in each other', () => book('<a>'.repeat(1000)), 'import-unreadable'],
    ['a cell in column ZZZ', () => book('<worksheet><row><c r="ZZZ1"><v>1</v></c></row></worksheet>'), 'import-unreadable'],
    [
      'entities that unfold',
      () => book('<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><row><c><v>&a;</v></c></row></worksheet>'),
      'import-unreadable',
    ],
    ['50,001 rows', () => book(`<worksheet>${'<row><c><v>1</v></c></row>'.repeat(MOST_ROWS + 2)}</worksheet>`), 'import-too-large'],
  ])('is refused with %s', async (_, file, code) => expect(await refusal(file())).toBe(code));

  it('is refused when a part is larger than it says', async () => {
    const lying = book(Buffer.from(' '.repeat(100_000)));
    for (let at = lying.indexOf('PK\x01\x02'); at >= 0; at = lying.indexOf('PK\x01\x02', at + 4)) {
      if (lying.readUInt32LE(at + 24) === 100_000) lying.writeUInt32LE(1000, at + 24);
    }
    expect(await refusal(lying)).toBe('import-unreadable');
  });
});
