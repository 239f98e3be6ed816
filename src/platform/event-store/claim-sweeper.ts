import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Clock } from '../clock';
import { type Collection, ReadStore } from '../read-store/read-store';
import { claim, type ClaimFact, type ClaimKind, type Claimed, ownerCategory } from './claims';
import { EventStore, type StoredEvent } from './event-store';
import { Streams } from './streams';

export const claimSweepCollection: Collection = { name: 'claim-sweep', indexes: [] };

/** How long an owner may take from its claim to its first fact. */
const GRACE_MS = 60 * 60_000;
const SWEEP_EVERY_MS = 10 * 60_000;
const KEY = 'progress';

interface Progress {
  readonly logId: string;
  readonly position: number;
}

/**
 * Frees what was claimed for somebody who never came to be: a claim is written before its owner's first fact, and the process may have
 * died in between. It looks once at each claim, an hour after it was made, and may be run by several instances.
 */
@Injectable()
export class ClaimSweeper {
  constructor(
    private readonly streams: Streams,
    private readonly events: EventStore,
    private readonly store: ReadStore,
    private readonly clock: Clock,
  ) {}

  /** Answers how many claims were freed. */
  @Interval(SWEEP_EVERY_MS)
  async sweep(): Promise<number> {
    await this.store.ensureCollection(claimSweepCollection);
    const logId = await this.events.logId();
    const found = await this.store.fetch<Progress & Record<string, unknown>>(claimSweepCollection.name, KEY);
    let after = found?.doc.logId === logId ? found.doc.position : 0;
    let freed = 0;
    for (let end = false; !end;) {
      const page = await this.events.readAll({ after, prefixes: ['claim-'] });
      const young = page.events.findIndex((event) => !this.isOld(event));
      const old = young < 0 ? page.events : page.events.slice(0, young);
      for (const event of old) if (event.type === ('Claimed' satisfies Claimed['type'])) freed += await this.check(event);
      end = page.end || young >= 0;
      after = young < 0 ? page.next : (old.at(-1)?.position ?? after);
      await this.store.put(claimSweepCollection.name, KEY, { logId, position: after } satisfies Progress);
    }
    return freed;
  }

  private isOld({ metadata }: StoredEvent): boolean {
    const { recordedAt } = JSON.parse(metadata) as { recordedAt: string };
    return Date.parse(recordedAt) + GRACE_MS <= this.clock.millis();
  }

  private async check({ stream, data, metadata, id }: StoredEvent): Promise<number> {
    const { owner } = JSON.parse(data) as Claimed['data'];
    const kind = stream.split(':')[1] as ClaimKind;
    const first = await this.events.readStream(`${ownerCategory[kind]}-${owner.split('/')[0]}`, { limit: 1 });
    if (first.length > 0) return 0;
    const at = this.clock.now();
    const { network } = JSON.parse(metadata) as { network: string };
    const actor = { kind: 'job', id: 'claim-sweep' } as const;
    const context = { network, actor, commandId: `sweep-${id}`, at, correlation: `sweep-${id}` };
    const { facts } = await this.streams.change(context, stream, claim, (state): ClaimFact[] =>
      state.owner === owner ? [{ type: 'ClaimReleased', data: { owner, at } }] : [],
    );
    return facts.length;
  }
}
