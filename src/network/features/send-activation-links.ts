import { Get, Param, Post, Req } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { EventStore } from '../../platform/event-store/event-store';
import { Streams, type Change } from '../../platform/event-store/streams';
import { Ids } from '../../platform/ids';
import { Models } from '../../platform/read-store/models';
import { Permit } from '../../platform/security/permit';
import { CommandContexts } from '../../platform/web/contexts';
import { Page, SeeOther, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import {
  activationRound,
  advanceRound,
  completeRound,
  SendNextActivationLinks,
  startRound,
  type ActivationRound,
  type ActivationRoundFact,
} from '../domain/activation-round';
import { locationList, type LocationListItem } from '../read-models/location-list';
import { ActivationMailing } from './activation-mailing';
import { networkOf } from './page-network';

const STEP = 100;
const AT_ONCE = 10;
const PATIENCE = 5_000;

/**
 * Mails an activation link to every open location that has no device, no open link, and an address: those of an upload, for one.
 * Answers at once; the mails follow, step by step. `roundId` is `rnd_…`, new or derived from what it follows.
 */
export class SendActivationLinks {
  constructor(
    readonly context: CommandContext,
    readonly roundId: string,
  ) {}
}

export type ActivationRoundChange = Change<ActivationRound, ActivationRoundFact>;

const streamOf = (roundId: string): string => `activationRound-${roundId}`;

@CommandHandler(SendActivationLinks)
export class SendActivationLinksHandler implements ICommandHandler<SendActivationLinks> {
  constructor(private readonly streams: Streams) {}

  execute({ context, roundId }: SendActivationLinks): Promise<ActivationRoundChange> {
    const { actor: by, at } = context;
    return this.streams.change(context, streamOf(roundId), activationRound, (state) => startRound(state, { roundId, by, at }));
  }
}

/** One step; a repeat after a crash mails nobody twice. */
@CommandHandler(SendNextActivationLinks)
export class SendNextActivationLinksHandler implements ICommandHandler<SendNextActivationLinks> {
  constructor(
    private readonly streams: Streams,
    private readonly events: EventStore,
    private readonly models: Models,
    private readonly mailing: ActivationMailing,
  ) {}

  async execute({ context, roundId }: SendNextActivationLinks): Promise<void> {
    const { network, at } = context;
    const { state } = await this.streams.state(network, streamOf(roundId), activationRound);
    if (state.status !== 'running') return;
    if (state.step === 0) await this.models.settled(locationList, await this.events.head(), PATIENCE);
    const places = await this.models.find<LocationListItem & { id: string }>(locationList, {
      filter: { network },
      sort: ['createdAt', 'id'],
      after: state.after && [state.after.createdAt, state.after.locationId],
      limit: STEP,
    });
    const last = places.at(-1);
    if (!last) {
      await this.change(context, roundId, (now) => completeRound(now, { roundId, at }));
      return;
    }
    const mailing = { operation: 'activation-round', key: roundId, renews: false } as const;
    let sent = 0;
    for (let first = 0; first < places.length; first += AT_ONCE) {
      const some = await Promise.all(places.slice(first, first + AT_ONCE).map(({ id }) => this.mailing.mail(context, id, mailing)));
      sent += some.filter(Boolean).length;
    }
    const after = { createdAt: last.createdAt, locationId: last.id };
    const done = { roundId, after, sent, passed: places.length - sent, at };
    await this.change(context, roundId, (now) => advanceRound(now, state.step, done));
  }

  private change(context: CommandContext, roundId: string, decide: (now: ActivationRound) => ActivationRoundFact[]): Promise<unknown> {
    return this.streams.change(context, streamOf(roundId), activationRound, decide);
  }
}

/** The button of the locations' page, and how far the mails have come. */
@PageController('n/:slug/activation-rounds')
export class ActivationRoundsPage {
  constructor(
    private readonly streams: Streams,
    private readonly commands: CommandBus,
    private readonly contexts: CommandContexts,
    private readonly ids: Ids,
  ) {}

  @Post()
  @Permit('locations.manage', ['employee'])
  async start(@Req() request: PageRequest): Promise<SeeOther> {
    const roundId = this.ids.next('rnd');
    await this.commands.execute(new SendActivationLinks(this.contexts.once(request), roundId));
    return new SeeOther(`/n/${networkOf(request).slug}/activation-rounds/${roundId}`);
  }

  @Get(':id')
  @Permit('locations.manage', ['employee'])
  async show(@Req() request: PageRequest, @Param('id') id: string): Promise<Page> {
    const { state } = await this.streams.state(networkOf(request).id, streamOf(id), activationRound);
    if (state.status === 'unknown') throw new Rejection('not-found');
    const { status, sent, passed } = state;
    return new Page('network/features/activation-round', {
      title: request.reader.t('network.round.title'),
      running: status === 'running',
      sent,
      passed,
      id,
    });
  }
}
