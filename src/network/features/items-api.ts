import { Delete, Get, HttpCode, Param, Patch, Post, Put, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Rejection } from '../../kernel/rejection';
import { Config } from '../../platform/config';
import { Streams } from '../../platform/event-store/streams';
import type { ApiKeyCaller, EmployeeCaller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import type { Listed } from '../../platform/web/cursors';
import { Flag, Id, Line, MoneyField, Nested, OneOf, Optional, Whole, MoneyInput } from '../../platform/web/input';
import { location, type KnownLocation, type Location } from '../domain/location';
import type { StoredItem } from '../domain/location-items';
import { NetworkFacade } from '../network.facade';
import { AddItem, ChangeItem, MoveItem, RemoveItem, type ItemsChange } from './item-commands';
import { ItemPictures, PICTURE_TYPES, pictureUrl } from './item-pictures';
import { ownLocation } from './own-location';

const price = { amount: 850, currency: 'USD' };

export class AddItemInput {
  @Line(80, { description: 'As the button says it', example: 'Sourdough loaf' }) name!: string;
  @MoneyField({ description: 'In the network’s currency', example: price }) price!: MoneyInput;
  @Optional() @Flag({ description: 'Whether it is offered; default true' }) active?: boolean;
}

export class ChangeItemInput {
  @Optional() @Line(80, { example: 'Sourdough loaf' }) name?: string;
  @Optional() @MoneyField({ description: 'In the network’s currency', example: price }) price?: MoneyInput;
  @Optional() @Flag({ description: 'Whether it is offered' }) active?: boolean;
}

export class MoveItemInput {
  @OneOf(['up', 'down']) direction!: 'up' | 'down';
}

/** An item that a location sells. */
export class ItemAnswer {
  @Id('itm') id!: string;
  @Line(80) name!: string;
  @Nested(() => MoneyInput) price!: MoneyInput;
  @Flag({ description: 'Whether it is offered on the redemption screen' }) active!: boolean;
  @Whole(1, 1_000_000, { description: 'Lower comes first; may have gaps' }) order!: number;
  @Optional() @Line(1_000, { description: 'Address of its picture: WebP, 512 pixels at most' }) picture?: string;
}

const example = { id: 'itm_01JD8Z4M2Q7RXK3V5T9WBN6CHG', name: 'Sourdough loaf', price, active: true, order: 1 };
type ByNetwork = ApiRequest & { caller: ApiKeyCaller | EmployeeCaller };

@ApiController('locations/:id/items')
export class ItemsApi {
  constructor(
    private readonly streams: Streams,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly facade: NetworkFacade,
    private readonly pictures: ItemPictures,
    private readonly config: Config,
  ) {}

  @Post()
  @Permit('items.manage')
  @Operation({
    id: 'addItem',
    summary: 'Add an item to a location',
    description: 'It becomes a button on the location’s redemption screen. A location has 500 items at most.',
    idempotent: true,
    example: { name: 'Sourdough loaf', price },
    answer: ItemAnswer,
    answerExample: example,
    refusals: ['items-full', 'currency-mismatch', 'location-closed'],
  })
  async add(
    @Param('id') id: string,
    @Input() { name, price: asked, active = true }: AddItemInput,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<ItemAnswer> {
    ownLocation(request.caller, id);
    const context = this.contexts.idempotent(request, 'add-item');
    const itemId = this.contexts.idFor(context, 'itm');
    const change = await this.run(new AddItem(context, id, { itemId, name, price: asked, active }));
    this.contexts.answer(reply, change);
    reply.header('location', `/v1/locations/${id}/items/${itemId}`);
    return this.answer(request, change.state, itemId);
  }

  @Get()
  @Permit('items.manage')
  @Operation({
    id: 'listItems',
    summary: 'List the items of a location',
    description: 'All of them, by their order, in one page.',
    answer: { listOf: ItemAnswer },
    answerExample: { data: [example], next: null },
  })
  async list(@Param('id') id: string, @Req() request: ByNetwork): Promise<Listed<ItemAnswer>> {
    const place = await this.place(request, id);
    const slug = await this.slug(request);
    return { data: place.items.map((item) => this.answerOf(slug, item)), next: null };
  }

  @Get(':itemId')
  @Permit('items.manage')
  @Operation({ id: 'getItem', summary: 'Read an item', answer: ItemAnswer, answerExample: example })
  async read(@Param('id') id: string, @Param('itemId') itemId: string, @Req() request: ByNetwork): Promise<ItemAnswer> {
    return this.answer(request, await this.place(request, id), itemId);
  }

  @Patch(':itemId')
  @Permit('items.manage')
  @Operation({
    id: 'changeItem',
    summary: 'Change an item',
    description: 'What is left out stays as it is.',
    example: { price: { amount: 900, currency: 'USD' }, active: true },
    answer: ItemAnswer,
    answerExample: { ...example, price: { amount: 900, currency: 'USD' } },
    refusals: ['currency-mismatch', 'location-closed'],
  })
  async change(
    @Param('id') id: string,
    @Param('itemId') itemId: string,
    @Input() input: ChangeItemInput,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<ItemAnswer> {
    ownLocation(request.caller, id);
    return this.changed(request, reply, itemId, new ChangeItem(this.contexts.once(request), id, itemId, input));
  }

  @Post(':itemId/moves')
  @HttpCode(200)
  @Permit('items.manage')
  @Operation({
    id: 'moveItem',
    summary: 'Move an item one place up or down',
    example: { direction: 'up' },
    answer: ItemAnswer,
    answerExample: example,
    status: 200,
    refusals: ['location-closed'],
  })
  async move(
    @Param('id') id: string,
    @Param('itemId') itemId: string,
    @Input() { direction }: MoveItemInput,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<ItemAnswer> {
    ownLocation(request.caller, id);
    return this.changed(request, reply, itemId, new MoveItem(this.contexts.once(request), id, itemId, direction));
  }

  @Put(':itemId/picture')
  @Permit('items.manage')
  @Operation({
    id: 'setItemPicture',
    summary: 'Give an item a picture',
    description: 'It is made smaller and its metadata are left out.',
    file: { types: [...PICTURE_TYPES], description: 'JPEG, PNG or WebP; 8 MB at most', example: '(bytes)' },
    answer: ItemAnswer,
    answerExample: {
      ...example,
      picture: 'https://gifts.example.com/n/harbor/item-pictures/n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg.webp',
    },
    refusals: ['picture-unusable', 'input-too-large', 'location-closed'],
  })
  async picture(
    @Param('id') id: string,
    @Param('itemId') itemId: string,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<ItemAnswer> {
    await this.answer(request, await this.place(request, id), itemId);
    const picture = await this.pictures.take(request.caller.network, request);
    return this.changed(request, reply, itemId, new ChangeItem(this.contexts.once(request), id, itemId, { picture }));
  }

  @Delete(':itemId/picture')
  @Permit('items.manage')
  @Operation({ id: 'removeItemPicture', summary: 'Take an item’s picture away', refusals: ['location-closed'] })
  async noPicture(
    @Param('id') id: string,
    @Param('itemId') itemId: string,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<void> {
    ownLocation(request.caller, id);
    await this.changed(request, reply, itemId, new ChangeItem(this.contexts.once(request), id, itemId, { picture: null }));
  }

  @Delete(':itemId')
  @Permit('items.manage')
  @Operation({
    id: 'removeItem',
    summary: 'Remove an item',
    description: 'Removing twice is as good as once.',
    refusals: ['location-closed'],
  })
  async remove(
    @Param('id') id: string,
    @Param('itemId') itemId: string,
    @Req() request: ByNetwork,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<void> {
    ownLocation(request.caller, id);
    this.contexts.answer(reply, await this.run(new RemoveItem(this.contexts.once(request), id, itemId)));
  }

  private run(command: object): Promise<ItemsChange> {
    return this.commands.execute<object, ItemsChange>(command);
  }

  private async changed(request: ByNetwork, reply: ApiReply, itemId: string, command: object): Promise<ItemAnswer> {
    const change = await this.run(command);
    this.contexts.answer(reply, change);
    return this.answer(request, change.state, itemId);
  }

  private async place(request: ByNetwork, id: string): Promise<KnownLocation> {
    ownLocation(request.caller, id);
    const { state } = await this.streams.state(request.caller.network, `location-${id}`, location);
    if (state.status === 'unknown') throw new Rejection('not-found');
    return state;
  }

  private async answer(request: ByNetwork, state: Location, itemId: string): Promise<ItemAnswer> {
    const item = state.status === 'unknown' ? undefined : state.items.find((each) => each.itemId === itemId);
    if (!item) throw new Rejection('not-found');
    return this.answerOf(await this.slug(request), item);
  }

  private async slug({ caller }: ByNetwork): Promise<string> {
    return (await this.facade.network(caller.network))?.slug ?? '';
  }

  private answerOf(slug: string, { itemId, name, price: amount, active, order, picture }: StoredItem): ItemAnswer {
    const path = pictureUrl(slug, picture);
    return { id: itemId, name, price: amount, active, order, ...(path ? { picture: this.config.publicUrl + path } : {}) };
  }
}
