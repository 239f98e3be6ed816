import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../platform/clock';
import { TillsFacade, type Till } from '../../network';
import { CatchUpTill } from '../domain/catch-up';
import { CloverNotices } from './clover-notices';
import { PosReports } from './pos-reports';
import { PosSightings } from './pos-sightings';
import { squarePayment } from './square-payment';
import { listOf, objectOf, textOf } from './till-json';
import { TillMakerFailure, TillMakers } from './till-makers';

/** Till makers' clocks and lists lag a little: what was read last is read again. Known payments change nothing. */
const OVERLAP_MS = 2 * 60_000;
const LIMIT = 100;
const MOST_PAGES = 100;

@CommandHandler(CatchUpTill)
export class CatchUpTillHandler implements ICommandHandler<CatchUpTill> {
  constructor(
    private readonly tills: TillsFacade,
    private readonly makers: TillMakers,
    private readonly clover: CloverNotices,
    private readonly reports: PosReports,
    private readonly sightings: PosSightings,
    private readonly clock: Clock,
  ) {}

  /** What the till maker can't answer is shown on the location's page and asked again. */
  async execute({ tillId }: CatchUpTill): Promise<void> {
    const till = await this.tills.till(tillId);
    if (!till?.token || till.place === undefined) return;
    const now = this.clock.millis();
    const health = await this.sightings.health(tillId);
    const since = (health?.caughtUpTo ?? Date.parse(till.connectedAt)) - OVERLAP_MS;
    try {
      if (till.kind === 'clover') await this.ofClover(till, since);
      else await this.ofSquare(till, since);
      await this.sightings.answered(till.network, tillId, now);
    } catch (error) {
      if (!(error instanceof TillMakerFailure)) throw error;
      await this.sightings.problem(till.network, tillId, error.problem);
    }
  }

  private async ofClover(till: Till, since: number): Promise<void> {
    await this.clover.deal(till.id);
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const search = new URLSearchParams({ filter: `modifiedTime>=${since}`, expand: 'tender,order,refunds' });
      const path = `/v3/merchants/${till.place}/payments?${search.toString()}&limit=${LIMIT}&offset=${page * LIMIT}`;
      const found = listOf((await this.makers.get(till, path))?.elements);
      for (const each of found) await this.clover.enter(till, each);
      if (found.length < LIMIT) return;
    }
  }

  private async ofSquare(till: Till, since: number): Promise<void> {
    const search = new URLSearchParams({
      updated_at_begin_time: new Date(since).toISOString(),
      location_id: till.place!,
      sort_field: 'UPDATED_AT',
      sort_order: 'ASC',
      limit: String(LIMIT),
    });
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await this.makers.get(till, `/v2/payments?${search.toString()}`);
      for (const each of listOf(answer?.payments)) {
        const seen = squarePayment(objectOf(each));
        if (seen) await this.reports.told(till, seen);
      }
      const cursor = textOf(answer?.cursor, 1_000);
      if (cursor === undefined) return;
      search.set('cursor', cursor);
    }
  }
}
