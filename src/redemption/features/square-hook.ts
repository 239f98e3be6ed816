import { Headers, HttpCode, Ip, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Clock } from '../../platform/clock';
import { Config } from '../../platform/config';
import { Streams } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { Public } from '../../platform/security/permit';
import { HookController, SignedBody, SignedBytes } from '../../platform/web/signed-body';
import type { Till } from '../../network';
import { posPayment, VoidPosPayment } from '../domain/pos-payment';
import { PosReports } from './pos-reports';
import { PosSightings, type Verdict } from './pos-sightings';
import { sameText, squareSignature } from './signatures';
import { moneyOf, squarePayment } from './square-payment';
import { objectOf, textOf, type Json } from './till-json';
import { TillNotices } from './till-notices';
import { streamOfPosPayment } from './report-pos-payment';

export interface HookAnswer {
  readonly received: true;
  /** What it came to; absent for what does not concern us. */
  readonly verdict?: Verdict;
}

const received: HookAnswer = { received: true };

/** https://developer.squareup.com/docs/webhooks/overview: duplicates and any order are to be expected, sent again for 24 hours. */
@HookController('square')
export class SquareHook {
  constructor(
    private readonly notices: TillNotices,
    private readonly reports: PosReports,
    private readonly sightings: PosSightings,
    private readonly streams: Streams,
    private readonly commands: CommandBus,
    private readonly ids: Ids,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  @Post(':connectionId')
  @Public()
  @SignedBody()
  @HttpCode(200)
  async receive(
    @Param('connectionId') id: string,
    @SignedBytes() body: Buffer,
    @Headers('x-square-hmacsha256-signature') signature: string | undefined,
    @Ip() ip: string,
  ): Promise<HookAnswer> {
    const till = await this.notices.till(id, 'square');
    // The address as it was registered at Square, not as a proxy passes it on.
    const url = `${this.config.publicUrl}/hooks/square/${id}`;
    await this.notices.genuine(till, ip, (key) => {
      if (!signature) return 'not-signed';
      return sameText(signature, squareSignature(key, url, body)) ? undefined : 'wrong-signature';
    });
    const event = await this.notices.read(till, body);
    if (!event) return received;
    const eventId = textOf(event.event_id, 100);
    if (eventId !== undefined && (await this.sightings.known(till.id, eventId))) return { received: true, verdict: 'repeat' };
    const answer = await this.take(till, event);
    if (eventId !== undefined) await this.sightings.dealtWith(till.id, eventId);
    return answer;
  }

  private async take(till: Till, event: Json): Promise<HookAnswer> {
    const type = textOf(event.type, 60) ?? '';
    const { payment, refund } = objectOf(objectOf(event.data).object);
    if (type === 'payment.created' || type === 'payment.updated') return this.payment(till, objectOf(payment));
    if (type === 'refund.created' || type === 'refund.updated') return this.refund(till, objectOf(refund));
    return received;
  }

  private async payment(till: Till, payment: Json): Promise<HookAnswer> {
    const seen = squarePayment(payment);
    if (!seen) {
      await this.sightings.problem(till.network, till.id, 'unreadable');
      return received;
    }
    const place = await this.notices.standingAt(till, textOf(payment.location_id, 64));
    if (place) return { received: true, verdict: (await this.reports.told(place, seen)).verdict };
    const { network, locationId, kind, id: tillId } = till;
    const { externalId, amount, tender, takenAt } = seen;
    await this.sightings.enter({ network, locationId, kind, tillId, externalId, amount, tender, takenAt, verdict: 'unknown-place' });
    return { received: true, verdict: 'unknown-place' };
  }

  /** A whole refund ends the payment. A part of it comes with the payment's own update, which says what is left. */
  private async refund(till: Till, refund: Json): Promise<HookAnswer> {
    const amount = moneyOf(refund.amount_money);
    const paymentId = textOf(refund.payment_id, 192);
    const place = await this.notices.standingAt(till, textOf(refund.location_id, 64));
    if (!place || !amount || paymentId === undefined || refund.status !== 'COMPLETED') return received;
    const posPaymentId = this.reports.idOf(place, paymentId);
    const { state } = await this.streams.state(place.network, streamOfPosPayment(posPaymentId), posPayment);
    if (state.status === 'unknown' || amount.amount < state.amount.amount) return received;
    const commandId = this.ids.next('cmd');
    const context = { network: place.network, commandId, at: this.clock.now(), correlation: commandId };
    await this.commands.execute(new VoidPosPayment({ ...context, actor: { kind: 'job', id: place.id } }, posPaymentId));
    return { received: true, verdict: 'voided' };
  }
}
