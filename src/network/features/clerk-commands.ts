import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { personal, type Personal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Streams, type Change } from '../../platform/event-store/streams';
import { location, type Location, type LocationFact } from '../domain/location';
import * as decide from '../domain/location-clerks';
import { ClerkPins, type PinHolder } from './clerk-pins';

export type ClerksChange = Change<Location, LocationFact>;

export class AddClerk {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly clerk: { readonly clerkId: string; readonly name: string; readonly pin: string },
  ) {}
}

export class RenameClerk {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly clerkId: string,
    readonly name: string,
  ) {}
}

export class ChangeClerkPin {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly clerkId: string,
    readonly pin: string,
  ) {}
}

export class RemoveClerk {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly clerkId: string,
  ) {}
}

const streamOf = (locationId: string): string => `location-${locationId}`;

const named = (locationId: string, clerkId: string, name: string): Personal<string> =>
  personal(`clerk:${locationId}.${clerkId}`, name.trim().replace(/\s+/g, ' '));

async function clerksOf(streams: Streams, network: string, locationId: string): Promise<decide.ClerkBook> {
  const { state } = await streams.state(network, streamOf(locationId), location);
  if (state.status === 'unknown') throw new Rejection('not-found');
  return state.clerks;
}

const isNamed =
  (streams: Streams, network: string, locationId: string) =>
  async ({ clerkId, pinId }: PinHolder): Promise<boolean> =>
    (await clerksOf(streams, network, locationId)).some((clerk) => clerk.id === clerkId && clerk.pinId === pinId);

@CommandHandler(AddClerk)
export class AddClerkHandler implements ICommandHandler<AddClerk> {
  constructor(
    private readonly streams: Streams,
    private readonly pins: ClerkPins,
  ) {}

  /**
   * The PIN first: without a fact that names it, it opens nothing. A repeat leaves the PIN that there is.
   * @throws Rejection `not-found`, `location-closed`, `clerk-name-taken`, `clerks-full`, `clerk-pin-simple`, `clerk-pin-taken`
   */
  async execute({ context, locationId, clerk }: AddClerk): Promise<ClerksChange> {
    const { clerkId, pin } = clerk;
    const before = (await clerksOf(this.streams, context.network, locationId)).find(({ id }) => id === clerkId);
    const pinId = before?.pinId ?? (await this.pins.keep(locationId, clerkId, pin, isNamed(this.streams, context.network, locationId)));
    const command = { clerkId, pinId, name: named(locationId, clerkId, clerk.name), at: context.at };
    let added = before !== undefined;
    try {
      const change = await this.streams.change(context, streamOf(locationId), location, (state) => decide.addClerk(state, command));
      added ||= !change.replayed;
      return change;
    } catch (error) {
      added ||= !(error instanceof Rejection);
      throw error;
    } finally {
      if (!added) await this.pins.forget(clerkId);
    }
  }
}

@CommandHandler(RenameClerk)
export class RenameClerkHandler implements ICommandHandler<RenameClerk> {
  constructor(private readonly streams: Streams) {}

  execute({ context, locationId, clerkId, name }: RenameClerk): Promise<ClerksChange> {
    const command = { clerkId, name: named(locationId, clerkId, name), at: context.at };
    return this.streams.change(context, streamOf(locationId), location, (state) => decide.renameClerk(state, command));
  }
}

@CommandHandler(ChangeClerkPin)
export class ChangeClerkPinHandler implements ICommandHandler<ChangeClerkPin> {
  constructor(
    private readonly streams: Streams,
    private readonly pins: ClerkPins,
  ) {}

  /** @throws Rejection `not-found`, `location-closed`, `clerk-pin-simple`, `clerk-pin-taken` */
  async execute({ context, locationId, clerkId, pin }: ChangeClerkPin): Promise<ClerksChange> {
    const before = (await clerksOf(this.streams, context.network, locationId)).find(({ id }) => id === clerkId);
    if (!before) throw new Rejection('not-found');
    const pinId = await this.pins.keep(locationId, clerkId, pin, isNamed(this.streams, context.network, locationId));
    const change = await this.streams.change(context, streamOf(locationId), location, (state) =>
      decide.changeClerkPin(state, { clerkId, pinId, at: context.at }),
    );
    if (pinId !== before.pinId) await this.pins.forget(clerkId, before.pinId);
    return change;
  }
}

@CommandHandler(RemoveClerk)
export class RemoveClerkHandler implements ICommandHandler<RemoveClerk> {
  constructor(
    private readonly streams: Streams,
    private readonly pins: ClerkPins,
  ) {}

  async execute({ context, locationId, clerkId }: RemoveClerk): Promise<ClerksChange> {
    const change = await this.streams.change(context, streamOf(locationId), location, (state) =>
      decide.removeClerk(state, { clerkId, at: context.at }),
    );
    await this.pins.forget(clerkId);
    return change;
  }
}
