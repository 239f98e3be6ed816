import { Get, Query, Req } from '@nestjs/common';
import { Models } from '../../platform/read-store/models';
import type { Filter } from '../../platform/read-store/read-store';
import { DeviceCredentials } from '../../platform/security/device-credentials';
import { Permit } from '../../platform/security/permit';
import { Cursors } from '../../platform/web/cursors';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Positions } from '../../platform/web/positions';
import { NetworkFacade } from '../network.facade';
import { deviceList, type DeviceListItem } from '../read-models/device-list';
import { locationList, type LocationListItem } from '../read-models/location-list';
import { meantLocations } from './find-locations';
import { reachOf } from './own-location';
import { networkOf } from './page-network';
import { shownDevice } from './shown-device';

const PAGE = 50;
/** Locations that a word may mean; who means more writes more of the name. */
const MOST_PLACES = 100;

interface Wanted {
  readonly find?: string;
  readonly status?: string;
}

/** The devices of all locations, newest first, found by code or by the location's name. */
@PageController('n/:slug/devices')
export class NetworkDevicesPage {
  constructor(
    private readonly models: Models,
    private readonly positions: Positions,
    private readonly cursors: Cursors,
    private readonly credentials: DeviceCredentials,
    private readonly facade: NetworkFacade,
  ) {}

  @Get()
  @Permit('devices.manage', ['employee'])
  async list(
    @Req() request: PageRequest,
    @Query('find') find?: string,
    @Query('status') status?: string,
    @Query('after') cursor?: string,
  ): Promise<Page | SeeOther> {
    const own = reachOf(request.caller);
    if (own !== undefined) return new SeeOther(`/n/${networkOf(request).slug}/locations/${own}/devices`);
    return this.page(request, wantedBy(find, status), cursor);
  }

  private async page(request: PageRequest, wanted: Wanted, cursor: string | undefined): Promise<Page> {
    const { id: network, slug } = networkOf(request);
    await this.models.settled(deviceList, this.positions.of(request));
    const query = queryFor(network, wanted, await this.named(network, wanted));
    const list = [network, 'devices', wanted.find ?? '', wanted.status ?? ''];
    const after = this.cursors.open(list, cursor);
    const found = await this.models.find<DeviceListItem>(deviceList, { ...query, sort: ['-activatedAt', '-id'], after, limit: PAGE + 1 });
    const { data, next } = this.cursors.page(list, found, PAGE, (each) => [each.activatedAt, each.id]);
    const search = { find: wanted.find ?? '', status: wanted.status ?? '' };
    return new Page('network/features/network-devices', {
      title: request.reader.t('network.devices.title'),
      devices: await this.shown(request, data),
      find: wanted.find,
      filtered: wanted.find !== undefined || wanted.status !== undefined,
      statuses: statusChoices(request, wanted),
      count: await this.models.count(deviceList, query),
      next: next && `/n/${slug}/devices?${new URLSearchParams({ ...search, after: next }).toString()}`,
    });
  }

  private async named(network: string, { find }: Wanted): Promise<readonly { readonly id: string }[]> {
    if (find === undefined) return [];
    return this.models.find<LocationListItem & { id: string }>(locationList, {
      ...meantLocations(network, { q: find }),
      limit: MOST_PLACES,
    });
  }

  private async shown(request: PageRequest, devices: readonly (DeviceListItem & { id: string })[]) {
    const { id: network, slug } = networkOf(request);
    const [seen, found] = await Promise.all([
      this.credentials.sightings(devices.map(({ id }) => id)),
      Promise.all(devices.map(async ({ locationId }) => this.facade.location(network, locationId))),
    ]);
    const places = new Map(found.flatMap((place) => (place ? [[place.id, place] as const] : [])));
    return devices.map((each) => ({
      ...shownDevice(each, places.get(each.locationId)?.status === 'open', seen.get(each.id), request.reader),
      place: places.get(each.locationId)?.name,
      href: `/n/${slug}/locations/${each.locationId}/devices/${each.id}`,
    }));
  }
}

const statusChoices = ({ reader }: PageRequest, wanted: Wanted) =>
  ['', 'active', 'revoked'].map((value) => ({
    value,
    label: reader.t(`network.devices.filter.${value || 'all'}`),
    chosen: value === (wanted.status ?? ''),
  }));

function wantedBy(find: unknown, status: unknown): Wanted {
  const text = typeof find === 'string' ? find.trim().slice(0, 60) : '';
  return {
    ...(text === '' ? {} : { find: text }),
    ...(status === 'active' || status === 'revoked' ? { status } : {}),
  };
}

/** A word is a code's beginning or what finds a location in its list. */
function queryFor(
  network: string,
  { find, status }: Wanted,
  places: readonly { readonly id: string }[],
): { filter: Filter; anyOf?: readonly Filter[] } {
  const filter = { network, ...(status === undefined ? {} : { status }) };
  if (find === undefined) return { filter };
  const byCode = { code: { prefix: find.toUpperCase().replace(/\s+/g, '-') } };
  return { filter, anyOf: places.length > 0 ? [byCode, { locationId: { in: places.map(({ id }) => id) } }] : [byCode] };
}
