import { Get, Param, Post, Req, Res } from '@nestjs/common';
import { IsObject } from 'class-validator';
import { Permit } from '../../platform/security/permit';
import type { ApiKeyCaller, EmployeeCaller } from '../../platform/security/caller';
import { ApiController, Operation, Search, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import type { Listed } from '../../platform/web/cursors';
import { Id, Line, ListOf, OneOf, Optional, PageQuery, Paragraph, Time, Whole } from '../../platform/web/input';
import { attemptErrors, noticeTypes, parkedWhys, type KnownDelivery, type Attempt } from '../domain/webhook-delivery';
import { WebhookDeliveries } from './webhook-commands';
import { DeliveryRows, type DeliveryItem } from './webhook-delivery-rows';
import { DeliverySheets } from './webhook-delivery-sheets';

const states = ['waiting', 'delivered', 'parked'] as const;

/** A notice on its way to a webhook. */
export class DeliveryAnswer {
  @Id('msg', { description: 'Also the message’s `webhook-id`' }) id!: string;
  @Id('whe') endpointId!: string;
  @Optional() @Id('loc') locationId?: string;
  @OneOf(noticeTypes) type!: string;
  @OneOf(states, { description: '`parked`: nothing more is tried by itself' }) status!: (typeof states)[number];
  @Optional() @OneOf(parkedWhys, { description: 'Why it is parked' }) why?: string;
  @Whole(0, 1_000_000) attempts!: number;
  @Time() queuedAt!: string;
  @Optional() @Time({ description: 'Of the next attempt, while it waits' }) nextAt?: string;
}

/** One attempt: what was sent where, and what came back. */
export class DeliveryAttemptAnswer {
  @Whole(1, 1_000_000) attempt!: number;
  @Time() at!: string;
  @Line(1_000) url!: string;
  @Whole(0, 100_000_000_000, { description: 'The header `webhook-timestamp`: seconds' }) timestamp!: number;
  @Line(400, { description: 'The header `webhook-signature`' }) signature!: string;
  @Optional() @Whole(100, 999, { description: 'HTTP status, where there was an answer' }) status?: number;
  @Optional() @OneOf(attemptErrors, { description: 'Why there was none' }) error?: string;
  @Optional() @Paragraph(2_000, { description: 'The first kilobyte of the answer' }) answer?: string;
  @Whole(0, 100_000, { description: 'Milliseconds' }) took!: number;
}

/** A notice with its message and everything that was tried. */
export class DeliverySheetAnswer extends DeliveryAnswer {
  @IsObject() data!: object;
  @ListOf(() => DeliveryAttemptAnswer, 1_000, { description: 'Newest first' }) history!: DeliveryAttemptAnswer[];
}

export class DeliveryQuery extends PageQuery {
  @Optional() @OneOf(states) status?: (typeof states)[number];
  @Optional() @Id('loc', { description: 'What the notice is about' }) locationId?: string;
}

export const deliveryExample = {
  id: 'msg_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  endpointId: 'whe_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  locationId: 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  type: 'redemption.completed',
  status: 'delivered',
  attempts: 1,
  queuedAt: '2026-11-22T15:30:00.000Z',
};
const sheetExample = {
  ...deliveryExample,
  data: { redemptionId: 'rdm_01JD8Z4M2Q7RXK3V5T9WBN6CHG' },
  history: [
    {
      attempt: 1,
      at: '2026-11-22T15:30:01.000Z',
      url: 'https://bluedoor.example/largesse',
      timestamp: 1_763_825_401,
      signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      status: 200,
      took: 84,
    },
  ],
};
type ByNetwork = ApiRequest & { caller: ApiKeyCaller | EmployeeCaller };

@ApiController('webhook-deliveries')
export class WebhookDeliveriesApi {
  constructor(
    private readonly rows: DeliveryRows,
    private readonly sheets: DeliverySheets,
    private readonly deliveries: WebhookDeliveries,
    private readonly contexts: CommandContexts,
  ) {}

  @Get()
  @Permit('webhooks.manage')
  @Operation({
    id: 'listWebhookDeliveries',
    summary: 'List what was told to webhooks, newest first',
    answer: { listOf: DeliveryAnswer },
    answerExample: { data: [deliveryExample], next: null },
    refusals: ['cursor-unusable'],
  })
  async list(
    @Search() { limit = 50, after, status, locationId }: DeliveryQuery,
    @Req() request: ByNetwork,
  ): Promise<Listed<DeliveryAnswer>> {
    const { caller } = request;
    const asked = { ...(status ? { status } : {}), ...(locationId ? { locationId } : {}) };
    const { data, next } = await this.rows.page(request, { ...asked, ...this.rows.reach(caller.network, caller) }, after, limit);
    return { data: data.map(answerOf), next };
  }

  @Get(':id')
  @Permit('webhooks.manage')
  @Operation({
    id: 'getWebhookDelivery',
    summary: 'Read a delivery with its message and every attempt',
    answer: DeliverySheetAnswer,
    answerExample: sheetExample,
  })
  async read(@Param('id') id: string, @Req() request: ByNetwork): Promise<DeliverySheetAnswer> {
    const { delivery, attempts } = await this.sheets.of(request.caller.network, request.caller, id);
    return { ...answerOfState(delivery), data: delivery.data, history: attempts.map(attemptOf) };
  }

  @Post(':id/replay')
  @Permit('webhooks.manage')
  @Operation({
    id: 'replayWebhookDelivery',
    summary: 'Send a notice again',
    description: 'With the same `webhook-id`, whatever became of it before. It is tried at once, and then by the schedule.',
    answer: DeliveryAnswer,
    answerExample: { ...deliveryExample, attempts: 2 },
    status: 200,
  })
  async replay(@Param('id') id: string, @Req() request: ByNetwork, @Res({ passthrough: true }) reply: ApiReply): Promise<DeliveryAnswer> {
    const { network } = request.caller;
    await this.sheets.of(network, request.caller, id);
    this.contexts.answer(reply, await this.deliveries.replay(this.contexts.once(request), id));
    return answerOfState(await this.deliveries.now(network, id));
  }
}

function answerOf({ id, endpointId, locationId, type, status, why, attempts, queuedAt, nextAt }: DeliveryItem): DeliveryAnswer {
  const known = {
    ...(locationId === null ? {} : { locationId }),
    ...(why === null ? {} : { why }),
    ...(nextAt === null ? {} : { nextAt }),
  };
  return { id, endpointId, type, status, attempts, queuedAt, ...known };
}

export function answerOfState(delivery: KnownDelivery): DeliveryAnswer {
  const { id, endpointId, locationId, type, status, why, attempts, queuedAt, dueAt } = delivery;
  const known = { ...(locationId ? { locationId } : {}), ...(why ? { why } : {}), ...(dueAt ? { nextAt: dueAt } : {}) };
  return { id, endpointId, type, status, attempts, queuedAt, ...known };
}

function attemptOf({ attempt, at, url, timestamp, signature, status, error, answer, took }: Attempt): DeliveryAttemptAnswer {
  const outcome = {
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error }),
    ...(answer === undefined ? {} : { answer }),
  };
  return { attempt, at, url, timestamp, signature, ...outcome, took };
}
