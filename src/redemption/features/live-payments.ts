import { Get, Req, Res } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DeviceCredentials } from '../../platform/security/device-credentials';
import { Permit } from '../../platform/security/permit';
import type { PageReply } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Rejection } from '../../kernel/rejection';
import type { DeviceRequest } from './counter';
import { PaymentsFeed } from './payments-feed';

/** So often the device is looked at again, and told that the line stands: one that was revoked has its screens closed. */
const HEARTBEAT_MS = 5_000;
/** Then the browser asks anew. */
const LONGEST_MS = 2 * 60_000;
const AGAIN_MS = 2_000;
/** More open screens than this on one device is a mistake, and each holds a connection. */
const MOST_A_DEVICE = 6;

/**
 * Server-sent events for a device: that the payments of its till have changed, not what they are. The screen then asks for the list as
 * anybody would, so that nothing is shown here that the guard has not let through.
 */
@PageController('n/:slug/redeem/payments')
export class LivePaymentsPage {
  private readonly open = new Map<string, number>();

  constructor(
    private readonly feed: PaymentsFeed,
    private readonly credentials: DeviceCredentials,
  ) {}

  @Get('live')
  @Permit('redemptions.redeem', ['device'])
  live(@Req() request: DeviceRequest & FastifyRequest, @Res() reply: PageReply): void {
    const { caller, network } = request;
    const before = this.open.get(caller.id) ?? 0;
    if (before >= MOST_A_DEVICE) throw new Rejection('too-many-requests', { retryAfterSeconds: 30 });
    this.open.set(caller.id, before + 1);
    reply.hijack();
    const { raw } = reply;
    const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' };
    raw.writeHead(200, headers as Record<string, string>);
    raw.write(`retry: ${AGAIN_MS}\n\n`);
    const end = (): void => void raw.end();
    const tell = (text: string): void => void this.credentials.of(request).then(() => raw.writable && raw.write(text), end);
    const heartbeat = setInterval(() => tell(': still here\n\n'), HEARTBEAT_MS).unref();
    const longest = setTimeout(end, LONGEST_MS).unref();
    const stop = this.feed.watch(network.id, caller.locationId, () => tell('event: payments\ndata: changed\n\n'), end);
    raw.once('close', () => {
      clearInterval(heartbeat);
      clearTimeout(longest);
      stop();
      this.closed(caller.id);
    });
  }

  private closed(device: string): void {
    const left = (this.open.get(device) ?? 1) - 1;
    if (left > 0) this.open.set(device, left);
    else this.open.delete(device);
  }
}
