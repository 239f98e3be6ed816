import { Get, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Readable } from 'node:stream';
import { reveal } from '../../kernel/personal';
import { Clock } from '../../platform/clock';
import { Ids } from '../../platform/ids';
import { Models } from '../../platform/read-store/models';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Cursors } from '../../platform/web/cursors';
import { Form, Forms } from '../../platform/web/form';
import { Page, SeeOther, type PageReply, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Positions } from '../../platform/web/positions';
import type { Reader } from '../../platform/web/reader';
import { locationList, type LocationListItem } from '../read-models/location-list';
import { IssueActivationLink } from './activation-links';
import { locationStatuses, meantLocations, type LocationStatus } from './find-locations';
import { CreateLocation, type LocationChange } from './location-commands';
import { LocationCsv } from './location-csv';
import { NewLocationInput } from './location-input';
import { standingTag } from './location-tabs';
import { reachOf } from './own-location';
import { networkOf } from './page-network';
import { countryChoices, languageChoices } from './shown-location';

const PAGE = 50;
const MOST_TYPED = 100;
const tabs = ['all', ...locationStatuses] as const;

interface ListQuery {
  readonly status?: LocationStatus;
  readonly q: string;
}

/** The businesses of the network: found, filtered, taken away as a file, and added one by one. */
@PageController('n/:slug/locations')
export class LocationsPage {
  constructor(
    private readonly models: Models,
    private readonly positions: Positions,
    private readonly cursors: Cursors,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
    private readonly ids: Ids,
    private readonly csv: LocationCsv,
    private readonly clock: Clock,
  ) {}

  /** Location staff have one location: theirs. */
  @Get()
  @Permit('locations.view', ['employee'])
  async list(
    @Req() request: PageRequest,
    @Query('status') status?: string,
    @Query('q') q?: string,
    @Query('after') cursor?: string,
  ): Promise<Page | SeeOther> {
    const { reader, caller } = request;
    const { id, slug } = networkOf(request);
    const own = reachOf(caller);
    if (own !== undefined) return new SeeOther(`/n/${slug}/locations/${own}`);
    const query = readQuery(status, q);
    await this.models.settled(locationList, this.positions.of(request));
    const list = [id, 'locations-by-name', query];
    const after = this.cursors.open(list, cursor);
    const meant = meantLocations(id, query);
    const [found, counts] = await Promise.all([
      this.models.find<LocationListItem>(locationList, { ...meant, sort: ['search.name', 'id'], after, limit: PAGE + 1 }),
      Promise.all(tabs.map((tab) => this.models.count(locationList, meantLocations(id, { ...query, status: statusOf(tab) })))),
    ]);
    const { data, next } = this.cursors.page(list, found, PAGE, (each) => [each.search.name, each.id]);
    const href = (more: object, file = '') => addressOf(slug, { ...query, ...more }, file);
    return new Page('network/features/locations', {
      title: reader.t('network.locations.title'),
      form: new Form({ q: query.q }),
      q: query.q,
      tabs: tabs.map((tab, index) => ({
        label: reader.t(`network.locations.tab.${tab}`),
        count: counts[index],
        href: href({ status: statusOf(tab) }),
        current: statusOf(tab) === query.status,
      })),
      places: data.map((each) => row(each, slug, reader)),
      summary: reader.t('network.locations.count', { count: counts[tabs.findIndex((tab) => statusOf(tab) === query.status)] ?? 0 }),
      csv: href({}, '/export.csv'),
      next: next && href({ after: next }),
      nothingYet: query.q === '' && counts[0] === 0,
    });
  }

  @Get('export.csv')
  @Permit('locations.manage', ['employee'])
  async export(
    @Req() request: PageRequest,
    @Res({ passthrough: true }) reply: PageReply,
    @Query('status') status?: string,
    @Query('q') q?: string,
  ): Promise<StreamableFile> {
    await this.models.settled(locationList, this.positions.of(request));
    const rows = this.csv.rows(meantLocations(networkOf(request).id, readQuery(status, q)), request.reader);
    reply.header('content-disposition', `attachment; filename="locations-${this.clock.now().slice(0, 10)}.csv"`);
    return new StreamableFile(Readable.from(rows), { type: 'text/csv; charset=utf-8' });
  }

  @Get('new')
  @Permit('locations.manage', ['employee'])
  blank(@Req() request: PageRequest): Page {
    return this.newPage(request, new Form());
  }

  @Post()
  @Permit('locations.manage', ['employee'])
  create(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.forms.handle(request, NewLocationInput, {
      then: async ({ sendActivationLink, ...input }) => {
        const command = new CreateLocation(this.contexts.once(request), this.ids.next('loc'), input);
        const { position } = await this.commands.execute<CreateLocation, LocationChange>(command);
        if (sendActivationLink) {
          const link = new IssueActivationLink(this.contexts.once(request), command.locationId, this.ids.next('link'), true);
          await this.commands.execute(link);
        }
        return new SeeOther(`/n/${networkOf(request).slug}/locations`, {
          flash: 'network.flash.location-created',
          values: { name: input.name },
          position,
        });
      },
      again: (form) => this.newPage(request, form),
      fieldOf: { 'reference-taken': 'reference' },
    });
  }

  private newPage({ reader }: PageRequest, form: Form): Page {
    return new Page('network/features/new-location', {
      title: reader.t('network.locations.new'),
      form,
      listed: !form.invalid,
      countries: countryChoices(undefined, reader),
      languages: languageChoices(reader),
    });
  }
}

const row = (place: LocationListItem & { id: string }, slug: string, reader: Reader) => ({
  ...place,
  href: `/n/${slug}/locations/${place.id}`,
  city: place.address?.city,
  email: reveal(place.email),
  ...standingTag(place.status, reader),
});

const statusOf = (tab: (typeof tabs)[number]): LocationStatus | undefined => (tab === 'all' ? undefined : tab);

const readQuery = (status: unknown, q: unknown): ListQuery => ({
  status: locationStatuses.find((each) => each === status),
  q: typeof q === 'string' ? q.trim().slice(0, MOST_TYPED) : '',
});

function addressOf(slug: string, query: object, file: string): string {
  const wanted = Object.entries(query).filter(([, value]) => value !== undefined && value !== '') as [string, string][];
  const search = new URLSearchParams(wanted);
  return `/n/${slug}/locations${file}${search.size > 0 ? `?${search.toString()}` : ''}`;
}
