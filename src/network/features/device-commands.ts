import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Streams } from '../../platform/event-store/streams';
import { location } from '../domain/location';
import { renameDevice, revokeDevice } from '../domain/location-devices';
import type { LocationDeviceChange } from './activation-links';

/** Without a name the device goes by its code alone. @throws Rejection `not-found`, `device-already-revoked` */
export class RenameDevice {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly deviceId: string,
    readonly name?: string,
  ) {}
}

/** The device's next request is refused, whichever instance it reaches. @throws Rejection `not-found` */
export class RevokeDevice {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly deviceId: string,
  ) {}
}

@CommandHandler(RenameDevice)
export class RenameDeviceHandler implements ICommandHandler<RenameDevice> {
  constructor(private readonly streams: Streams) {}

  execute({ context, locationId, deviceId, name }: RenameDevice): Promise<LocationDeviceChange> {
    const { at } = context;
    return this.streams.change(context, `location-${locationId}`, location, (state) => renameDevice(state, { deviceId, name, at }));
  }
}

@CommandHandler(RevokeDevice)
export class RevokeDeviceHandler implements ICommandHandler<RevokeDevice> {
  constructor(private readonly streams: Streams) {}

  execute({ context, locationId, deviceId }: RevokeDevice): Promise<LocationDeviceChange> {
    const { at, actor: by } = context;
    return this.streams.change(context, `location-${locationId}`, location, (state) => revokeDevice(state, { deviceId, by, at }));
  }
}
