import { Get, Param, Post, Query, Req } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Claims } from '../../platform/event-store/claims';
import { Streams, type Change } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { Models } from '../../platform/read-store/models';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Cursors } from '../../platform/web/cursors';
import { Form, Forms } from '../../platform/web/form';
import { Email, Line, OneOf, Optional } from '../../platform/web/input';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Positions } from '../../platform/web/positions';
import * as decide from '../domain/location';
import { NetworkFacade } from '../network.facade';
import { locationList, type LocationListItem } from '../read-models/location-list';
import { addressOf } from './employee-streams';
import { networkOf } from './employees';
import { standingTag, tabsOf } from './location-tabs';
import { ownLocation, reachOf } from './own-location';

const PAGE = 50;

export interface LocationDetails {
  readonly name: string;
  readonly email: string;
  readonly reference?: string;
}

export class CreateLocation {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly details: LocationDetails,
  ) {}
}

export class ChangeLocation {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly details: LocationDetails,
  ) {}
}

export class ChangeLocationStanding {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly standing: 'open' | 'suspended' | 'closed',
  ) {}
}

export type LocationChange = Change<decide.Location, decide.LocationFact>;

@CommandHandler(CreateLocation)
export class CreateLocationHandler implements ICommandHandler<CreateLocation> {
  constructor(
    private readonly streams: Streams,
    private readonly claims: Claims,
    private readonly facade: NetworkFacade,
  ) {}

  async execute({ context, locationId, details }: CreateLocation): Promise<LocationChange> {
    const { name, reference } = details;
    const email = addressOf('location', locationId, details.email);
    if (reference !== undefined && !(await this.claims.claim(context, 'location-reference', reference, locationId)))
      throw new Rejection('reference-taken');
    const command = { locationId, name, email, reference, at: context.at };
    const change = await this.streams.change(context, `location-${locationId}`, decide.location, (state) =>
      decide.createLocation(state, command),
    );
    this.facade.changed(context.network);
    return change;
  }
}

@CommandHandler(ChangeLocation)
export class ChangeLocationHandler implements ICommandHandler<ChangeLocation> {
  constructor(
    private readonly streams: Streams,
    private readonly claims: Claims,
    private readonly facade: NetworkFacade,
  ) {}

  async execute({ context, locationId, details }: ChangeLocation): Promise<LocationChange> {
    const { name, reference } = details;
    const email = addressOf('location', locationId, details.email, context);
    const stream = `location-${locationId}`;
    const { state: before } = await this.streams.state(context.network, stream, decide.location);
    const former = before.status === 'unknown' ? undefined : before.reference;
    if (
      reference !== undefined &&
      reference !== former &&
      !(await this.claims.claim(context, 'location-reference', reference, locationId))
    ) {
      throw new Rejection('reference-taken');
    }
    const command = { locationId, name, email, reference, at: context.at };
    const change = await this.streams.change(context, stream, decide.location, (state) => decide.changeLocation(state, command));
    if (former !== undefined && former !== reference) await this.claims.release(context, 'location-reference', former, locationId);
    this.facade.changed(context.network);
    return change;
  }
}

const standings = { open: decide.resumeLocation, suspended: decide.suspendLocation, closed: decide.closeLocation } as const;

@CommandHandler(ChangeLocationStanding)
export class ChangeLocationStandingHandler implements ICommandHandler<ChangeLocationStanding> {
  constructor(
    private readonly streams: Streams,
    private readonly facade: NetworkFacade,
  ) {}

  async execute({ context, locationId, standing }: ChangeLocationStanding): Promise<LocationChange> {
    const decision = standings[standing];
    const change = await this.streams.change(context, `location-${locationId}`, decide.location, (state) =>
      decision(state, { at: context.at }),
    );
    this.facade.changed(context.network);
    return change;
  }
}

export class LocationInput {
  @Line(120, { description: 'Name of the business as customers know it', example: 'Blue Door Bakery' }) name!: string;
  @Email({ description: 'Where its mails go', example: 'hello@bluedoor.example' }) email!: string;
  @Optional() @Line(60, { description: 'Your own reference for it, unique in the network', example: 'M-1017' }) reference?: string;
}

export class LocationStandingInput {
  @OneOf(['open', 'suspended', 'closed']) standing!: 'open' | 'suspended' | 'closed';
}

@PageController('n/:slug/locations')
export class LocationsPage {
  constructor(
    private readonly models: Models,
    private readonly positions: Positions,
    private readonly cursors: Cursors,
    private readonly streams: Streams,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
    private readonly ids: Ids,
  ) {}

  /** Location staff have one location: theirs. */
  @Get()
  @Permit('locations.view', ['employee'])
  async list(@Req() request: PageRequest, @Query('after') cursor?: string): Promise<Page | SeeOther> {
    const { reader, caller } = request;
    const { id, slug } = networkOf(request);
    const own = reachOf(caller);
    if (own !== undefined) return new SeeOther(`/n/${slug}/locations/${own}`);
    await this.models.settled(locationList, this.positions.of(request));
    const list = [id, 'locations'];
    const after = this.cursors.open(list, cursor);
    const found = await this.models.find<LocationListItem>(locationList, {
      filter: { network: id },
      sort: ['createdAt', 'id'],
      after,
      limit: PAGE + 1,
    });
    const { data, next } = this.cursors.page(list, found, PAGE, (each) => [each.createdAt, each.id]);
    const places = data.map((each) => ({
      ...each,
      href: `/n/${slug}/locations/${each.id}`,
      email: reveal(each.email),
      ...standingTag(each.status, reader),
    }));
    const count = await this.models.count(locationList, { filter: { network: id } });
    return new Page('network/features/locations', {
      title: reader.t('network.locations.title'),
      places,
      count,
      next: next && `/n/${slug}/locations?after=${next}`,
    });
  }

  @Get('new')
  @Permit('locations.manage', ['employee'])
  blank(@Req() request: PageRequest): Page {
    return this.newPage(request, new Form());
  }

  @Post()
  @Permit('locations.manage', ['employee'])
  create(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.forms.handle(request, LocationInput, {
      then: async (input) => {
        const command = new CreateLocation(this.contexts.once(request), this.ids.next('loc'), input);
        const { position } = await this.commands.execute<CreateLocation, LocationChange>(command);
        return new SeeOther(`/n/${networkOf(request).slug}/locations`, {
          flash: 'network.flash.location-created',
          values: { name: input.name },
          position,
        });
      },
      again: (form) => this.newPage(request, form),
      fieldOf: { 'reference-taken': 'reference' },
    });
  }

  @Get(':id')
  @Permit('locations.view', ['employee'])
  async show(@Req() request: PageRequest, @Param('id') id: string): Promise<Page> {
    ownLocation(request.caller, id);
    return this.locationPage(request, id);
  }

  @Post(':id')
  @Permit('locations.manage', ['employee'])
  change(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, LocationInput, {
      then: (input) => this.done(request, id, new ChangeLocation(this.contexts.once(request), id, input)),
      again: (form) => this.locationPage(request, id, form),
      fieldOf: { 'reference-taken': 'reference' },
    });
  }

  @Post(':id/standing')
  @Permit('locations.manage', ['employee'])
  standing(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, LocationStandingInput, {
      then: ({ standing }) => this.done(request, id, new ChangeLocationStanding(this.contexts.once(request), id, standing)),
      again: (form) => this.locationPage(request, id, form),
    });
  }

  private async done(request: PageRequest, id: string, command: object): Promise<SeeOther> {
    const { position } = await this.commands.execute<object, LocationChange>(command);
    return new SeeOther(`/n/${networkOf(request).slug}/locations/${id}`, { flash: 'network.flash.saved', position });
  }

  private newPage({ reader }: PageRequest, form: Form): Page {
    return new Page('network/features/new-location', { title: reader.t('network.locations.new'), form });
  }

  private async locationPage(request: PageRequest, id: string, form = new Form()): Promise<Page> {
    const { state } = await this.streams.state(networkOf(request).id, `location-${id}`, decide.location);
    if (state.status === 'unknown') throw new Rejection('not-found');
    const { name, reference, status } = state;
    const tabs = tabsOf(request, id, '');
    const standing = { open: status === 'open', suspended: status === 'suspended', closed: status === 'closed' };
    const model = {
      title: name,
      form,
      id,
      name,
      email: reveal(state.email),
      reference,
      standing,
      ...standingTag(status, request.reader),
      tabs,
    };
    return new Page('network/features/location', model);
  }
}
