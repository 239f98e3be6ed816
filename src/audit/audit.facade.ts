import type { Instant } from '../kernel/event-sourcing';
import type { EventRecord, EventRecords, Sight } from './event-record';
import { exportLines } from './export';
import type { NetworkLog } from './network-log';
import type { PastState, Replay } from './state-as-of';
import type { Progress, Verification, VerificationReport } from './verification';

/** Proof for operators and the command line: over all networks, with everything that the vault can open. */
export class AuditFacade {
  constructor(
    private readonly log: NetworkLog,
    private readonly records: EventRecords,
    private readonly replay: Replay,
    private readonly verification: Verification,
  ) {}

  /** Streams by whole name or by id (`card_01…`). */
  streamsNamed(text: string): Promise<readonly string[]> {
    return this.log.streamsNamed(undefined, text);
  }

  /** At most a thousand events, from a revision on. */
  async events(stream: string, from = 0, sight: Sight = 'people'): Promise<readonly EventRecord[]> {
    return this.records.read(await this.log.stream(undefined, stream, from), sight);
  }

  /** Undefined for a stream that no module folds. */
  stateAsOf(stream: string, at: Instant): Promise<PastState | undefined> {
    return this.replay.asOf(undefined, stream, { at });
  }

  verify(tell: (progress: Progress) => void): Promise<VerificationReport> {
    return this.verification.run(undefined, tell);
  }

  /** JSON lines, exactly as stored. */
  export(stream?: string): AsyncGenerator<string> {
    return exportLines(this.log, undefined, stream);
  }
}
