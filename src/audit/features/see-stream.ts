import { Get, Param, Query, Req } from '@nestjs/common';
import type { Instant } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { verifyChain } from '../../platform/event-store/chain';
import type { StoredEvent } from '../../platform/event-store/event-store';
import { Page, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Permit } from '../../platform/security/permit';
import { type EventRecord, EventRecords, sightOf } from '../event-record';
import { NetworkLog, recordedAt } from '../network-log';
import { Replay } from '../state-as-of';
import { callerOf } from './list-events';
import { stateFields } from './state-fields';

const SHOWN = 100;
const READ_AT_MOST = 5000;

/** One stream through time: its events, one of them whole, and the state that it had then. */
@PageController('n/:slug/audit/streams')
export class SeeStreamPage {
  constructor(
    private readonly log: NetworkLog,
    private readonly records: EventRecords,
    private readonly replay: Replay,
  ) {}

  @Get(':stream')
  @Permit('audit.view', ['employee'])
  async show(@Req() request: PageRequest, @Param('stream') stream: string, @Query('revision') asked?: string, @Query('at') at?: string) {
    const { network, permissions } = callerOf(request);
    const events = await this.read(network, stream);
    const chosen = chosenRevision(events, asked, at);
    const from = Math.max(0, Math.min(chosen - SHOWN / 2, events.length - SHOWN));
    const window = await this.records.read(events.slice(from, from + SHOWN), sightOf(permissions));
    const past = await this.replay.asOf(network, stream, { revision: chosen });
    const event = window.find(({ revision }) => revision === chosen)!;
    const previous = window.find(({ revision }) => revision === chosen - 1);
    const last = events.length - 1;
    return new Page('audit/features/see-stream', {
      title: stream,
      stream,
      chain: verifyChain(stream, events),
      count: events.length,
      last,
      chosen,
      at: event.recordedAt,
      firstAt: recordedAt(events[0]!),
      state: past && stateFields(past.state, request.reader),
      rows: window.map((record) => rowOf(record, chosen)),
      zone: request.reader.zone(event.recordedAt),
      older: from > 0 ? from - 1 : undefined,
      newer: from + SHOWN < events.length ? from + SHOWN : undefined,
      event,
      json: JSON.stringify(event.data, null, 2),
      people: JSON.stringify(event.data).includes('"subject":'),
      previousHash: previous?.hash,
    });
  }

  /** @throws Rejection `not-found` for a stream that is not there or is another network's */
  private async read(network: string, stream: string): Promise<readonly StoredEvent[]> {
    const events: StoredEvent[] = [];
    for (let page = 1000; page === 1000 && events.length < READ_AT_MOST;) {
      const more = await this.log.stream(network, stream, events.length);
      events.push(...more);
      page = more.length;
    }
    if (events.length === 0) throw new Rejection('not-found');
    return events;
  }
}

/** By number, by time (the last event up to it), or else the newest. */
function chosenRevision(events: readonly StoredEvent[], asked: string | undefined, at: string | undefined): number {
  if (asked !== undefined) {
    if (!/^\d{1,9}$/.test(asked) || Number(asked) >= events.length)
      throw new Rejection('revision-unknown', { revision: asked.slice(0, 20) });
    return Number(asked);
  }
  if (at === undefined) return events.length - 1;
  const until: Instant = Number.isNaN(Date.parse(at)) ? '' : new Date(at).toISOString();
  return Math.max(
    0,
    events.findLastIndex((event) => recordedAt(event) <= until),
  );
}

interface Moved {
  readonly amount?: Money;
  readonly value?: Money;
  readonly balance?: Money;
}

function rowOf(record: EventRecord, chosen: number) {
  const { revision, type, recordedAt, actor } = record;
  const { balance, amount, value } = record.data as Moved;
  const moved = balance ? (amount ?? value) : undefined;
  const out = /Deducted|Voided|Expired/.test(type);
  const change = moved && (out ? { ...moved, amount: -moved.amount } : moved);
  return { revision, type, recordedAt, by: actor.kind, change, balance, chosen: revision === chosen, later: revision > chosen };
}
