import { Headers, HttpCode, Ip, Param, Post } from '@nestjs/common';
import { Public } from '../../platform/security/permit';
import { HookController, SignedBody, SignedBytes } from '../../platform/web/signed-body';
import type { Till } from '../../network';
import { CloverNotices } from './clover-notices';
import { PosSightings } from './pos-sightings';
import { sameText } from './signatures';
import type { HookAnswer } from './square-hook';
import { listOf, objectOf, parsed, textOf, wholeOf, type Json } from './till-json';
import { TillNotices } from './till-notices';

const MOST_NOTICES = 1_000;

/**
 * https://docs.clover.com/dev/docs/webhooks: a static header instead of a signature, ids instead of payments, one body for several
 * merchants. It is answered as soon as the notices are kept.
 */
@HookController('clover')
export class CloverHook {
  constructor(
    private readonly notices: TillNotices,
    private readonly clover: CloverNotices,
    private readonly sightings: PosSightings,
  ) {}

  @Post(':connectionId')
  @Public()
  @SignedBody()
  @HttpCode(200)
  async receive(
    @Param('connectionId') id: string,
    @SignedBytes() body: Buffer,
    @Headers('x-clover-auth') auth: string | undefined,
    @Ip() ip: string,
  ): Promise<HookAnswer> {
    const till = await this.notices.till(id, 'clover');
    const verificationCode = verificationIn(body);
    if (verificationCode !== undefined) {
      await this.sightings.verification(till.network, till.id, verificationCode);
      return { received: true };
    }
    await this.notices.genuine(till, ip, (code) => (!auth ? 'not-signed' : sameText(auth, code) ? undefined : 'wrong-signature'));
    const event = await this.notices.read(till, body);
    if (!event) return { received: true };
    for (const each of await this.keep(till, event)) setImmediate(() => void this.clover.deal(each));
    return { received: true };
  }

  private async keep(till: Till, event: Json): Promise<ReadonlySet<string>> {
    const touched = new Set<string>();
    let left = MOST_NOTICES;
    for (const [merchant, list] of Object.entries(objectOf(event.merchants))) {
      const place = await this.notices.standingAt(till, textOf(merchant, 64));
      if (!place) {
        await this.stranger(till, merchant);
        continue;
      }
      for (const each of listOf(list).slice(0, left)) {
        const { objectId, type, ts } = objectOf(each);
        const notice = { objectId: textOf(objectId, 80) ?? '', type: textOf(type, 20) ?? '', ts: wholeOf(ts) ?? 0 };
        left -= 1;
        if (await this.clover.keep(place, notice)) touched.add(place.id);
      }
    }
    return touched;
  }

  /** A merchant whom nobody connected: shown, so that somebody can. */
  private stranger({ network, locationId, id: tillId }: Till, merchant: string): Promise<void> {
    const externalId = textOf(merchant, 64) ?? '?';
    return this.sightings.enter({ network, locationId, kind: 'clover', tillId, externalId, tender: {}, verdict: 'unknown-place' });
  }
}

/**
 * Clover's first post holds nothing but a code for its dashboard; whether it carries the header is not documented. Whoever makes one up
 * gets nothing by it: the code is only shown to those who set the till up.
 */
function verificationIn(body: Buffer): string | undefined {
  try {
    const event = parsed(body);
    return Object.keys(event).length === 1 ? textOf(event.verificationCode, 100) : undefined;
  } catch {
    return undefined;
  }
}
