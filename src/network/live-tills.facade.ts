import { Injectable } from '@nestjs/common';
import type { CommandContext } from '../kernel/event-sourcing';
import { Rejection } from '../kernel/rejection';
import { Streams, type Decision } from '../platform/event-store/streams';
import { Models } from '../platform/read-store/models';
import { Vault } from '../platform/security/vault';
import { location as aggregate, type KnownLocation, type Location, type LocationFact } from './domain/location';
import {
  changeTenderRule,
  connectPos,
  disconnectPos,
  standardRule,
  type SealedSecret,
  type TenderRule,
  type TillDetails,
  type TillKind,
} from './domain/location-tender';
import { tillList, type TillListItem } from './read-models/till-list';
import { TillsFacade, type LocationTills, type Till, type TillOrder } from './tills.facade';

const HINT = 4;

/** Tills of locations, with their secrets sealed under the vault and bound to the connection. */
@Injectable()
export class LiveTillsFacade extends TillsFacade {
  constructor(
    private readonly streams: Streams,
    private readonly models: Models,
    private readonly vault: Vault,
  ) {
    super();
  }

  async of(network: string, locationId: string): Promise<LocationTills | undefined> {
    const place = await this.place(network, locationId);
    if (!place) return undefined;
    const { rule, connections } = place.tills;
    const tills = connections.map((each) => this.opened(network, locationId, each));
    return { rule: rule ?? standardRule, ownRule: rule !== undefined, tills };
  }

  async till(connectionId: string): Promise<Till | undefined> {
    const found = await this.models.get<TillListItem>(tillList, connectionId);
    return found && (await this.of(found.network, found.locationId))?.tills.find(({ id }) => id === connectionId);
  }

  async at(network: string, kind: TillKind, place: string): Promise<Till | undefined> {
    const found = await this.models.find<TillListItem>(tillList, { filter: { network, kind, place }, sort: ['_id'], limit: 10 });
    for (const { id } of found) {
      const till = await this.till(id);
      if (till?.place === place) return till;
    }
    return undefined;
  }

  async ofKind(kind: TillKind, after: string | undefined, limit: number): Promise<readonly string[]> {
    const query = { filter: { kind }, sort: ['_id'], after: after === undefined ? undefined : [after], limit };
    return (await this.models.find<TillListItem>(tillList, query)).map(({ id }) => id);
  }

  changeRule(context: CommandContext, locationId: string, rule: TenderRule): Promise<number> {
    const command = { rule, by: context.actor, at: context.at };
    return this.change(context, locationId, (state) => changeTenderRule(state, command));
  }

  async connect(context: CommandContext, locationId: string, connectionId: string, order: TillOrder): Promise<number> {
    const before = (await this.place(context.network, locationId))?.tills.connections.find((each) => each.connectionId === connectionId);
    const { kind, place, environment } = order;
    const secret = order.secret === undefined ? before?.secret : this.sealed(connectionId, 'secret', order.secret);
    const token = order.token === undefined ? before?.token : this.sealed(connectionId, 'token', order.token);
    const details: TillDetails = { connectionId, kind, place, environment, secret, token };
    return this.change(context, locationId, (state) => connectPos(state, { details, by: context.actor, at: context.at }));
  }

  disconnect(context: CommandContext, locationId: string, connectionId: string): Promise<number> {
    const command = { connectionId, by: context.actor, at: context.at };
    return this.change(context, locationId, (state) => disconnectPos(state, command));
  }

  private async change(
    context: CommandContext,
    locationId: string,
    decide: (state: KnownLocation) => readonly LocationFact[],
  ): Promise<number> {
    const decision: Decision<Location, LocationFact> = (state) => {
      if (state.status === 'unknown') throw new Rejection('not-found');
      if (state.status === 'closed') throw new Rejection('location-closed');
      return decide(state);
    };
    return (await this.streams.change(context, `location-${locationId}`, aggregate, decision)).position;
  }

  private async place(network: string, locationId: string): Promise<KnownLocation | undefined> {
    const { state } = await this.streams.state(network, `location-${locationId}`, aggregate);
    return state.status === 'unknown' ? undefined : state;
  }

  private opened(network: string, locationId: string, details: TillDetails & { readonly at: string }): Till {
    const { connectionId, kind, place, environment, secret, token, at } = details;
    return {
      id: connectionId,
      network,
      locationId,
      kind,
      place,
      environment,
      secret: this.open(connectionId, 'secret', secret),
      token: this.open(connectionId, 'token', token),
      hints: { secret: secret?.hint, token: token?.hint },
      connectedAt: at,
    };
  }

  private sealed(connectionId: string, what: string, plain: string): SealedSecret {
    return { sealed: this.vault.seal(plain, `till:${connectionId}:${what}`), hint: plain.length < 12 ? '' : plain.slice(-HINT) };
  }

  private open(connectionId: string, what: string, secret: SealedSecret | undefined): string | undefined {
    return secret && this.vault.unseal(secret.sealed, `till:${connectionId}:${what}`);
  }
}
