import { Get, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Rejection } from '../../kernel/rejection';
import { Streams } from '../../platform/event-store/streams';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Form, Forms } from '../../platform/web/form';
import { OneOf } from '../../platform/web/input';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { location } from '../domain/location';
import { locationStatuses, type LocationStatus } from './find-locations';
import { ChangeLocation, ChangeLocationStanding, type LocationChange } from './location-commands';
import { LocationInput, wholly } from './location-input';
import { standingTag, tabsOf } from './location-tabs';
import { ownLocation } from './own-location';
import { networkOf } from './page-network';
import { addressLines, countryChoices, detailFields, languageChoices } from './shown-location';

export class LocationStandingInput {
  @OneOf(locationStatuses, { description: 'Suspended: nothing is redeemed for now. Closed: for good.', example: 'suspended' })
  standing!: LocationStatus;
}

/** One business: its details, and whether it is open. */
@PageController('n/:slug/locations/:id')
export class LocationPage {
  constructor(
    private readonly streams: Streams,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly forms: Forms,
  ) {}

  @Get()
  @Permit('locations.view', ['employee'])
  async show(@Req() request: PageRequest, @Param('id') id: string): Promise<Page> {
    ownLocation(request.caller, id);
    return this.page(request, id);
  }

  @Post()
  @Permit('locations.manage', ['employee'])
  change(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, LocationInput, {
      then: (input) => this.done(request, id, new ChangeLocation(this.contexts.once(request), id, wholly(input))),
      again: (form) => this.page(request, id, form),
      fieldOf: { 'reference-taken': 'reference' },
    });
  }

  @Post('standing')
  @Permit('locations.manage', ['employee'])
  standing(@Req() request: PageRequest, @Param('id') id: string): Promise<Page | SeeOther> {
    return this.forms.handle(request, LocationStandingInput, {
      then: ({ standing }) => this.done(request, id, new ChangeLocationStanding(this.contexts.once(request), id, standing)),
      again: (form) => this.page(request, id, form),
    });
  }

  private async done(request: PageRequest, id: string, command: object): Promise<SeeOther> {
    const { position } = await this.commands.execute<object, LocationChange>(command);
    return new SeeOther(`/n/${networkOf(request).slug}/locations/${id}`, { flash: 'network.flash.saved', position });
  }

  private async page(request: PageRequest, id: string, form = new Form()): Promise<Page> {
    const { reader } = request;
    const { state } = await this.streams.state(networkOf(request).id, `location-${id}`, location);
    if (state.status === 'unknown') throw new Rejection('not-found');
    const { status } = state;
    const fields = detailFields(state);
    return new Page('network/features/location', {
      title: state.name,
      form,
      id,
      ...fields,
      // What was typed stays: an empty checkbox sends nothing.
      listed: fields.listed && !form.invalid,
      tabs: tabsOf(request, id, ''),
      addressLines: addressLines(state.address, networkOf(request).currency, reader),
      countries: countryChoices(state.address?.country, reader),
      languages: languageChoices(reader),
      standing: { open: status === 'open', suspended: status === 'suspended', closed: status === 'closed' },
      ...standingTag(status, reader),
    });
  }
}
