import { Headers, Ip, Param, Post } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Public } from '../../platform/security/permit';
import { ApiController, Operation } from '../../platform/web/api';
import { Flag, Id, Line, Nested, OneOf, Optional, Time } from '../../platform/web/input';
import { SignedBody, SignedBytes } from '../../platform/web/signed-body';
import { check, InvalidInput } from '../../platform/web/validation';
import { exampleReport, PosPaymentDetails, seenFrom } from './pos-payments-api';
import { PosReports } from './pos-reports';
import { PosSightings, type Verdict } from './pos-sightings';
import { standardProblem } from './signatures';
import { TillNotices } from './till-notices';

const types = ['pos-payment.taken', 'pos-payment.changed', 'pos-payment.voided'] as const;

export class PosEventInput {
  @OneOf(types, { description: 'What happened at the till', example: 'pos-payment.taken' }) type!: (typeof types)[number];
  @Optional() @Time({ description: 'When you say so' }) timestamp?: string;
  @Nested(() => PosPaymentDetails, { description: 'The whole payment as it is now, also when it was cancelled' }) data!: PosPaymentDetails;
}

export class PosEventAnswer {
  @Flag() received!: boolean;
  @Optional() @Id('pos') posPaymentId?: string;
  @Line(40, { description: 'What it came to; everything but `waiting`, `amended` and `voided` changed nothing' }) verdict!: Verdict;
}

@ApiController('pos-events')
export class PosEventsApi {
  constructor(
    private readonly notices: TillNotices,
    private readonly reports: PosReports,
    private readonly sightings: PosSightings,
    private readonly clock: Clock,
  ) {}

  @Post(':connectionId')
  @Public()
  @SignedBody()
  @Operation({
    id: 'receivePosEvent',
    summary: 'Report a POS payment by signed webhook',
    description:
      'For software that sends webhooks instead of calling an API. Address and secret (`whsec_…`) are on the location’s page, Tills. ' +
      'Sign as Standard Webhooks says: headers `webhook-id`, `webhook-timestamp` (Unix seconds, at most five minutes off) and ' +
      '`webhook-signature` = `v1,` + base64(HMAC-SHA256(secret, id + "." + timestamp + "." + body)). Sent again, a message keeps its ' +
      '`webhook-id`. A payment that does not count is answered 200 with the reason; only 429 and 5xx ask to be sent again.',
    example: { type: 'pos-payment.taken', timestamp: '2026-11-22T19:21:04.000Z', data: exampleReport },
    answer: PosEventAnswer,
    answerExample: { received: true, posPaymentId: 'pos_01JD8Z4M2Q7RXK3V5T9WBN6CHG', verdict: 'waiting' },
    status: 200,
    refusals: ['till-unknown', 'notice-not-signed', 'notice-too-old', 'input-too-large'],
  })
  async receive(
    @Param('connectionId') id: string,
    @SignedBytes(PosEventInput) body: Buffer,
    @Headers() headers: Readonly<Record<string, string | undefined>>,
    @Ip() ip: string,
  ): Promise<PosEventAnswer> {
    const till = await this.notices.till(id, 'generic');
    const signed = { id: headers['webhook-id'], timestamp: headers['webhook-timestamp'], signature: headers['webhook-signature'] };
    await this.notices.genuine(till, ip, (secret) => standardProblem(secret, signed, body, this.clock.millis()));
    if (await this.sightings.known(till.id, signed.id!)) return { received: true, verdict: 'repeat' };
    const input = eventIn(await this.notices.read(till, body));
    const seen = seenFrom(input.data, input.type === 'pos-payment.voided' ? 'voided' : 'completed');
    const { verdict, posPaymentId } = await this.reports.told(till, seen);
    await this.sightings.dealtWith(till.id, signed.id!);
    return { received: true, posPaymentId, verdict };
  }
}

/** @throws InvalidInput with every error at its field: its sender writes programs */
function eventIn(body: unknown): PosEventInput {
  const errors = check(PosEventInput, body ?? null);
  if (errors.length > 0) throw new InvalidInput(errors);
  return body as PosEventInput;
}
