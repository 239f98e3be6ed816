import { Get, Param, Post, Req } from '@nestjs/common';
import { IsBoolean, IsString } from 'class-validator';
import type { ParkedEntry } from '../../platform/processors/parked-work';
import type { ApiKeyCaller, EmployeeCaller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import { ApiController, Operation, type ApiRequest } from '../../platform/web/api';
import type { Listed } from '../../platform/web/cursors';
import { Line, OneOf, Time, Whole } from '../../platform/web/input';
import { nameOf, ParkedDesk } from './parked-desk';

const kinds = ['projection', 'policy', 'wake-up'] as const;
const states = ['parked', 'retry', 'applying'] as const;

/** Work that failed for good and waits to be tried again. */
export class ParkedWorkAnswer {
  @Line(400) id!: string;
  @OneOf(kinds) kind!: (typeof kinds)[number];
  @Line(120, { description: 'The policy, the read model or the wake-up that failed' }) name!: string;
  @Line(200, { description: 'The stream of the event that could not be handled' }) stream!: string;
  @Line(120, { description: 'The event’s type' }) event!: string;
  @Line(500, { description: 'Why, without addresses' }) error!: string;
  @Whole(0, 1_000_000) tries!: number;
  @Time() parkedAt!: string;
  @OneOf(states, { description: '`parked` waits for somebody; the others are being tried again' }) status!: (typeof states)[number];
}

/** What came of trying again. */
export class RetryAnswer {
  @IsString() id!: string;
  @IsBoolean() done!: boolean;
}

const example: ParkedWorkAnswer = {
  id: 'bWFpbC10aGUtZ2lmdC9naWZ0Q2FyZC1jYXJkXzAx',
  kind: 'policy',
  name: 'mail-the-gift',
  stream: 'giftCard-card_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  event: 'GiftMailRequested',
  error: 'Error: The mail server did not take the mail',
  tries: 12,
  parkedAt: '2026-11-22T15:30:00.000Z',
  status: 'parked',
};

type ByNetwork = ApiRequest & { caller: ApiKeyCaller | EmployeeCaller };

@ApiController('parked-work')
export class ParkedWorkApi {
  constructor(private readonly desk: ParkedDesk) {}

  @Get()
  @Permit('processes.manage')
  @Operation({
    id: 'listParkedWork',
    summary: 'List work that is stuck, newest first',
    description: 'Work that kept failing waits here, with everything that depends on it. The newest thousand, in one page.',
    answer: { listOf: ParkedWorkAnswer },
    answerExample: { data: [example], next: null },
  })
  async list(@Req() { caller }: ByNetwork): Promise<Listed<ParkedWorkAnswer>> {
    return { data: (await this.desk.list(caller.network)).map(answerOf), next: null };
  }

  @Post(':id/retries')
  @Permit('processes.manage')
  @Operation({
    id: 'retryParkedWork',
    summary: 'Try stuck work again',
    description: 'Waits up to three seconds. `done` is false while it is being tried, and when it failed again: the list tells which.',
    answer: RetryAnswer,
    answerExample: { id: example.id, done: true },
    status: 200,
  })
  async retry(@Param('id') id: string, @Req() { caller }: ByNetwork): Promise<RetryAnswer> {
    return { id, done: await this.desk.retry(caller.network, id) };
  }
}

function answerOf(entry: ParkedEntry): ParkedWorkAnswer {
  const { kind, name, stream, type, error, tries, parkedAt, status } = entry;
  return { id: nameOf(entry), kind, name, stream, event: type, error, tries, parkedAt, status };
}
