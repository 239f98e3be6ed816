import { Get, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { createHash } from 'node:crypto';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { Claims } from '../../platform/event-store/claims';
import { Streams } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { qrSvgUrl } from '../../platform/qr';
import { DeviceCredentials } from '../../platform/security/device-credentials';
import { Public } from '../../platform/security/permit';
import { Throttle } from '../../platform/security/throttle';
import { Vault } from '../../platform/security/vault';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Line, Optional, Pattern } from '../../platform/web/input';
import { Page, SeeOther, type PageReply, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { deviceCode } from '../domain/device-code';
import { activateDevice, usableLink, type LocationDevice } from '../domain/location-devices';
import { location, type KnownLocation } from '../domain/location';
import { ActivationLinks, type PresentedLink } from './activation-links';
import { networkOf } from './page-network';

/** Codes that may be taken before activating gives up; they grow longer, so it never comes to it. */
const ATTEMPTS = 40;

/**
 * Turns a browser into a device of a location. `secretHash` is the keyed hash of what its cookie will hold.
 * @throws Rejection `activation-link-…`, `location-closed`, `location-suspended`, `devices-too-many`
 */
export class ActivateDevice {
  constructor(
    readonly context: CommandContext,
    readonly deviceId: string,
    readonly link: PresentedLink,
    readonly credentialHash: string,
    readonly name?: string,
  ) {}
}

@CommandHandler(ActivateDevice)
export class ActivateDeviceHandler implements ICommandHandler<ActivateDevice> {
  constructor(
    private readonly streams: Streams,
    private readonly claims: Claims,
  ) {}

  async execute({ context, deviceId, link, credentialHash, name }: ActivateDevice): Promise<{ device: LocationDevice; position: number }> {
    const { network, at } = context;
    const { locationId } = link;
    const stream = `location-${locationId}`;
    const { state: before } = await this.streams.state(network, stream, location);
    const known = before.status === 'unknown' ? undefined : before.devices.find(({ id }) => id === deviceId);
    if (!known) usableLink(before, { ...link, at });
    const code = known?.code ?? (await this.freeCode(context, locationId, deviceId));
    const { state, position } = await this.streams.change(context, stream, location, (now) =>
      activateDevice(now, { ...link, deviceId, code, name, credentialHash, at }),
    );
    const device = (state as KnownLocation).devices.find(({ id }) => id === deviceId);
    if (!device) throw new Error(`${deviceId} was activated and is not there`);
    return { device, position };
  }

  /** Derived from the device's id, so that a repeat asks for the same codes in the same order. */
  private async freeCode(context: CommandContext, locationId: string, deviceId: string): Promise<string> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const chance = createHash('sha256').update(`${deviceId}/${attempt}`).digest().readUInt32BE(0);
      const code = deviceCode(chance, attempt);
      const once = { ...context, commandId: `${context.commandId}/code-${attempt}` };
      if (await this.claims.claim(once, 'device-code', code, `${locationId}/${deviceId}`)) return code;
    }
    throw new Error(`No code is free for ${deviceId}`);
  }
}

export class ActivateDeviceInput {
  @Optional() @Line(60, { description: 'What the shop calls it: “Till 1”' }) name?: string;
  /** Drawn when the page was made: two taps on one page are one device. */
  @Pattern('^[0-9A-Z]{32}$', 'network.activate.page-too-old', { most: 32 }) once!: string;
}

/**
 * What an activation link opens. Reading it changes nothing, however often a mail's scanner does; the tap activates. It shows itself as
 * a QR code, because the mail is often read at a computer and the device is a tablet.
 */
@PageController('n/:slug/activate')
export class ActivateDevicePage {
  constructor(
    private readonly streams: Streams,
    private readonly links: ActivationLinks,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly vault: Vault,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly credentials: DeviceCredentials,
    private readonly throttle: Throttle,
    private readonly forms: Forms,
  ) {}

  @Get('done')
  @Public()
  done(@Req() request: PageRequest): Page {
    const { device, reader } = request;
    if (device?.network !== networkOf(request).id) throw new Rejection('device-not-activated');
    const { code, name } = device;
    return new Page('network/features/device-activated', { title: reader.t('network.activated.title'), code, name }, { shell: 'device' });
  }

  @Get(':token')
  @Public()
  async show(@Req() request: PageRequest, @Res({ passthrough: true }) reply: PageReply, @Param('token') token: string): Promise<Page> {
    reply.header('cache-control', 'no-store');
    return this.page(request, await this.opened(request, token), new Form({ once: this.ids.secret(32) }));
  }

  @Post(':token')
  @Public()
  async activate(
    @Req() request: PageRequest,
    @Res({ passthrough: true }) reply: PageReply,
    @Param('token') token: string,
  ): Promise<Page | SeeOther> {
    const { id: network, slug } = networkOf(request);
    const opened = await this.opened(request, token);
    return this.forms.handle(request, ActivateDeviceInput, {
      then: async ({ name, once }) => {
        const { locationId, linkId } = opened.link;
        const deviceId = this.ids.derived('dev', network, `activate ${linkId}`, once);
        const secret = this.vault.derive('device', [locationId, deviceId, once], 32);
        const context = { ...this.contexts.once(request, { network }), network, actor: { kind: 'device', id: deviceId } as const };
        const hash = this.vault.hash('device', secret);
        await this.commands.execute(new ActivateDevice(context, deviceId, opened.link, hash, name));
        this.credentials.give(reply, { network, locationId, deviceId, secret });
        return new SeeOther(`/n/${slug}/activate/done`);
      },
      again: (form) => this.page(request, opened, form),
    });
  }

  private async page(request: PageRequest, { place, link }: Opened, form: Form): Promise<Page> {
    const { reader } = request;
    const { slug } = networkOf(request);
    const found = place.links.find(({ id }) => id === link.linkId)!;
    const url = this.links.url(slug, place.id, found);
    const former = request.device?.network === networkOf(request).id ? request.device : undefined;
    const model = {
      title: reader.t('network.activate.title', { name: place.name }),
      place: place.name,
      form,
      until: found.expiresAt,
      qr: await qrSvgUrl(url),
      former,
    };
    return new Page('network/features/activate-device', model, { shell: 'device' });
  }

  /** @throws Rejection `activation-link-…`, `location-closed`, `location-suspended`; guessing is throttled by address */
  private async opened(request: PageRequest, token: string): Promise<Opened> {
    const tried = await this.throttle.take('link', { ip: request.ip });
    const link = this.links.presented(token);
    if (!link) throw new Rejection('activation-link-unknown');
    const { state } = await this.streams.state(networkOf(request).id, `location-${link.locationId}`, location);
    try {
      usableLink(state, { ...link, at: this.clock.now() });
    } catch (error) {
      if (error instanceof Rejection && error.code !== 'activation-link-unknown') await tried.giveBack();
      throw error;
    }
    await tried.giveBack();
    return { place: state as KnownLocation, link };
  }
}

interface Opened {
  readonly place: KnownLocation;
  readonly link: PresentedLink;
}
