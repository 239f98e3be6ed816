import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Streams } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { location, type Location } from '../domain/location';
import { IssueActivationLink } from './activation-links';

/** What asks for links: its link and command ids derive from this and the location, for ever. */
export interface Mailing {
  readonly operation: 'activation-round' | 'import-activation';
  readonly key: string;
  /** Whether a location whose last link is still open gets another one, which ends the first. */
  readonly renews: boolean;
}

/** Mails activation links to many locations, each once, however often a step is repeated after a crash. */
@Injectable()
export class ActivationMailing {
  constructor(
    private readonly streams: Streams,
    private readonly commands: CommandBus,
    private readonly ids: Ids,
  ) {}

  /** False where there is nobody to mail, or nothing to activate: closed or suspended, without an address, with a device. */
  async mail(context: CommandContext, locationId: string, { operation, key, renews }: Mailing): Promise<boolean> {
    const { network, at } = context;
    const name = `${key}:${locationId}`;
    const linkId = this.ids.derived('link', network, operation, name);
    const { state } = await this.streams.state(network, `location-${locationId}`, location);
    if (state.status !== 'unknown' && state.links.some(({ id }) => id === linkId)) return true;
    if (!canBeActivated(state) || (!renews && hasOpenLink(state, at))) return false;
    const own = { ...context, commandId: this.ids.derived('cmd', network, operation, name), requestHash: undefined };
    try {
      await this.commands.execute(new IssueActivationLink(own, locationId, linkId, true));
      return true;
    } catch (error) {
      // Closed, or its person erased, between the look and the mail.
      if (error instanceof Rejection) return false;
      throw error;
    }
  }
}

type Known = Exclude<Location, { status: 'unknown' }>;

const canBeActivated = (state: Location): state is Known =>
  state.status === 'open' && reveal(state.email) !== undefined && !state.devices.some(({ revokedAt }) => revokedAt === undefined);

const hasOpenLink = ({ links }: Known, at: string): boolean => links.some(({ status, expiresAt }) => status === 'issued' && expiresAt > at);
