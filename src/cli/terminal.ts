import { Presets, SingleBar } from 'cli-progress';
import { once } from 'node:events';
import type { Steps } from './verb';

/** What the person sees: results on standard output, progress and complaints on standard error, so that output can be piped. */
export class Terminal {
  private bar?: SingleBar;
  private label = '';

  constructor(private readonly json: boolean) {}

  /** A bar on a terminal; nothing where output is read by a program. */
  progress = ({ label, done, of }: Steps): void => {
    if (this.json || !process.stderr.isTTY) return;
    if (label !== this.label) {
      this.stopBar();
      this.label = label;
      this.bar = new SingleBar(
        { format: '{label} [{bar}] {percentage}% | {value}/{total} | {eta_formatted}', hideCursor: true },
        Presets.shades_classic,
      );
      this.bar.start(of, done, { label });
    }
    this.bar?.setTotal(of);
    this.bar?.update(done, { label });
  };

  write = async (text: string): Promise<void> => {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  };

  async result(lines: readonly string[], result: unknown): Promise<void> {
    this.stopBar();
    if (this.json) await this.write(`${JSON.stringify(result, null, 2)}\n`);
    else if (lines.length > 0) await this.write(`${lines.join('\n')}\n`);
  }

  failure(code: string, sentence: string): void {
    this.stopBar();
    process.stderr.write(this.json ? `${JSON.stringify({ error: { code, sentence } })}\n` : `${sentence}\n`);
  }

  private stopBar(): void {
    this.bar?.stop();
    this.bar = undefined;
    this.label = '';
  }
}

/** Columns of text under their headings, as wide as their widest entry. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): readonly string[] {
  const texts = [headings, ...rows.map((row) => row.map(String))];
  const widths = headings.map((_, column) => Math.max(...texts.map((row) => (row[column] ?? '').length)));
  return texts.map((row) =>
    row
      .map((text, column) => (typeof rows[0]?.[column] === 'number' ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
