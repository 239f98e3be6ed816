import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Claims } from '../../platform/event-store/claims';
import { Streams, type Change } from '../../platform/event-store/streams';
import { sameRevision } from '../../platform/web/api';
import * as decide from '../domain/location';
import { detailsOf, differences } from '../domain/location-details';
import { NetworkFacade } from '../network.facade';
import { addressOf } from './employee-streams';
import { withScheme, type LocationChangesTyped, type LocationInput } from './location-input';

export class CreateLocation {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly details: LocationInput,
  ) {}
}

export class ChangeLocation {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly changes: LocationChangesTyped,
    /** What the editor saw; undefined: whatever it is. */
    readonly revision?: number,
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
    const { reference } = details;
    const email = addressOf('location', locationId, details.email);
    if (reference !== undefined && !(await this.claims.claim(context, 'location-reference', reference, locationId)))
      throw new Rejection('reference-taken');
    const command = { ...details, website: withScheme(details.website), locationId, email, at: context.at };
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

  async execute({ context, locationId, changes, revision }: ChangeLocation): Promise<LocationChange> {
    const stream = `location-${locationId}`;
    const { state: before, revision: actual } = await this.streams.state(context.network, stream, decide.location);
    if (before.status === 'unknown') throw new Rejection('not-found');
    sameRevision(revision, actual);
    const reference = changes.reference ?? undefined;
    const moves = changes.reference !== undefined && reference !== before.reference;
    if (moves && reference !== undefined && !(await this.claims.claim(context, 'location-reference', reference, locationId)))
      throw new Rejection('reference-taken');
    const email = changes.email === undefined ? undefined : addressOf('location', locationId, changes.email, context);
    const website = withScheme(changes.website);
    const change = await this.streams.change(context, stream, decide.location, (now) => {
      // Somebody may have come between the look and the change.
      if (revision !== undefined && now.status !== 'unknown' && differences(detailsOf(before), detailsOf(now)).length > 0)
        throw new Rejection('edited-meanwhile');
      return decide.changeLocation(now, { locationId, changes: { ...changes, email, website }, at: context.at });
    });
    if (moves && before.reference !== undefined) await this.claims.release(context, 'location-reference', before.reference, locationId);
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
