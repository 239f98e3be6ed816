import { Worker } from 'node:worker_threads';
import { compiled } from '../workers';
import { StoreUnavailable } from './event-store';
import type { Question } from './sqlite-reader';
import type { FlatPage } from './sqlite-reading';

interface Asked {
  readonly resolve: (page: FlatPage) => void;
  readonly reject: (error: Error) => void;
}

/** The main thread's side of the reader: started by the first question, and again after it has died. */
export class SqliteReads {
  private worker?: Worker;
  private readonly asked = new Map<number, Asked>();
  private number = 0;

  constructor(private readonly file: string) {}

  ask(question: Question): Promise<FlatPage> {
    return new Promise((resolve, reject) => {
      this.worker ??= this.start();
      const number = ++this.number;
      this.asked.set(number, { resolve, reject });
      this.worker.postMessage([number, question]);
    });
  }

  async close(): Promise<void> {
    const { worker } = this;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage([0, null]);
    await ended;
  }

  private start(): Worker {
    const worker = new Worker(compiled(__dirname, 'sqlite-reader.js'), { workerData: { file: this.file } });
    let cause: Error | undefined;
    worker.on('message', ([number, answer]: [number, FlatPage | string]) => {
      const asked = this.asked.get(number);
      this.asked.delete(number);
      if (typeof answer === 'string') asked?.reject(new StoreUnavailable(`The event log cannot be read: ${answer}.`));
      else asked?.resolve(answer);
    });
    worker.on('error', (error) => (cause = error));
    worker.on('exit', () => {
      this.worker = undefined;
      const lost = [...this.asked.values()];
      this.asked.clear();
      for (const { reject } of lost) reject(new StoreUnavailable('The thread that reads the event log has ended.', { cause }));
    });
    return worker;
  }
}
