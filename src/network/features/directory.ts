import { Get, Injectable, Query, Req } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { Models } from '../../platform/read-store/models';
import { Public } from '../../platform/security/permit';
import { Cursors } from '../../platform/web/cursors';
import { Form } from '../../platform/web/form';
import { Page, type PageNetwork, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import type { Reader } from '../../platform/web/reader';
import { Fresh } from '../fresh';
import { locationList, NO_CATEGORY, type LocationListItem } from '../read-models/location-list';
import { meantInDirectory } from './find-locations';
import { addressLines } from './shown-location';

const PAGE = 48;
const MOST_TYPED = 100;
/** Beyond this many, words are searched for, not chosen from. */
const MOST_CHOICES = 100;
const sort = ['search.category', 'search.name', 'id'];

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** The categories and cities that the directory has, found by leaping through the index from one to the next; remembered for a while. */
@Injectable()
export class DirectoryChoices {
  private readonly remembered: Fresh<readonly Choice[]>;

  constructor(
    private readonly models: Models,
    clock: Clock,
  ) {
    this.remembered = new Fresh(
      () => clock.millis(),
      (key) => this.read(...(key.split(' ') as [string, 'category' | 'city'])),
      10_000,
    );
  }

  of(network: string, field: 'category' | 'city'): Promise<readonly Choice[]> {
    return this.remembered.get(`${network} ${field}`);
  }

  private async read(network: string, field: 'category' | 'city'): Promise<readonly Choice[]> {
    const choices: Choice[] = [];
    let after = '';
    while (choices.length < MOST_CHOICES) {
      const filter = { network, 'search.shown': 'yes', [`search.${field}`]: { gt: after } };
      const [next] = await this.models.find<LocationListItem>(locationList, { filter, sort: [`search.${field}`], limit: 1 });
      const value = next?.search[field];
      if (!next || !value || value === NO_CATEGORY) break;
      choices.push({ value, label: (field === 'category' ? next.category : next.address?.city) ?? value });
      after = value;
    }
    return choices;
  }
}

/** Where cards can be spent: open to everybody, one page of the list at a time. */
@PageController('n/:slug/directory')
export class DirectoryPage {
  constructor(
    private readonly models: Models,
    private readonly cursors: Cursors,
    private readonly choices: DirectoryChoices,
  ) {}

  @Get()
  @Public()
  async show(
    @Req() request: PageRequest,
    @Query('q') q?: string,
    @Query('category') category?: string,
    @Query('city') city?: string,
    @Query('after') cursor?: string,
  ): Promise<Page> {
    const { network } = request;
    if (!network) throw new Rejection('not-found');
    const query = { q: typed(q), category: typed(category), city: typed(city) };
    const list = [network.id, 'directory', query];
    const meant = meantInDirectory(network.id, query);
    const [found, count, categories, cities] = await Promise.all([
      this.models.find<LocationListItem>(locationList, { ...meant, sort, after: this.cursors.open(list, cursor), limit: PAGE + 1 }),
      this.models.count(locationList, meant),
      this.choices.of(network.id, 'category'),
      this.choices.of(network.id, 'city'),
    ]);
    const page = this.cursors.page(list, found, PAGE, ({ search, id }) => [search.category, search.name, id]);
    return shown(request.reader, network, query, { ...page, count, categories, cities, first: cursor === undefined });
  }
}

interface DirectoryQuery {
  readonly q: string;
  readonly category: string;
  readonly city: string;
}

interface FoundInDirectory {
  readonly data: readonly (LocationListItem & { id: string })[];
  readonly next: string | null;
  readonly count: number;
  readonly categories: readonly Choice[];
  readonly cities: readonly Choice[];
  readonly first: boolean;
}

function shown(reader: Reader, { slug, name, currency }: PageNetwork, query: DirectoryQuery, found: FoundInDirectory): Page {
  const href = (more: object): string => addressOf(slug, { ...query, ...more });
  return new Page(
    'network/features/directory',
    {
      title: reader.t('network.directory.title'),
      lead: reader.t('network.directory.lead', { network: name }),
      form: new Form({ q: query.q }),
      category: query.category,
      city: query.city,
      categories: withAll(found.categories, reader.t('network.directory.all-categories')),
      cities: withAll(found.cities, reader.t('network.directory.all-cities')),
      groups: groupsOf(found.data, currency, reader),
      count: reader.t('network.directory.count', { count: found.count }),
      next: found.next && href({ after: found.next }),
      first: !found.first && href({}),
      searching: Object.values(query).some((text) => text !== ''),
      all: addressOf(slug, {}),
    },
    { shell: 'public' },
  );
}

const typed = (text: unknown): string => (typeof text === 'string' ? text.trim().slice(0, MOST_TYPED) : '');

const withAll = (choices: readonly Choice[], all: string): readonly Choice[] | undefined =>
  choices.length > 1 ? [{ value: '', label: all }, ...choices] : undefined;

function addressOf(slug: string, query: object): string {
  const wanted = Object.entries(query).filter(([, value]) => value !== '') as [string, string][];
  const search = new URLSearchParams(wanted);
  return `/n/${slug}/directory${search.size > 0 ? `?${search.toString()}` : ''}`;
}

/** In the order of the list: categories by name, businesses by name within. */
function groupsOf(places: readonly (LocationListItem & { id: string })[], currency: string, reader: Reader) {
  const groups: { title: string; anchor: string; places: object[] }[] = [];
  let former: string | undefined;
  for (const { id, name, category, phone, website, address, search } of places) {
    if (search.category !== former) {
      const title = category ?? (groups.length === 0 ? '' : reader.t('network.directory.others'));
      groups.push({ title, anchor: `g-${groups.length}`, places: [] });
    }
    former = search.category;
    const dial = phone?.replace(/[^\d+]/g, '');
    const shown = website?.replace(/^https?:\/\/(www\.)?/i, '').replace(/\/$/, '');
    groups.at(-1)!.places.push({ id, name, phone, dial, website, shown, lines: addressLines(address, currency, reader) });
  }
  return groups;
}
