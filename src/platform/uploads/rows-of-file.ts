import { Rejection } from '../../kernel/rejection';
import { csvRows, type FileRow } from './csv-rows';
import { isZip, xlsxRows } from './xlsx-rows';

export type { FileRow } from './csv-rows';

export const MOST_ROWS = 50_000;

/**
 * The rows of a CSV or XLSX file, names of the columns included, empty rows left out; one after the other, whatever it holds.
 * @throws Rejection `import-unreadable`, `import-too-large`, `import-empty` (not even a line of names)
 */
export async function* rowsOfFile(bytes: Buffer): AsyncGenerator<FileRow> {
  let rows = 0;
  try {
    for await (const row of isZip(bytes) ? xlsxRows(bytes) : csvRows(bytes)) {
      if (row.cells.every((cell) => cell === '')) continue;
      if ((rows += 1) > MOST_ROWS + 1) throw new Rejection('import-too-large', { most: MOST_ROWS });
      yield row;
    }
  } catch (error) {
    if (error instanceof Rejection) throw error;
    throw new Rejection('import-unreadable', { line: (error as { lines?: number }).lines ?? 1 });
  }
  if (rows === 0) throw new Rejection('import-empty');
}
