import { Get, Param, Patch, Post, Put, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Streams } from '../../platform/event-store/streams';
import { Models } from '../../platform/read-store/models';
import type { ApiKeyCaller, EmployeeCaller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import {
  ApiController,
  expectedRevision,
  Input,
  Operation,
  Search,
  setRevision,
  type ApiReply,
  type ApiRequest,
} from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Cursors, type Listed } from '../../platform/web/cursors';
import { Email, Flag, Id, Line, Nested, OneOf, Optional, PageQuery, Time } from '../../platform/web/input';
import { Positions } from '../../platform/web/positions';
import { location, type KnownLocation, type Location } from '../domain/location';
import { locationList, type LocationListItem } from '../read-models/location-list';
import { IssueActivationLink } from './activation-links';
import { locationStatuses, meantLocations, type LocationStatus } from './find-locations';
import { ChangeLocation, ChangeLocationStanding, CreateLocation, type LocationChange } from './location-commands';
import { AddressInput, LocationChangesInput, NewLocationInput, type LocationChangesTyped } from './location-input';
import { LocationStandingInput } from './location-page';

/** A location as the API shows it. */
export class LocationAnswer {
  @Id('loc') id!: string;
  @Line(120) name!: string;
  @Optional() @Email({ description: 'Absent when the person behind it was erased' }) email?: string;
  @Optional() @Line(60, { description: 'The network’s own reference' }) reference?: string;
  @Optional() @Nested(() => AddressInput) address?: AddressInput;
  @Optional() @Line(40) phone?: string;
  @Optional() @Line(200, { example: 'https://bluedoor.example' }) website?: string;
  @Optional() @Line(60, { example: 'Bakery' }) category?: string;
  @Optional() @OneOf(['en', 'fr'], { description: 'Of the mails to it; absent: the network’s' }) language?: 'en' | 'fr';
  @Flag({ description: 'Whether the public directory shows it while it is open' }) listed!: boolean;
  @OneOf(locationStatuses) status!: LocationStatus;
  @Time() createdAt!: string;
}

export class ListLocationsQuery extends PageQuery {
  @Optional() @OneOf(locationStatuses) status?: LocationStatus;
  @Optional() @Line(60, { description: 'Your own reference, whole' }) reference?: string;
  @Optional()
  @Line(100, { description: 'The beginning of a name, of one of its first words, a reference, an address or a city' })
  q?: string;
}

const given = {
  name: 'Blue Door Bakery',
  email: 'hello@bluedoor.example',
  reference: 'M-1017',
  address: { street: '12 Pier Road', city: 'Portland', region: 'ME', postalCode: '04101', country: 'US' },
  phone: '+1 207 555 0123',
  website: 'https://bluedoor.example',
  category: 'Bakery',
};
const example = {
  id: 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  ...given,
  listed: true,
  status: 'open',
  createdAt: '2026-11-22T15:30:00.000Z',
};
type ByNetwork = ApiRequest & { caller: ApiKeyCaller | EmployeeCaller };

@ApiController('locations')
export class LocationsApi {
  constructor(
    private readonly models: Models,
    private readonly streams: Streams,
    private readonly positions: Positions,
    private readonly cursors: Cursors,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
  ) {}

  @Post()
  @Permit('locations.manage')
  @Operation({
    id: 'createLocation',
    summary: 'Create a location',
    description: 'A business of the network. Deductions name the location that they accrue to.',
    idempotent: true,
    example: { ...given, sendActivationLink: true },
    answer: LocationAnswer,
    answerExample: example,
    refusals: ['reference-taken'],
  })
  async create(
    @Input() { sendActivationLink, ...input }: NewLocationInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<LocationAnswer> {
    const context = this.contexts.idempotent(request, 'create-location');
    const id = this.contexts.idFor(context, 'loc');
    const change = await this.commands.execute<CreateLocation, LocationChange>(new CreateLocation(context, id, input));
    if (sendActivationLink) {
      const again = { ...context, commandId: `${context.commandId}/activation-link` };
      await this.commands.execute(new IssueActivationLink(again, id, this.contexts.idFor(context, 'link'), true));
    }
    this.contexts.answer(reply, change);
    reply.header('location', `/v1/locations/${id}`);
    return answerOf(asCreated(change));
  }

  @Get()
  @Permit('locations.manage')
  @Operation({
    id: 'listLocations',
    summary: 'List locations, oldest first',
    answer: { listOf: LocationAnswer },
    answerExample: { data: [example], next: null },
    refusals: ['cursor-unusable'],
  })
  async list(@Search() query: ListLocationsQuery, @Req() request: ByNetwork): Promise<Listed<LocationAnswer>> {
    const { network } = request.caller;
    const { limit = 50, after: cursor, ...filters } = query;
    await this.models.settled(locationList, this.positions.of(request));
    const list = [network, 'locations', filters];
    const after = this.cursors.open(list, cursor);
    const found = await this.models.find<LocationListItem>(locationList, {
      ...meantLocations(network, filters),
      sort: ['createdAt', 'id'],
      after,
      limit: limit + 1,
    });
    const { data, next } = this.cursors.page(list, found, limit, (each) => [each.createdAt, each.id]);
    return { data: data.map(answerOf), next };
  }

  @Get(':id')
  @Permit('locations.manage')
  @Operation({ id: 'getLocation', summary: 'Read a location', answer: LocationAnswer, answerExample: example })
  async read(@Param('id') id: string, @Req() request: ByNetwork, @Res({ passthrough: true }) reply: ApiReply): Promise<LocationAnswer> {
    const { state, revision } = await this.streams.state(request.caller.network, `location-${id}`, location);
    if (state.status === 'unknown') throw new Rejection('not-found');
    setRevision(reply, revision);
    return answerOf(state);
  }

  @Patch(':id')
  @Permit('locations.manage')
  @Operation({
    id: 'changeLocation',
    summary: 'Change a location',
    description: 'What is left out stays as it is; null takes it away.',
    conditional: true,
    example: { phone: '+1 207 555 0199', website: null },
    answer: LocationAnswer,
    answerExample: { ...example, phone: '+1 207 555 0199' },
    refusals: ['not-found', 'edited-meanwhile', 'reference-taken', 'location-closed'],
  })
  change(
    @Param('id') id: string,
    @Input() input: LocationChangesInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<LocationAnswer> {
    return this.done(reply, new ChangeLocation(this.contexts.once(request), id, input as LocationChangesTyped, expectedRevision(request)));
  }

  @Put(':id/standing')
  @Permit('locations.manage')
  @Operation({
    id: 'changeLocationStanding',
    summary: 'Suspend a location, open it again, or close it for good',
    description: 'Saying what is so already changes nothing. What is closed stays closed.',
    example: { standing: 'suspended' },
    answer: LocationAnswer,
    answerExample: { ...example, status: 'suspended' },
    refusals: ['not-found', 'location-closed'],
  })
  stand(
    @Param('id') id: string,
    @Input() { standing }: LocationStandingInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<LocationAnswer> {
    return this.done(reply, new ChangeLocationStanding(this.contexts.once(request), id, standing));
  }

  private async done(reply: ApiReply, command: object): Promise<LocationAnswer> {
    const change = await this.commands.execute<object, LocationChange>(command);
    this.contexts.answer(reply, change);
    setRevision(reply, change.revision);
    return answerOf(change.state as KnownLocation);
  }
}

/** As it was created, whatever it became since: a repeat is answered as the first time. */
const asCreated = ({ facts }: LocationChange): KnownLocation =>
  facts.reduce<Location>((state, fact) => location.evolve(state, fact), location.initial) as KnownLocation;

function answerOf(place: (LocationListItem & { id: string }) | KnownLocation): LocationAnswer {
  const { id, name, email, reference, address, phone, website, category, language, listed, status, createdAt } = place;
  const shown = { name, email: reveal(email), reference, address, phone, website, category, language, listed: listed !== false };
  return { id, ...shown, status, createdAt };
}
