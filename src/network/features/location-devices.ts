import { Get, Param, Post, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { Streams } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { qrSvgUrl } from '../../platform/qr';
import { DeviceCredentials } from '../../platform/security/device-credentials';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Flag, Line, Optional } from '../../platform/web/input';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { location, type KnownLocation } from '../domain/location';
import { ActivationLinks, IssueActivationLink, WithdrawActivationLink, type LocationDeviceChange } from './activation-links';
import { RenameDevice, RevokeDevice } from './device-commands';
import { NothingInput } from './employees';
import { standingTag, tabsOf } from './location-tabs';
import { ownLocation } from './own-location';
import { networkOf } from './page-network';
import { shownDevice } from './shown-device';

export class ActivationLinkForm {
  @Optional() @Flag({ description: 'Mailed to the location; else shown to be scanned' }) mail?: boolean;
}

export class DeviceNameInput {
  @Optional() @Line(60, { description: 'What the shop calls it; none: its code alone', example: 'Till 1' }) name?: string;
}

/** The Devices tab of a location: its activation link, its devices, and one device. Read from the location's stream, so never stale. */
@PageController('n/:slug/locations/:id')
export class LocationDevicesPage {
  constructor(
    private readonly streams: Streams,
    private readonly links: ActivationLinks,
    private readonly credentials: DeviceCredentials,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  @Get('devices')
  @Permit('devices.manage', ['employee'])
  list(@Req() request: PageRequest, @Param('id') id: string, @Query('show') show?: string): Promise<Page> {
    return this.devicesPage(request, id, new Form(), show === 'link');
  }

  @Post('activation-links')
  @Permit('devices.manage', ['employee'])
  issue(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    ownLocation(request.caller, id);
    return this.forms.handle(request, ActivationLinkForm, {
      then: async ({ mail = false }) => {
        await this.commands.execute(new IssueActivationLink(this.contexts.once(request), id, this.ids.next('link'), mail));
        return this.back(request, id, mail ? { flash: 'network.flash.activation-link-sent' } : { query: '?show=link' });
      },
      again: (form) => this.devicesPage(request, id, form),
    });
  }

  @Post('activation-links/:link/withdrawal')
  @Permit('devices.manage', ['employee'])
  withdraw(@Req() request: PageRequest, @Param('id') id: string, @Param('link') link: string): Promise<Page | SeeOther> {
    return this.done(request, id, new WithdrawActivationLink(this.contexts.once(request), id, link), 'activation-link-withdrawn');
  }

  @Get('devices/:device')
  @Permit('devices.manage', ['employee'])
  show(@Req() request: PageRequest, @Param('id') id: string, @Param('device') device: string): Promise<Page> {
    return this.devicePage(request, id, device);
  }

  @Post('devices/:device')
  @Permit('devices.manage', ['employee'])
  rename(@Req() request: PageRequest, @Param('id') id: string, @Param('device') device: string): Promise<Page | SeeOther> {
    ownLocation(request.caller, id);
    return this.forms.handle(request, DeviceNameInput, {
      then: async ({ name }) => {
        const { position } = await this.commands.execute<RenameDevice, LocationDeviceChange>(
          new RenameDevice(this.contexts.once(request), id, device, name),
        );
        return this.back(request, id, { flash: 'network.flash.saved', position });
      },
      again: (form) => this.devicePage(request, id, device, form),
    });
  }

  @Post('devices/:device/revocation')
  @Permit('devices.manage', ['employee'])
  revoke(@Req() request: PageRequest, @Param('id') id: string, @Param('device') device: string): Promise<Page | SeeOther> {
    return this.done(request, id, new RevokeDevice(this.contexts.once(request), id, device), 'device-revoked');
  }

  private done(request: PageRequest, id: string, command: object, flash: string): Promise<Page | SeeOther> {
    ownLocation(request.caller, id);
    return this.forms.handle(request, NothingInput, {
      then: async () => {
        const { position } = await this.commands.execute<object, LocationDeviceChange>(command);
        return this.back(request, id, { flash: `network.flash.${flash}`, position });
      },
      again: (form) => this.devicesPage(request, id, form),
    });
  }

  private back(
    request: PageRequest,
    id: string,
    { query = '', ...options }: { flash?: string; query?: string; position?: number },
  ): SeeOther {
    return new SeeOther(`/n/${networkOf(request).slug}/locations/${id}/devices${query}`, options);
  }

  private async devicesPage(request: PageRequest, id: string, form: Form, showLink = false): Promise<Page> {
    const { reader } = request;
    const place = await this.placeOf(request, id);
    const seen = await this.credentials.sightings(place.devices.map((device) => device.id));
    const devices = place.devices
      .map((device) => ({
        ...shownDevice(device, place.status === 'open', seen.get(device.id), reader),
        href: `/n/${networkOf(request).slug}/locations/${id}/devices/${device.id}`,
      }))
      .sort((a, b) => Number(a.revokedAt !== undefined) - Number(b.revokedAt !== undefined));
    return new Page('network/features/location-devices', {
      title: reader.t('network.devices.title-of', { name: place.name }),
      form,
      tabs: tabsOf(request, id, '/devices'),
      place: { id, name: place.name, email: reveal(place.email), ...placeStanding(place), ...standingTag(place.status, reader) },
      devices,
      link: await this.shownLink(request, place),
      showLink,
    });
  }

  private async devicePage(request: PageRequest, id: string, deviceId: string, form = new Form()): Promise<Page> {
    const { reader } = request;
    const place = await this.placeOf(request, id);
    const device = place.devices.find((each) => each.id === deviceId);
    if (!device) throw new Rejection('not-found');
    const seen = (await this.credentials.sightings([deviceId])).get(deviceId);
    return new Page('network/features/location-device', {
      title: device.code,
      form,
      tabs: tabsOf(request, id, '/devices'),
      place: { id, name: place.name },
      device: shownDevice(device, place.status === 'open', seen, reader),
    });
  }

  /** @throws Rejection `not-found`, also for location staff of another location */
  private async placeOf(request: PageRequest, id: string): Promise<KnownLocation> {
    ownLocation(request.caller, id);
    const { state } = await this.streams.state(networkOf(request).id, `location-${id}`, location);
    if (state.status === 'unknown') throw new Rejection('not-found');
    return state;
  }

  private async shownLink(request: PageRequest, { id: placeId, links }: KnownLocation) {
    const [newest] = links;
    if (!newest) return undefined;
    const { id, status, expiresAt, issuedAt, mail } = newest;
    const open = status === 'issued' && expiresAt > this.clock.now();
    const url = this.links.url(networkOf(request).slug, placeId, newest);
    return { id, open, withdrawn: status === 'withdrawn', expiresAt, issuedAt, mail, ...(open ? { url, qr: await qrSvgUrl(url) } : {}) };
  }
}

const placeStanding = ({ status }: KnownLocation) => ({
  open: status === 'open',
  suspended: status === 'suspended',
  closed: status === 'closed',
});
