/** The thread that reads the embedded log page by page for the main thread, so that a long read never holds up a request. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Direction } from './event-store';
import { SqliteReading } from './sqlite-reading';

export type Question =
  | { readonly ask: 'all'; readonly after: number; readonly prefixes?: readonly string[]; readonly limit: number }
  | { readonly ask: 'stream'; readonly stream: string; readonly from: number; readonly direction: Direction; readonly limit: number };

function run(port: NonNullable<typeof parentPort>, file: string): void {
  const reading = new SqliteReading(file);
  port.on('message', ([number, question]: [number, Question] | [number, null]) => {
    if (!question) {
      reading.close();
      port.close();
      return;
    }
    try {
      const answer =
        question.ask === 'all'
          ? reading.all(question.after, question.prefixes, question.limit)
          : { rows: reading.stream(question.stream, question.from, question.direction, question.limit), next: 0, end: true };
      port.postMessage([number, answer]);
    } catch (error) {
      port.postMessage([number, (error as Error).message]);
    }
  });
}

if (parentPort) run(parentPort, (workerData as { file: string }).file);
