import { Get, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Streams } from '../../platform/event-store/streams';
import { Models } from '../../platform/read-store/models';
import type { ApiKeyCaller, EmployeeCaller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, Search, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Cursors, type Listed } from '../../platform/web/cursors';
import { Email, Id, Line, OneOf, Optional, PageQuery, Time } from '../../platform/web/input';
import { Positions } from '../../platform/web/positions';
import { location, type KnownLocation, type Location } from '../domain/location';
import { locationList, type LocationListItem } from '../read-models/location-list';
import { CreateLocation, LocationInput, type LocationChange } from './locations';

/** A location as the API shows it. */
export class LocationAnswer {
  @Id('loc') id!: string;
  @Line(120) name!: string;
  @Optional() @Email({ description: 'Absent when the person behind it was erased' }) email?: string;
  @Optional() @Line(60, { description: 'The network’s own reference' }) reference?: string;
  @OneOf(['open', 'suspended', 'closed']) status!: 'open' | 'suspended' | 'closed';
  @Time() createdAt!: string;
}

const example = {
  id: 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  name: 'Blue Door Bakery',
  email: 'hello@bluedoor.example',
  reference: 'M-1017',
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
    example: { name: 'Blue Door Bakery', email: 'hello@bluedoor.example', reference: 'M-1017' },
    answer: LocationAnswer,
    answerExample: example,
    refusals: ['reference-taken'],
  })
  async create(
    @Input() input: LocationInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<LocationAnswer> {
    const context = this.contexts.idempotent(request, 'create-location');
    const id = this.contexts.idFor(context, 'loc');
    const change = await this.commands.execute<CreateLocation, LocationChange>(new CreateLocation(context, id, input));
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
  async list(@Search() query: PageQuery, @Req() request: ByNetwork): Promise<Listed<LocationAnswer>> {
    const { network } = request.caller;
    const { limit = 50 } = query;
    await this.models.settled(locationList, this.positions.of(request));
    const list = [network, 'locations'];
    const after = this.cursors.open(list, query.after);
    const found = await this.models.find<LocationListItem>(locationList, {
      filter: { network },
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
  async read(@Param('id') id: string, @Req() request: ByNetwork): Promise<LocationAnswer> {
    const { state } = await this.streams.state(request.caller.network, `location-${id}`, location);
    if (state.status === 'unknown') throw new Rejection('not-found');
    return answerOf(state);
  }
}

/** As it was created, whatever it became since: a repeat is answered as the first time. */
const asCreated = ({ facts }: LocationChange): KnownLocation =>
  facts.reduce<Location>((state, fact) => location.evolve(state, fact), location.initial) as KnownLocation;

function answerOf({ id, name, email, reference, status, createdAt }: (LocationListItem & { id: string }) | KnownLocation): LocationAnswer {
  return { id, name, email: reveal(email), reference, status, createdAt };
}
