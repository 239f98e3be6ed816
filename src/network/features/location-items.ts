import { Get, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Rejection } from '../../kernel/rejection';
import { Streams } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { Permit } from '../../platform/security/permit';
import { typedAmount } from '../../platform/web/amount';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Flag, Line, MoneyField, OneOf, type MoneyInput } from '../../platform/web/input';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import type { StoredItem } from '../domain/location-items';
import { NothingInput } from './employees';
import { AddItem, ChangeItem, ChangeItemNotices, MoveItem, RemoveItem, type ItemsChange } from './item-commands';
import { ItemPictures, pictureUrl } from './item-pictures';
import { locationHead, reachable } from './location-head';
import { networkOf } from './page-network';
import { WebhookEndpoints } from './webhook-endpoints';

export class NewItemForm {
  @Line(80) name!: string;
  @MoneyField() price!: MoneyInput;
}

export class ItemForm extends NewItemForm {
  @Flag() active!: boolean;
}

export class ItemActiveForm {
  @Flag() active!: boolean;
}

export class ItemMoveForm {
  @OneOf(['up', 'down']) direction!: 'up' | 'down';
}

export class ItemNoticesForm {
  @Flag() mailItems!: boolean;
}

/** The tab "Items" of a location: what its screen offers, without a till and without a webhook. */
@PageController('n/:slug/locations/:id/items')
export class LocationItemsPage {
  constructor(
    private readonly streams: Streams,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
    private readonly ids: Ids,
    private readonly pictures: ItemPictures,
    private readonly endpoints: WebhookEndpoints,
  ) {}

  @Get()
  @Permit('items.manage', ['employee'])
  show(@Req() request: PageRequest, @Param('id') id: string): Promise<Page> {
    return this.listPage(request, id);
  }

  @Post()
  @Permit('items.manage', ['employee'])
  add(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, NewItemForm, {
      then: async ({ name, price }) => {
        await reachable(this.streams, request, id);
        const item = { itemId: this.ids.next('itm'), name, price, active: true };
        await this.run(new AddItem(this.contexts.once(request), id, item));
        return this.back(request, id, 'network.flash.item-added', { name });
      },
      again: (form) => this.listPage(request, id, form),
      fieldOf: { 'amount-not-positive': 'price', 'currency-mismatch': 'price' },
    });
  }

  @Post('notices')
  @Permit('items.manage', ['employee'])
  notices(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, ItemNoticesForm, {
      then: async ({ mailItems }) => {
        await reachable(this.streams, request, id);
        await this.run(new ChangeItemNotices(this.contexts.once(request), id, mailItems));
        return this.back(request, id, 'network.flash.saved');
      },
      again: (form) => this.listPage(request, id, form),
    });
  }

  @Get(':itemId')
  @Permit('items.manage', ['employee'])
  item(@Req() request: PageRequest, @Param('id') id: string, @Param('itemId') itemId: string): Promise<Page> {
    return this.itemPage(request, id, itemId);
  }

  @Post(':itemId')
  @Permit('items.manage', ['employee'])
  change(@Req() request: PageRequest, @Param('id') id: string, @Param('itemId') itemId: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, ItemForm, {
      then: async (change) => {
        await reachable(this.streams, request, id);
        await this.run(new ChangeItem(this.contexts.once(request), id, itemId, change));
        return this.back(request, id, 'network.flash.saved');
      },
      again: (form) => this.itemPage(request, id, itemId, form),
      fieldOf: { 'amount-not-positive': 'price', 'currency-mismatch': 'price' },
    });
  }

  @Post(':itemId/standing')
  @Permit('items.manage', ['employee'])
  standing(@Req() request: PageRequest, @Param('id') id: string, @Param('itemId') itemId: string): Promise<Page | SeeOther> {
    return this.quickly(request, id, ItemActiveForm, ({ active }) => new ChangeItem(this.contexts.once(request), id, itemId, { active }));
  }

  @Post(':itemId/moves')
  @Permit('items.manage', ['employee'])
  move(@Req() request: PageRequest, @Param('id') id: string, @Param('itemId') itemId: string): Promise<Page | SeeOther> {
    return this.quickly(request, id, ItemMoveForm, ({ direction }) => new MoveItem(this.contexts.once(request), id, itemId, direction));
  }

  @Post(':itemId/removal')
  @Permit('items.manage', ['employee'])
  remove(@Req() request: PageRequest, @Param('id') id: string, @Param('itemId') itemId: string): Promise<Page | SeeOther> {
    return this.quickly(request, id, NothingInput, () => new RemoveItem(this.contexts.once(request), id, itemId));
  }

  /** A file is no form of texts, so what is wrong with it is put at its field here. */
  @Post(':itemId/picture')
  @Permit('items.manage', ['employee'])
  async picture(@Req() request: PageRequest, @Param('id') id: string, @Param('itemId') itemId: string): Promise<Page | SeeOther> {
    await reachable(this.streams, request, id);
    try {
      const picture = await this.pictures.take(networkOf(request).id, request);
      await this.run(new ChangeItem(this.contexts.once(request), id, itemId, { picture }));
    } catch (error) {
      if (!(error instanceof Rejection) || error.code === 'not-found') throw error;
      const form = new Form().refuse(request.reader.refusal(error.code, error.details), 'picture');
      const { view, model } = await this.itemPage(request, id, itemId, form);
      return new Page(view, model, { status: 422 });
    }
    return new SeeOther(`${base(request, id)}/${itemId}`, { flash: 'network.flash.saved' });
  }

  @Post(':itemId/picture-removal')
  @Permit('items.manage', ['employee'])
  noPicture(@Req() request: PageRequest, @Param('id') id: string, @Param('itemId') itemId: string): Promise<Page | SeeOther> {
    return this.quickly(request, id, NothingInput, () => new ChangeItem(this.contexts.once(request), id, itemId, { picture: null }));
  }

  private quickly<T extends object>(
    request: PageRequest,
    id: string,
    form: new () => T,
    command: (input: T) => object,
  ): Promise<Page | SeeOther> {
    return this.forms.handle(request, form, {
      then: async (input) => {
        await reachable(this.streams, request, id);
        await this.run(command(input));
        return this.back(request, id, 'network.flash.saved');
      },
      again: (again) => this.listPage(request, id, again),
    });
  }

  private run(command: object): Promise<ItemsChange> {
    return this.commands.execute<object, ItemsChange>(command);
  }

  private back(request: PageRequest, id: string, flash: string, values: Record<string, unknown> = {}): SeeOther {
    return new SeeOther(base(request, id), { flash, values });
  }

  private async listPage(request: PageRequest, id: string, form = new Form()): Promise<Page> {
    const { place, head } = await locationHead(this.streams, request, id, '/items');
    const webhook = await this.endpoints.of(networkOf(request).id, id);
    const items = place.items.map((item, index) => ({
      ...shown(request, item),
      href: `${base(request, id)}/${item.itemId}`,
      first: index === 0,
      last: index === place.items.length - 1,
    }));
    const fromWebhook = webhook?.offersItems === true && webhook.status === 'active';
    return new Page('network/features/location-items', { ...head, form, items, mailItems: place.mailItems, fromWebhook });
  }

  private async itemPage(request: PageRequest, id: string, itemId: string, form?: Form): Promise<Page> {
    const { place, head } = await locationHead(this.streams, request, id, '/items');
    const item = place.items.find((each) => each.itemId === itemId);
    if (!item) throw new Rejection('not-found');
    const typed = { name: item.name, price: typedAmount(item.price, request.reader.language), ...(item.active ? { active: 'on' } : {}) };
    const values = form && Object.keys(form.values).length > 0 ? form : withErrorsOf(form, new Form(typed));
    return new Page('network/features/location-item', {
      ...head,
      title: item.name,
      place: place.name,
      form: values,
      item: shown(request, item),
    });
  }
}

const base = (request: PageRequest, id: string): string => `/n/${networkOf(request).slug}/locations/${id}/items`;

function withErrorsOf(refused: Form | undefined, form: Form): Form {
  const error = refused?.field('picture').error;
  return error === undefined ? form : form.refuse(error, 'picture');
}

function shown(request: PageRequest, { itemId, name, price, active, picture }: StoredItem) {
  return {
    itemId,
    name,
    price,
    active,
    picture: pictureUrl(networkOf(request).slug, picture),
    status: active ? 'active' : 'voided',
    statusLabel: request.reader.t(active ? 'network.items.active' : 'network.items.inactive'),
  };
}
