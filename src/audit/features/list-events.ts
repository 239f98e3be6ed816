import { Get, Param, Req } from '@nestjs/common';
import { IsInt, IsObject, IsOptional, IsString } from 'class-validator';
import { Rejection } from '../../kernel/rejection';
import { type ApiRequest, ApiController, Operation, Search } from '../../platform/web/api';
import { Cursors } from '../../platform/web/cursors';
import { Flag, Optional, PageQuery, Pattern, Time, Whole } from '../../platform/web/input';
import { Permit } from '../../platform/security/permit';
import { type EventRecord, EventRecords, sightOf } from '../event-record';
import { NetworkLog } from '../network-log';

class ActorAnswer {
  @IsString()
  kind!: string;

  @IsString()
  id!: string;
}

/** One event of the log. */
export class EventAnswer {
  @IsString()
  stream!: string;

  @IsInt()
  revision!: number;

  @IsString()
  id!: string;

  @IsString()
  type!: string;

  @Whole(1, 1000, { description: 'The schema it was written in; data is brought up to the current one' })
  schema!: number;

  @Time()
  recordedAt!: string;

  @IsObject()
  actor!: ActorAnswer;

  @IsString()
  correlation!: string;

  @IsOptional()
  @IsString()
  causation?: string;

  @IsOptional()
  @IsString()
  requestId?: string;

  @IsString()
  commandId!: string;

  @IsObject()
  data!: object;

  @IsString()
  hash!: string;
}

export class StreamQuery {
  @Optional()
  @Whole(0, 1_000_000_000, { description: 'First revision; default 0' })
  from?: number;

  @Optional()
  @Whole(1, 100, { description: 'How many at most; default 50' })
  limit?: number;
}

export class FeedQuery extends PageQuery {
  @Optional()
  @Pattern('^[a-z][A-Za-z]{1,40}$', 'id', { description: 'Only streams of this kind: `giftCard`' })
  kind?: string;

  @Optional()
  @Time({ description: 'Only what was recorded at or after this time; to resume after a restore' })
  since?: string;
}

export class FeedAnswer {
  @IsObject({ each: true })
  data!: EventAnswer[];

  @IsString()
  next!: string;

  @Flag({ description: 'True when nothing newer is there yet: ask again later with the same `next`' })
  end!: boolean;
}

const example = {
  stream: 'giftCard-card_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  revision: 2,
  id: '0d7a8b3c-6f0e-5a41-9c52-1f2e3d4c5b6a',
  type: 'FundsDeducted',
  schema: 1,
  recordedAt: '2026-11-22T15:30:00.000Z',
  actor: { kind: 'apiKey', id: 'key_01JD8Z4M2Q7RXK3V5T9WBN6CHG' },
  correlation: 'req_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  commandId: 'cmd_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  data: { amount: { amount: 1850, currency: 'USD' }, balance: { amount: 8150, currency: 'USD' } },
  hash: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
};

/** The events of one stream, oldest first. */
@ApiController('streams')
export class StreamEventsController {
  constructor(
    private readonly log: NetworkLog,
    private readonly records: EventRecords,
  ) {}

  @Get(':stream/events')
  @Permit('audit.view')
  @Operation({
    id: 'listStreamEvents',
    summary: 'List the events of a stream, oldest first',
    description: 'Another network’s stream is unknown. Continue with `from`: the last revision plus one.',
    answer: { listOf: EventAnswer },
    answerExample: { data: [example], next: null },
    refusals: ['not-found'],
  })
  async list(@Req() request: ApiRequest, @Param('stream') stream: string, @Search() { from = 0, limit = 50 }: StreamQuery) {
    const { network, permissions } = callerOf(request);
    const events = await this.log.stream(network, stream, from, limit + 1);
    if (events.length === 0 && (await this.log.lastRevision(network, stream)) < 0) throw new Rejection('not-found');
    const data = await this.records.read(events.slice(0, limit), sightOf(permissions));
    return { data, next: events.length > limit ? String(from + limit) : null };
  }
}

/** Everything that happens in the network, to pull, for ever. */
@ApiController('events')
export class EventFeedController {
  constructor(
    private readonly log: NetworkLog,
    private readonly records: EventRecords,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Permit('audit.view')
  @Operation({
    id: 'listEvents',
    summary: 'Pull the network’s events, oldest first',
    description:
      'Always gives a `next`, also at the end: keep it and ask again. A cursor from before a restore answers 410; resume with `since`.',
    answer: FeedAnswer,
    answerExample: { data: [example], next: 'v1.Zm9v.YmFy', end: true },
    refusals: ['cursor-unusable', 'log-restored'],
  })
  async pull(@Req() request: ApiRequest, @Search() { limit = 50, after, kind, since }: FeedQuery): Promise<FeedPage> {
    const { network, permissions } = callerOf(request);
    const logId = await this.log.logId();
    const list = ['events', network, kind ?? null];
    const [cursorLog, position] = this.cursors.open(list, after) ?? [logId, 0];
    if (cursorLog !== logId) throw new Rejection('log-restored');
    const found = await this.log.feed(network, { after: Number(position), limit, category: kind, since });
    const data = await this.records.read(found.events, sightOf(permissions));
    return { data, next: this.cursors.seal(list, [logId, found.next]), end: found.end };
  }
}

interface FeedPage {
  readonly data: readonly EventRecord[];
  readonly next: string;
  readonly end: boolean;
}

/** The guard lets nobody come here without a network. */
export function callerOf(request: Pick<ApiRequest, 'caller'>): { network: string; permissions: ReadonlySet<string> } {
  const { caller } = request;
  if (caller.kind === 'anonymous') throw new Rejection('api-key-missing');
  return caller;
}
