import { Get, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { DateTime } from 'luxon';
import { Readable } from 'node:stream';
import { LocationChoices, NetworkFacade, reachOf } from '../../network';
import { Clock } from '../../platform/clock';
import { Models } from '../../platform/read-store/models';
import type { EmployeeCaller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import { countedFar, countSummary } from '../../platform/web/counted';
import { Cursors } from '../../platform/web/cursors';
import { Form } from '../../platform/web/form';
import { Page, type PageNetwork, type PageReply, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Positions } from '../../platform/web/positions';
import { redemptionList, redemptionStates, type RedemptionListItem, type RedemptionState } from '../read-models/redemption-list';
import { RedemptionCsv } from './redemption-csv';
import { newestFirst, placeInList, searched, type RedemptionSearch, whoShown } from './redemption-search';

export type OfficeRequest = PageRequest & { caller: EmployeeCaller; network: PageNetwork };

const PAGE = 25;
/** A location's name with what tells it from others. */
const MOST_NAME = 200;

interface Asked {
  readonly location: string;
  readonly device: string;
  readonly state: string;
  readonly from: string;
  readonly to: string;
  readonly q: string;
}

/** Every redemption of a network, or of the one location that its reader is bound to. */
@PageController('n/:slug/redemptions')
export class RedemptionPages {
  constructor(
    private readonly models: Models,
    private readonly cursors: Cursors,
    private readonly positions: Positions,
    private readonly networks: NetworkFacade,
    private readonly locations: LocationChoices,
    private readonly csv: RedemptionCsv,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Permit('redemptions.view', ['employee'])
  async list(@Req() request: OfficeRequest, @Query() query: Record<string, unknown>): Promise<Page> {
    const { network, reader } = request;
    const { form, asked } = await this.asked(request, query);
    const meant = meaning(request, asked);
    const cursor = typeof query.after === 'string' ? query.after : undefined;
    await this.models.settled(redemptionList, this.positions.of(request));
    const list = [network.id, 'redemption-pages', meant];
    const [found, count] = await Promise.all([
      this.models.find<RedemptionListItem>(redemptionList, {
        ...meant,
        sort: newestFirst,
        after: this.cursors.open(list, cursor),
        limit: PAGE + 1,
      }),
      this.models.count(redemptionList, { ...meant, ...countedFar }),
    ]);
    const { data, next } = this.cursors.page(list, found, PAGE, placeInList);
    const base = `/n/${network.slug}/redemptions`;
    const href = (more: Record<string, string>, file = ''): string => addressOf(`${base}${file}`, asked, more);
    const choices = await this.choices(request, form);
    const model = {
      title: reader.t('redemption.list.title'),
      form,
      now: this.clock.now(),
      ...choices,
      rows: await this.rows(request, data),
      summary: countSummary('redemption.list', count, reader),
      csv: href({}, '/export.csv'),
      next: next && href({ after: next }),
      nothingYet: count === 0 && Object.values(asked).every((each) => each === ''),
    };
    return new Page('redemption/features/redemptions', model, { scripts: choices.places?.scripts });
  }

  @Get('export.csv')
  @Permit('redemptions.view', ['employee'])
  async export(
    @Req() request: OfficeRequest,
    @Res({ passthrough: true }) reply: PageReply,
    @Query() query: Record<string, unknown>,
  ): Promise<StreamableFile> {
    const { network, reader } = request;
    await this.models.settled(redemptionList, this.positions.of(request));
    const { asked } = await this.asked(request, query);
    const rows = this.csv.rows(network.id, meaning(request, asked), reader);
    reply.header('content-disposition', `attachment; filename="redemptions-${this.clock.now().slice(0, 10)}.csv"`);
    return new StreamableFile(Readable.from(rows), { type: 'text/csv; charset=utf-8' });
  }

  /** What was typed, for the form, and what it asks for: the location by its id. */
  private async asked(request: OfficeRequest, query: Record<string, unknown>): Promise<{ form: Form; asked: Asked }> {
    const typed = readQuery(query);
    const form = new Form({ ...typed });
    const location = (await this.locations.filtered(request, form, 'location')) ?? '';
    return { form, asked: { ...typed, location } };
  }

  private async rows({ network, reader }: OfficeRequest, data: readonly RedemptionListItem[]) {
    const placeNames = await this.networks.locationNames(
      network.id,
      data.map(({ locationId }) => locationId),
    );
    const names = await this.networks.actorNames(
      network.id,
      data.map(({ by }) => by.id),
    );
    return data.map((each) => ({
      ...each,
      href: `/n/${network.slug}/redemptions/${each.redemptionId}`,
      place: placeNames.get(each.locationId) ?? each.locationId,
      who: whoShown(each, names, reader),
      ...tagOf(each.state),
      label: reader.t(`redemption.state.${each.state}`),
    }));
  }

  private async choices(request: OfficeRequest, form: Form) {
    const { reader } = request;
    const any = { value: '', label: reader.t('redemption.list.any') };
    return {
      places: reachOf(request.caller) === undefined ? await this.locations.filter(request, form, 'location', any.label) : undefined,
      states: [any, ...redemptionStates.map((value) => ({ value, label: reader.t(`redemption.state.${value}`) }))],
    };
  }
}

/** The tag of the house that looks like it. */
export const tagOf = (state: RedemptionState) =>
  ({ started: { tag: 'pending' }, completed: { tag: 'active' }, refused: { tag: 'voided' }, reversed: { tag: 'cancelled' } })[state];

function readQuery(query: Record<string, unknown>): Asked {
  const text = (name: string, most = 60): string => (typeof query[name] === 'string' ? query[name].trim().slice(0, most) : '');
  return {
    location: text('location', MOST_NAME),
    device: text('device'),
    state: text('state'),
    from: text('from'),
    to: text('to'),
    q: text('q'),
  };
}

/** Days are the network's; whoever is bound to a location sees only what happened there. */
function meaning(request: OfficeRequest, { location, device, state, from, to, q }: Asked) {
  const { network, caller } = request;
  const day = (text: string) => {
    const found = DateTime.fromISO(text, { zone: network.timeZone });
    return found.isValid ? found : undefined;
  };
  const search: RedemptionSearch = {
    locationId: reachOf(caller) ?? (location || undefined),
    deviceId: device || undefined,
    state: redemptionStates.find((each) => each === state),
    from: day(from)?.toUTC().toISO() ?? undefined,
    before: day(to)?.plus({ days: 1 }).toUTC().toISO() ?? undefined,
    search: q || undefined,
  };
  return searched(network.id, search);
}

function addressOf(path: string, asked: Asked, more: Record<string, string>): string {
  const wanted = new URLSearchParams(Object.entries({ ...asked, ...more }).filter(([, value]) => value !== ''));
  return wanted.size > 0 ? `${path}?${wanted.toString()}` : path;
}
