import { Injectable } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Instant } from '../../kernel/event-sourcing';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Config } from '../../platform/config';
import { Streams, type Change } from '../../platform/event-store/streams';
import { Vault } from '../../platform/security/vault';
import * as decide from '../domain/location-devices';
import { location, type Location, type LocationFact } from '../domain/location';

const HOUR = 3_600_000;
const LIVES = 72 * HOUR;
const CHARACTERS = 32;

/**
 * Makes a link that activates devices of a location; the one before it works no more. `mail` sends it to the location's address.
 * `linkId` is `link_…`, new or derived from the command.
 * @throws Rejection `not-found`, `location-closed`, `location-without-address` (only when it is to be mailed)
 */
export class IssueActivationLink {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly linkId: string,
    readonly mail: boolean,
  ) {}
}

/** @throws Rejection `not-found` */
export class WithdrawActivationLink {
  constructor(
    readonly context: CommandContext,
    readonly locationId: string,
    readonly linkId: string,
  ) {}
}

export type LocationDeviceChange = Change<Location, LocationFact>;

/** What a link's address says: whose it is, which one, and its secret. */
export interface PresentedLink {
  readonly locationId: string;
  readonly linkId: string;
  readonly presentedHash: string;
}

type Named = Pick<decide.ActivationLink, 'id' | 'keyVersion'>;

/** Activation links are derived like every mailed secret (engine 4): facts keep a keyed hash, whoever shows the link derives it again. */
@Injectable()
export class ActivationLinks {
  constructor(
    private readonly vault: Vault,
    private readonly config: Config,
  ) {}

  make(locationId: string, linkId: string, at: Instant): { keyVersion: number; hash: string; expiresAt: Instant } {
    const { keyVersion } = this.vault;
    const hash = this.hashOf(locationId, linkId, this.secret(locationId, { id: linkId, keyVersion }));
    return { keyVersion, hash, expiresAt: new Date(Date.parse(at) + LIVES).toISOString() };
  }

  url(slug: string, locationId: string, link: Named): string {
    return `${this.config.publicUrl}/n/${slug}/activate/${locationId}.${link.id}.${this.secret(locationId, link)}`;
  }

  /** Undefined for what doesn't look like a link at all. */
  presented(token: string): PresentedLink | undefined {
    const [, locationId, linkId, secret] = /^(loc_[0-9A-Z]{26})\.(link_[0-9A-Z]{26})\.([0-9A-Za-z]{32})$/.exec(token) ?? [];
    if (!locationId || !linkId || !secret) return undefined;
    return { locationId, linkId, presentedHash: this.hashOf(locationId, linkId, secret) };
  }

  private secret(locationId: string, { id, keyVersion }: Named): string {
    return this.vault.derive('activation-link', [locationId, id], CHARACTERS, keyVersion);
  }

  private hashOf(locationId: string, linkId: string, secret: string): string {
    return this.vault.hash('activation-link', `${locationId}.${linkId}.${secret.toUpperCase()}`);
  }
}

@CommandHandler(IssueActivationLink)
export class IssueActivationLinkHandler implements ICommandHandler<IssueActivationLink> {
  constructor(
    private readonly streams: Streams,
    private readonly links: ActivationLinks,
  ) {}

  execute({ context, locationId, linkId, mail }: IssueActivationLink): Promise<LocationDeviceChange> {
    const { at, actor: by } = context;
    const made = this.links.make(locationId, linkId, at);
    return this.streams.change(context, `location-${locationId}`, location, (state) => {
      if (mail && state.status !== 'unknown' && reveal(state.email) === undefined) throw new Rejection('location-without-address');
      return decide.issueActivationLink(state, { linkId, ...made, mail, by, at });
    });
  }
}

@CommandHandler(WithdrawActivationLink)
export class WithdrawActivationLinkHandler implements ICommandHandler<WithdrawActivationLink> {
  constructor(private readonly streams: Streams) {}

  execute({ context, locationId, linkId }: WithdrawActivationLink): Promise<LocationDeviceChange> {
    const { at, actor: by } = context;
    return this.streams.change(context, `location-${locationId}`, location, (state) =>
      decide.withdrawActivationLink(state, { linkId, by, at }),
    );
  }
}
