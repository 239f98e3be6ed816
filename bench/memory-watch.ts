import { residentMegabytes } from './processes';

const LOOK_EACH_MS = 50;

export interface Phase {
  readonly name: string;
  readonly seconds: number;
  /** Megabytes of resident memory at most. */
  readonly peak: number;
}

/** How long each step of a proof takes, and how much memory the process holds meanwhile; the process may be another after a kill. */
export class MemoryWatch {
  readonly phases: Phase[] = [];

  constructor(private readonly pid: () => number) {}

  get peak(): number {
    return Math.max(...this.phases.map((phase) => phase.peak));
  }

  async phase<T>(name: string, work: () => Promise<T>): Promise<T> {
    let peak = 0;
    const look = (): void => {
      try {
        peak = Math.max(peak, residentMegabytes(this.pid()));
      } catch {
        // Between a kill and the next start there is no process to look at.
      }
    };
    const looking = setInterval(look, LOOK_EACH_MS);
    const began = performance.now();
    try {
      return await work();
    } finally {
      clearInterval(looking);
      look();
      this.phases.push({ name, seconds: (performance.now() - began) / 1000, peak });
    }
  }
}
