import { Get, Req } from '@nestjs/common';
import { IsNumber, IsString } from 'class-validator';
import { Config } from '../config';
import type { EmployeeCaller } from '../security/caller';
import { Permit } from '../security/permit';
import { AccessLog, type ApiRequestEntry, type EntryFilter } from './access-log';
import { ApiController, Operation, Search, type ApiRequest } from './api';
import { Cursors, type Listed } from './cursors';
import { Line, OneOf, Optional, PageQuery, Time, Whole } from './input';
import { Page, type PageRequest } from './page';
import { PageController } from './page-controller';

export class ApiRequestQuery extends PageQuery {
  @Optional()
  @Line(60, { description: 'Requests of this API key or employee', example: 'key_01JD8Z4M2Q7RXK3V5T9WBN6CHG' })
  by?: string;

  @Optional()
  @Whole(100, 599, { description: 'Requests that were answered with this status', example: 422 })
  status?: number;

  @Optional()
  @Line(100, { description: 'The request with this id' })
  requestId?: string;
}

export class ApiRequestAnswer {
  @IsString() requestId!: string;
  @Time() at!: string;
  @OneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) method!: string;
  @Line(300, { description: 'The pattern of the route, without what stood in its place' }) route!: string;
  @Whole(100, 599) status!: number;
  @IsNumber() took!: number;
  @Optional() @IsString() by?: string;
}

const EXAMPLE: ApiRequestEntry = {
  requestId: 'req_0b6c1a52-7f1e-4c57-9a39-6a7f3f0c9d11',
  at: '2026-11-22T15:30:00.000Z',
  method: 'POST',
  route: '/v1/gift-cards/:id/deductions',
  status: 201,
  took: 3.4,
  by: 'key_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
};

type Seen = readonly [string, number];

@ApiController('api-requests')
export class ApiRequestsApi {
  constructor(
    private readonly log: AccessLog,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Permit('api-requests.view')
  @Operation({
    id: 'listApiRequests',
    summary: 'The API access log, newest first',
    answer: { listOf: ApiRequestAnswer },
    answerExample: { data: [EXAMPLE], next: null },
    refusals: ['cursor-unusable'],
  })
  async list(@Search() query: ApiRequestQuery, @Req() request: ApiRequest): Promise<Listed<ApiRequestEntry>> {
    const { network } = request.caller as EmployeeCaller;
    const { limit = 50, after, ...filter } = query;
    const list = [network, 'api-requests', filter];
    const { entries, next } = await this.log.page(network, filter, limit, this.cursors.open(list, after) as Seen | undefined);
    return { data: entries, next: next ? this.cursors.seal(list, next) : null };
  }
}

const PAGE_SIZE = 50;
const STATUSES = [200, 201, 400, 401, 403, 404, 409, 422, 429, 500, 503];

@PageController('n/:slug/api-requests')
export class ApiRequestsPage {
  constructor(
    private readonly log: AccessLog,
    private readonly cursors: Cursors,
    private readonly config: Config,
  ) {}

  @Get()
  @Permit('api-requests.view', ['employee'])
  async show(@Search() query: ApiRequestQuery, @Req() request: PageRequest): Promise<Page> {
    const { reader, network } = request;
    const filter: EntryFilter = { by: query.by, status: query.status };
    const list = [network!.id, 'api-requests', 'page', filter];
    const { entries, next } = await this.log.page(network!.id, filter, PAGE_SIZE, this.cursors.open(list, query.after) as Seen | undefined);
    const older = new URLSearchParams({
      ...(query.by ? { by: query.by } : {}),
      ...(query.status ? { status: String(query.status) } : {}),
      after: next ? this.cursors.seal(list, next) : '',
    });
    const rows = entries.map((entry) => ({ ...entry, good: entry.status < 400, took: reader.number(entry.took) }));
    return new Page('platform/web/api-requests', {
      title: reader.t('api-requests.title'),
      rows,
      query,
      statuses: STATUSES,
      days: this.config.apiLogDays,
      older: next && `?${older.toString()}`,
      now: entries[0]?.at,
    });
  }
}
