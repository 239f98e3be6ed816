import { Injectable } from '@nestjs/common';
import type { CommandContext } from '../kernel/event-sourcing';
import { reveal } from '../kernel/personal';
import { Clock } from '../platform/clock';
import { Claims, EVERYWHERE } from '../platform/event-store/claims';
import { Streams } from '../platform/event-store/streams';
import { Models } from '../platform/read-store/models';
import { location as locationAggregate, type KnownLocation, type Location } from './domain/location';
import { network as networkAggregate, type OpenNetwork } from './domain/network';
import { ItemsOnOffer, type OfferedItems } from './features/offered-items';
import { WebhookNotices, type WebhookNotice } from './features/webhook-notices';
import { Fresh } from './fresh';
import {
  NetworkFacade,
  type DeviceSummary,
  type ListedLocations,
  type LocationSummary,
  type NetworkFigures,
  type NetworkSummary,
} from './network.facade';
import { apiKeyList, type ApiKeyListItem } from './read-models/api-key-list';
import { deviceList, deviceName, type DeviceListItem } from './read-models/device-list';
import { employeeList, type EmployeeListItem } from './read-models/employee-list';
import { locationList, type LocationListItem } from './read-models/location-list';

/** The network module's door: states from their streams, lists and names from the read models, each remembered for a second. */
@Injectable()
export class LiveNetworkFacade extends NetworkFacade {
  private readonly networks: Fresh<NetworkSummary | undefined>;
  private readonly directories: Fresh<ListedLocations>;
  private readonly names: Fresh<string | undefined>;
  /** Slugs never change hands, so what was found once is found for good. */
  private readonly idsBySlug = new Map<string, string>();

  constructor(
    private readonly streams: Streams,
    private readonly claims: Claims,
    private readonly models: Models,
    clock: Clock,
    private readonly offer: ItemsOnOffer,
    private readonly notices: WebhookNotices,
  ) {
    super();
    const now = () => clock.millis();
    this.networks = new Fresh(now, (id) => this.readNetwork(id));
    this.directories = new Fresh(now, (key) => this.readListed(key));
    this.names = new Fresh(now, (key) => this.readName(key));
  }

  network(id: string): Promise<NetworkSummary | undefined> {
    return this.networks.get(id);
  }

  /** By the slug's claim, not by a list: whoever has just signed up is known at every instance at once. */
  async networkBySlug(slug: string): Promise<NetworkSummary | undefined> {
    const id = this.idsBySlug.get(slug) ?? (await this.claims.owner(EVERYWHERE, 'network-slug', slug));
    const found = id === undefined ? undefined : await this.network(id);
    // A claim whose owner is not there yet may still pass to somebody else.
    if (found) this.idsBySlug.set(slug, found.id);
    else if (id !== undefined) this.networks.forget(id);
    return found;
  }

  location(network: string, id: string): LocationSummary | undefined | Promise<LocationSummary | undefined> {
    const found = this.streams.state(network, `location-${id}`, locationAggregate);
    return found instanceof Promise ? found.then(({ state }) => locationSummary(state)) : locationSummary(found.state);
  }

  async device(network: string, locationId: string, deviceId: string): Promise<DeviceSummary | undefined> {
    const { state } = await this.streams.state(network, `location-${locationId}`, locationAggregate);
    const found = state.status === 'unknown' ? undefined : state.devices.find(({ id }) => id === deviceId);
    if (!found) return undefined;
    const { id, code, name, revokedAt } = found;
    return { id, locationId, code, name, status: revokedAt === undefined ? 'active' : 'revoked' };
  }

  async locationNames(network: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = await Promise.all([...new Set(ids)].map(async (id) => this.location(network, id)));
    return new Map(found.flatMap((place) => (place ? [[place.id, place.name] as const] : [])));
  }

  listed(network: string, most: number): Promise<ListedLocations> {
    return this.directories.get(`${network} ${most}`);
  }

  async actorNames(network: string, actorIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = await Promise.all([...new Set(actorIds)].map(async (id) => [id, await this.names.get(`${network} ${id}`)] as const));
    return new Map(found.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
  }

  async figures(network: string): Promise<NetworkFigures> {
    const [openLocations, activeEmployees, invitedEmployees, activeApiKeys] = await Promise.all([
      this.models.count(locationList, { filter: { network, status: 'open' } }),
      this.models.count(employeeList, { filter: { network, status: 'active' } }),
      this.models.count(employeeList, { filter: { network, status: 'invited' } }),
      this.models.count(apiKeyList, { filter: { network, status: 'active' } }),
    ]);
    return { openLocations, activeEmployees, invitedEmployees, activeApiKeys };
  }

  async items(network: string, locationId: string): Promise<OfferedItems> {
    const summary = await this.network(network);
    return summary ? this.offer.of(summary, locationId) : { source: 'none', items: [] };
  }

  async wantsItemMails(network: string, locationId: string): Promise<boolean> {
    const { state } = await this.streams.state(network, `location-${locationId}`, locationAggregate);
    return state.status !== 'unknown' && state.mailItems;
  }

  notify(context: CommandContext, notice: WebhookNotice): Promise<string | undefined> {
    return this.notices.queue(context, notice);
  }

  changed(network: string, slug?: string): void {
    this.networks.forget(network);
    if (slug !== undefined) this.idsBySlug.set(slug, network);
  }

  private async readNetwork(id: string): Promise<NetworkSummary | undefined> {
    const { state } = await this.streams.state(id, `network-${id}`, networkAggregate);
    return state.status === 'unknown' ? undefined : summary(state);
  }

  private async readListed(key: string): Promise<ListedLocations> {
    const [network, most] = key.split(' ') as [string, string];
    const filter = { network, 'search.shown': 'yes' };
    const [first, count] = await Promise.all([
      this.models.find<LocationListItem>(locationList, { filter, sort: ['search.name', 'id'], limit: Number(most) }),
      this.models.count(locationList, { filter }),
    ]);
    return { names: first.map(({ name }) => name), count };
  }

  private async readName(key: string): Promise<string | undefined> {
    const [network, id = ''] = key.split(' ');
    if (id.startsWith('emp_')) {
      const person = await this.models.get<EmployeeListItem>(employeeList, id);
      return person?.network === network ? reveal(person?.name) : undefined;
    }
    if (id.startsWith('dev_')) {
      const device = await this.models.get<DeviceListItem>(deviceList, id);
      return device?.network === network ? deviceName(device) : undefined;
    }
    const apiKey = id.startsWith('key_') ? await this.models.get<ApiKeyListItem>(apiKeyList, id) : undefined;
    return apiKey?.network === network ? apiKey?.name : undefined;
  }
}

const locationSummary = (state: Location): LocationSummary | undefined => (state.status === 'unknown' ? undefined : placeSummary(state));

const placeSummary = ({
  id,
  name,
  email,
  status,
  language,
  listed,
}: KnownLocation | (LocationListItem & { id: string })): LocationSummary => ({
  id,
  name,
  email: reveal(email) ?? '',
  status,
  language,
  listed: listed !== false,
});

function summary(state: OpenNetwork): NetworkSummary {
  const { id, slug, name, currency, timeZone, language, brand, test, contactEmail, postalAddress, cardRules, secondFactor, createdAt } =
    state;
  const { noticeEmails, clerk } = state.redemption;
  const contact = reveal(contactEmail) ?? '';
  return {
    id,
    slug,
    name,
    currency,
    timeZone,
    language,
    brand,
    test,
    contactEmail: contact,
    postalAddress,
    cardRules,
    secondFactor,
    noticeEmails: noticeEmails.flatMap((each) => reveal(each) ?? []),
    clerk,
    createdAt,
  };
}
