import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import type { Currency, Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import { Streams, type Change } from '../../platform/event-store/streams';
import { location, type Location, type LocationFact } from '../domain/location';
import * as decide from '../domain/location-items';
import { NetworkFacade } from '../network.facade';

export type ItemsChange = Change<Location, LocationFact>;

export class AddItem {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly item: { readonly itemId: string; readonly name: string; readonly price: Money; readonly active: boolean },
  ) {}
}

export class ChangeItem {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly itemId: string,
    /** What is absent stays; a picture of null is taken away. */
    readonly change: Pick<decide.ChangeItem, 'name' | 'price' | 'active' | 'picture'>,
  ) {}
}

export class MoveItem {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly itemId: string,
    readonly direction: 'up' | 'down',
  ) {}
}

export class RemoveItem {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly itemId: string,
  ) {}
}

export class ChangeItemNotices {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly mailItems: boolean,
  ) {}
}

const streamOf = (locationId: string): string => `location-${locationId}`;

async function currencyOf(facade: NetworkFacade, network: string): Promise<Currency> {
  const found = await facade.network(network);
  if (!found) throw new Rejection('not-found');
  return found.currency;
}

@CommandHandler(AddItem)
export class AddItemHandler implements ICommandHandler<AddItem> {
  constructor(
    private readonly streams: Streams,
    private readonly facade: NetworkFacade,
  ) {}

  async execute({ context, locationId, item }: AddItem): Promise<ItemsChange> {
    const currency = await currencyOf(this.facade, context.network);
    const command = { ...item, currency, at: context.at };
    return this.streams.change(context, streamOf(locationId), location, (state) => decide.addItem(state, command));
  }
}

@CommandHandler(ChangeItem)
export class ChangeItemHandler implements ICommandHandler<ChangeItem> {
  constructor(
    private readonly streams: Streams,
    private readonly facade: NetworkFacade,
  ) {}

  async execute({ context, locationId, itemId, change }: ChangeItem): Promise<ItemsChange> {
    const currency = await currencyOf(this.facade, context.network);
    const command = { ...change, itemId, currency, at: context.at };
    return this.streams.change(context, streamOf(locationId), location, (state) => decide.changeItem(state, command));
  }
}

@CommandHandler(MoveItem)
export class MoveItemHandler implements ICommandHandler<MoveItem> {
  constructor(private readonly streams: Streams) {}

  execute({ context, locationId, itemId, direction }: MoveItem): Promise<ItemsChange> {
    const command = { itemId, direction, at: context.at };
    return this.streams.change(context, streamOf(locationId), location, (state) => decide.moveItem(state, command));
  }
}

@CommandHandler(RemoveItem)
export class RemoveItemHandler implements ICommandHandler<RemoveItem> {
  constructor(private readonly streams: Streams) {}

  execute({ context, locationId, itemId }: RemoveItem): Promise<ItemsChange> {
    return this.streams.change(context, streamOf(locationId), location, (state) => decide.removeItem(state, { itemId, at: context.at }));
  }
}

@CommandHandler(ChangeItemNotices)
export class ChangeItemNoticesHandler implements ICommandHandler<ChangeItemNotices> {
  constructor(private readonly streams: Streams) {}

  execute({ context, locationId, mailItems }: ChangeItemNotices): Promise<ItemsChange> {
    const command = { mailItems, at: context.at };
    return this.streams.change(context, streamOf(locationId), location, (state) => decide.changeItemNotices(state, command));
  }
}
