import { Get, Req } from '@nestjs/common';
import { DateTime } from 'luxon';
import type { Money } from '../../kernel/money';
import { NetworkFacade } from '../../network';
import { Clock } from '../../platform/clock';
import { Models } from '../../platform/read-store/models';
import { Permit } from '../../platform/security/permit';
import type { Page } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Positions } from '../../platform/web/positions';
import { redemptionList, type RedemptionListItem } from '../read-models/redemption-list';
import { baseOf, Counter, type DeviceRequest } from './counter';
import { newestFirst, whoShown } from './redemption-search';

const MOST = 500;

/** What the location redeemed today, whoever did it there, and what it comes to. */
@PageController('n/:slug/redeem/today')
export class DeviceTodayPage {
  constructor(
    private readonly counter: Counter,
    private readonly models: Models,
    private readonly positions: Positions,
    private readonly networks: NetworkFacade,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Permit('redemptions.redeem', ['device'])
  async today(@Req() request: DeviceRequest): Promise<Page> {
    const { network, caller, reader } = request;
    const now = this.clock.now();
    const midnight = DateTime.fromISO(now, { zone: network.timeZone }).startOf('day').toUTC().toISO()!;
    await this.models.settled(redemptionList, this.positions.of(request));
    const found = await this.models.find<RedemptionListItem>(redemptionList, {
      filter: { network: network.id, locationId: caller.locationId, startedAt: { gte: midnight } },
      sort: newestFirst,
      limit: MOST,
    });
    const shown = found.filter(({ state }) => state !== 'refused');
    const names = await this.networks.actorNames(
      network.id,
      shown.map(({ by }) => by.id),
    );
    const counted = shown.filter(({ state }) => state === 'completed');
    const zero: Money = { amount: 0, currency: network.currency };
    return this.counter.screen(request, 'redemption/features/device-today', {
      title: reader.t('redemption.today.title'),
      now,
      total: counted.reduce((sum, { amount }) => ({ ...sum, amount: sum.amount + amount.amount }), zero),
      count: counted.length,
      cut: found.length === MOST,
      rows: shown.map((each) => ({
        ...each,
        href: each.state === 'started' ? undefined : `${baseOf(request)}/receipts/${each.redemptionId}`,
        at: each.startedAt,
        who: whoShown(each, names, reader),
        reversed: each.state === 'reversed',
        open: each.state === 'started',
      })),
    });
  }
}
