import { Get, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Streams } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { Line } from '../../platform/web/input';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { NetworkFacade } from '../network.facade';
import { AddClerk, ChangeClerkPin, RemoveClerk, RenameClerk } from './clerk-commands';
import { Pin } from './clerk-pins';
import { NothingInput } from './employees';
import { locationHead, reachable } from './location-head';
import { networkOf } from './page-network';

export class ClerkNameForm {
  @Line(60) name!: string;
}

export class ClerkPinForm {
  @Pin() pin!: string;
}

export class NewClerkForm extends ClerkNameForm {
  @Pin() pin!: string;
}

const fieldOf = { 'clerk-name-taken': 'name', 'name-missing': 'name', 'clerk-pin-taken': 'pin', 'clerk-pin-simple': 'pin' } as const;

/** The tab "Clerks" of a location: who stands at its counter, and their PINs. */
@PageController('n/:slug/locations/:id/clerks')
export class LocationClerksPage {
  constructor(
    private readonly streams: Streams,
    private readonly facade: NetworkFacade,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
    private readonly ids: Ids,
  ) {}

  @Get()
  @Permit('clerks.manage', ['employee'])
  list(@Req() request: PageRequest, @Param('id') id: string): Promise<Page> {
    return this.listPage(request, id);
  }

  @Post()
  @Permit('clerks.manage', ['employee'])
  add(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, NewClerkForm, {
      then: ({ name, pin }) =>
        this.run(request, id, new AddClerk(this.contexts.once(request), id, { clerkId: this.ids.next('clk'), name, pin }), 'clerk-added'),
      again: (form) => this.listPage(request, id, form),
      fieldOf,
    });
  }

  @Get(':clerk')
  @Permit('clerks.manage', ['employee'])
  show(@Req() request: PageRequest, @Param('id') id: string, @Param('clerk') clerk: string): Promise<Page> {
    return this.clerkPage(request, id, clerk);
  }

  @Post(':clerk')
  @Permit('clerks.manage', ['employee'])
  rename(@Req() request: PageRequest, @Param('id') id: string, @Param('clerk') clerk: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, ClerkNameForm, {
      then: ({ name }) => this.run(request, id, new RenameClerk(this.contexts.once(request), id, clerk, name), 'saved'),
      again: (form) => this.clerkPage(request, id, clerk, form),
      fieldOf,
    });
  }

  @Post(':clerk/pin')
  @Permit('clerks.manage', ['employee'])
  reset(@Req() request: PageRequest, @Param('id') id: string, @Param('clerk') clerk: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, ClerkPinForm, {
      then: ({ pin }) => this.run(request, id, new ChangeClerkPin(this.contexts.once(request), id, clerk, pin), 'clerk-pin-changed'),
      again: (form) => this.clerkPage(request, id, clerk, form),
      fieldOf,
    });
  }

  @Post(':clerk/removal')
  @Permit('clerks.manage', ['employee'])
  remove(@Req() request: PageRequest, @Param('id') id: string, @Param('clerk') clerk: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, NothingInput, {
      then: () => this.run(request, id, new RemoveClerk(this.contexts.once(request), id, clerk), 'clerk-removed'),
      again: (form) => this.listPage(request, id, form),
    });
  }

  private async run(request: PageRequest, id: string, command: object, flash: string): Promise<SeeOther> {
    await reachable(this.streams, request, id);
    await this.commands.execute(command);
    return new SeeOther(base(request, id), { flash: `network.flash.${flash}` });
  }

  private async listPage(request: PageRequest, id: string, form = new Form()): Promise<Page> {
    const { place, head } = await locationHead(this.streams, request, id, '/clerks');
    const clerks = place.clerks.map((clerk) => ({
      name: reveal(clerk.name) ?? '—',
      addedAt: clerk.addedAt,
      href: `${base(request, id)}/${clerk.id}`,
    }));
    const asked = (await this.facade.network(networkOf(request).id))?.clerk === 'pin';
    return new Page('network/features/location-clerks', { ...head, form, clerks, asked });
  }

  private async clerkPage(request: PageRequest, id: string, clerkId: string, form = new Form()): Promise<Page> {
    const { place, head } = await locationHead(this.streams, request, id, '/clerks');
    const clerk = place.clerks.find((each) => each.id === clerkId);
    if (!clerk) throw new Rejection('not-found');
    const name = reveal(clerk.name) ?? '—';
    return new Page('network/features/location-clerk', { ...head, title: name, place: place.name, form, name, clerkId });
  }
}

const base = (request: PageRequest, id: string): string => `/n/${networkOf(request).slug}/locations/${id}/clerks`;
