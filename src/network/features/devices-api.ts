import { Delete, Get, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { Streams } from '../../platform/event-store/streams';
import type { ApiKeyCaller, EmployeeCaller } from '../../platform/security/caller';
import { DeviceCredentials, type Sighting } from '../../platform/security/device-credentials';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import type { Listed } from '../../platform/web/cursors';
import { Flag, Id, Line, OneOf, Optional, Time } from '../../platform/web/input';
import type { ActivationLink, LocationDevice } from '../domain/location-devices';
import { location, type KnownLocation } from '../domain/location';
import { NetworkFacade } from '../network.facade';
import { ActivationLinks, IssueActivationLink, WithdrawActivationLink, type LocationDeviceChange } from './activation-links';
import { RenameDevice, RevokeDevice } from './device-commands';
import { DeviceNameInput } from './location-devices';
import { ownLocation } from './own-location';

export class ActivationLinkInput {
  @Optional()
  @Flag({ description: 'Mail it to the location; default true. With false you hand the answer’s `url` over yourself' })
  mail?: boolean;
}

/** An activation link as the API shows it. */
export class ActivationLinkAnswer {
  @Id('link') id!: string;
  @OneOf(['open', 'expired', 'replaced', 'withdrawn']) status!: 'open' | 'expired' | 'replaced' | 'withdrawn';
  @Optional() @Line(300, { description: 'Only while it is open. Whoever opens it may activate devices' }) url?: string;
  @Flag({ description: 'Whether it was mailed to the location' }) mailed!: boolean;
  @Time() issuedAt!: string;
  @Time() expiresAt!: string;
}

/** A device as the API shows it. */
export class DeviceAnswer {
  @Id('dev') id!: string;
  @Line(40, { description: 'Unique in the network', example: 'MAPLE-42' }) code!: string;
  @Optional() @Line(60) name?: string;
  @OneOf(['active', 'off', 'revoked'], { description: '`off` while its location is suspended or closed' })
  status!: 'active' | 'off' | 'revoked';
  @Time() activatedAt!: string;
  @Optional() @Time() revokedAt?: string;
  @Optional() @Time({ description: 'To the minute' }) lastSeenAt?: string;
  @Optional() @Line(40, { description: 'Version of the screen that it shows' }) appVersion?: string;
  @Optional() @Line(200, { description: 'What its browser calls itself' }) userAgent?: string;
}

const linkExample = {
  id: 'link_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  status: 'open',
  url: 'https://gifts.example/n/harbor-street/activate/loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG.link_01JD8Z4M2Q7RXK3V5T9WBN6CHG.7Q0K',
  mailed: true,
  issuedAt: '2026-11-22T15:30:00.000Z',
  expiresAt: '2026-11-25T15:30:00.000Z',
};
const deviceExample = {
  id: 'dev_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  code: 'MAPLE-42',
  name: 'Till 1',
  status: 'active',
  activatedAt: '2026-11-22T15:32:00.000Z',
  lastSeenAt: '2026-11-22T18:01:00.000Z',
  appVersion: '0.1.0',
  userAgent: 'Mozilla/5.0 (Linux; Android 14) Chrome/131.0',
};
type ByNetwork = ApiRequest & { caller: ApiKeyCaller | EmployeeCaller };

/** Links and devices of one location. Read from its stream: what was just written is there. */
@ApiController('locations/:id')
export class DevicesApi {
  constructor(
    private readonly streams: Streams,
    private readonly links: ActivationLinks,
    private readonly credentials: DeviceCredentials,
    private readonly facade: NetworkFacade,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly clock: Clock,
  ) {}

  @Post('activation-links')
  @Permit('devices.manage')
  @Operation({
    id: 'createActivationLink',
    summary: 'Send an activation link to a location',
    description: 'It works for 72 hours and any number of devices. The link before it works no more.',
    idempotent: true,
    example: { mail: true },
    answer: ActivationLinkAnswer,
    answerExample: linkExample,
    refusals: ['location-closed', 'location-without-address'],
  })
  async issue(
    @Param('id') id: string,
    @Input() { mail = true }: ActivationLinkInput,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<ActivationLinkAnswer> {
    ownLocation(request.caller, id);
    const context = this.contexts.idempotent(request, 'create-activation-link');
    const linkId = this.contexts.idFor(context, 'link');
    const change = await this.commands.execute<IssueActivationLink, LocationDeviceChange>(
      new IssueActivationLink(context, id, linkId, mail),
    );
    this.contexts.answer(reply, change);
    const link = (change.state as KnownLocation).links.find((each) => each.id === linkId);
    if (!link) throw new Rejection('activation-link-replaced');
    return this.linkAnswer(context.network, id, link);
  }

  @Get('activation-links')
  @Permit('devices.manage')
  @Operation({
    id: 'listActivationLinks',
    summary: 'List a location’s activation links, newest first',
    description: 'The latest twenty.',
    answer: { listOf: ActivationLinkAnswer },
    answerExample: { data: [linkExample], next: null },
  })
  async listLinks(@Param('id') id: string, @Req() request: ByNetwork): Promise<Listed<ActivationLinkAnswer>> {
    const { links } = await this.placeOf(request, id);
    return { data: await Promise.all(links.map((link) => this.linkAnswer(request.caller.network, id, link))), next: null };
  }

  @Delete('activation-links/:link')
  @Permit('devices.manage')
  @Operation({
    id: 'withdrawActivationLink',
    summary: 'Withdraw an activation link',
    description: 'Devices that it activated stay. Withdrawing twice is as good as once.',
  })
  async withdraw(
    @Param('id') id: string,
    @Param('link') link: string,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<void> {
    await this.run(request, reply, id, new WithdrawActivationLink(this.contexts.once(request), id, link));
  }

  @Get('devices')
  @Permit('devices.manage')
  @Operation({
    id: 'listDevices',
    summary: 'List a location’s devices, oldest first',
    description: 'At most a hundred work at a time; of the revoked ones the latest hundred.',
    answer: { listOf: DeviceAnswer },
    answerExample: { data: [deviceExample], next: null },
  })
  async listDevices(@Param('id') id: string, @Req() request: ByNetwork): Promise<Listed<DeviceAnswer>> {
    const place = await this.placeOf(request, id);
    const seen = await this.credentials.sightings(place.devices.map((device) => device.id));
    return { data: place.devices.map((device) => deviceAnswer(place, device, seen.get(device.id))), next: null };
  }

  @Patch('devices/:device')
  @Permit('devices.manage')
  @Operation({
    id: 'renameDevice',
    summary: 'Rename a device',
    description: 'Without a name it goes by its code alone.',
    example: { name: 'Till 1' },
    answer: DeviceAnswer,
    answerExample: deviceExample,
    refusals: ['device-already-revoked'],
  })
  async rename(
    @Param('id') id: string,
    @Param('device') deviceId: string,
    @Input() { name }: DeviceNameInput,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<DeviceAnswer> {
    const { state } = await this.run(request, reply, id, new RenameDevice(this.contexts.once(request), id, deviceId, name));
    const place = state as KnownLocation;
    const seen = await this.credentials.sightings([deviceId]);
    return deviceAnswer(
      place,
      place.devices.find((each) => each.id === deviceId)!,
      seen.get(deviceId),
    );
  }

  @Delete('devices/:device')
  @Permit('devices.manage')
  @Operation({
    id: 'revokeDevice',
    summary: 'Revoke a device',
    description: 'Its next request is refused. Revoking twice is as good as once.',
  })
  async revoke(
    @Param('id') id: string,
    @Param('device') deviceId: string,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<void> {
    await this.run(request, reply, id, new RevokeDevice(this.contexts.once(request), id, deviceId));
  }

  private async run(request: ByNetwork, reply: ApiReply, id: string, command: object): Promise<LocationDeviceChange> {
    ownLocation(request.caller, id);
    const change = await this.commands.execute<object, LocationDeviceChange>(command);
    this.contexts.answer(reply, change);
    return change;
  }

  private async placeOf({ caller }: ByNetwork, id: string): Promise<KnownLocation> {
    ownLocation(caller, id);
    const { state } = await this.streams.state(caller.network, `location-${id}`, location);
    if (state.status === 'unknown') throw new Rejection('not-found');
    return state;
  }

  private async linkAnswer(network: string, locationId: string, link: ActivationLink): Promise<ActivationLinkAnswer> {
    const { id, status: written, mail: mailed, issuedAt, expiresAt } = link;
    const status = written !== 'issued' ? written : expiresAt > this.clock.now() ? 'open' : 'expired';
    const slug = (await this.facade.network(network))?.slug ?? '';
    return { id, status, mailed, issuedAt, expiresAt, ...(status === 'open' ? { url: this.links.url(slug, locationId, link) } : {}) };
  }
}

function deviceAnswer({ status: standing }: KnownLocation, device: LocationDevice, seen: Sighting | undefined): DeviceAnswer {
  const { id, code, name, activatedAt, revokedAt } = device;
  return {
    id,
    code,
    name,
    status: revokedAt !== undefined ? 'revoked' : standing === 'open' ? 'active' : 'off',
    activatedAt,
    revokedAt,
    lastSeenAt: seen && new Date(seen.at).toISOString(),
    appVersion: seen?.version,
    userAgent: seen?.userAgent,
  };
}
