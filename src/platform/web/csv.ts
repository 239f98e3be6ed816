/** What tells Excel that a CSV file is UTF-8. */
export const BYTE_ORDER_MARK = '\uFEFF';

/**
 * One line of CSV (RFC 4180). A cell that a spreadsheet would take for a formula begins with an apostrophe instead: names and
 * addresses come from strangers.
 */
export function csvLine(values: readonly string[]): string {
  const cell = (value: string): string => {
    const harmless = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
    return /[",\r\n;]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
  };
  return `${values.map(cell).join(',')}\r\n`;
}
