import { Get, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { DataOf } from '../../kernel/event-sourcing';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { Public } from '../../platform/security/permit';
import { Throttle } from '../../platform/security/throttle';
import { CommandContexts } from '../../platform/web/contexts';
import { Page, SeeOther, type PageReply, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { Readers } from '../../platform/web/readers';
import type { Reader } from '../../platform/web/reader';
import { WithdrawDeduction } from '../domain/deduction-by-code';
import type { GiftCardFact } from '../domain/gift-card.facts';
import { FreezeCard } from '../domain/standing';
import { CardStreams, type CardSheet } from './card-streams';
import { CardFinder } from './look-up-card';
import { Places } from './places';
import { keepToOneself } from './recipient-page';

interface Stoppable {
  readonly network: string;
  readonly cardId: string;
  readonly deductionId: string;
}

type Asked = DataOf<GiftCardFact, 'DeductionRequested'>;

/** What the buyer can do about a deduction from the mail with its code. Looking changes nothing: mail scanners look at every link. */
@PageController('stop/:token')
export class StopPage {
  constructor(
    private readonly finder: CardFinder,
    private readonly cards: CardStreams,
    private readonly places: Places,
    private readonly readers: Readers,
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly throttle: Throttle,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Public()
  async show(@Req() request: PageRequest, @Param('token') token: string, @Res({ passthrough: true }) reply: PageReply): Promise<Page> {
    keepToOneself(reply, 'same-origin');
    const found = await this.open(request, token);
    const network = await this.places.network(found.network);
    request.reader = this.readers.ofPage(request, network);
    const sheet = await this.cards.card(found.network, found.cardId);
    return new Page('cards/features/stop-page', await this.model(found, sheet, request.reader, token), { shell: 'public', network });
  }

  @Post()
  @Public()
  async stop(@Req() request: PageRequest, @Param('token') token: string, @Res({ passthrough: true }) reply: PageReply): Promise<SeeOther> {
    keepToOneself(reply, 'same-origin');
    const { network, cardId, deductionId } = await this.open(request, token);
    const command = new WithdrawDeduction(this.contexts.once(request, { network }), cardId, deductionId, 'stopped');
    return this.told(token, () => this.commands.execute(command));
  }

  @Post('freeze')
  @Public()
  async freeze(
    @Req() request: PageRequest,
    @Param('token') token: string,
    @Res({ passthrough: true }) reply: PageReply,
  ): Promise<SeeOther> {
    keepToOneself(reply, 'same-origin');
    const { network, cardId, deductionId } = await this.open(request, token);
    const command = new FreezeCard(this.contexts.once(request, { network }), cardId, deductionId);
    return this.told(token, () => this.commands.execute(command));
  }

  /** Whatever it came to is told by the page itself; being too late is no error of the buyer's. */
  private async told(token: string, work: () => Promise<unknown>): Promise<SeeOther> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
    }
    return new SeeOther(`/stop/${token}`);
  }

  private async open(request: PageRequest, token: string): Promise<Stoppable> {
    const attempt = await this.throttle.take('link', { ip: request.ip });
    try {
      const found = await this.finder.byStop(token);
      await attempt.giveBack();
      return found;
    } catch (error) {
      if (error instanceof Rejection && error.code === 'code-not-valid') throw new Rejection('card-link-not-valid');
      throw error;
    }
  }

  private async model({ network, deductionId }: Stoppable, { card, history }: CardSheet, reader: Reader, token: string) {
    const about = history.map(({ fact }) => fact).filter(({ data }) => 'deductionId' in data && data.deductionId === deductionId);
    const asked = about.find((fact) => fact.type === 'DeductionRequested')?.data as Asked;
    const left = Date.parse(asked.expiresAt) - this.clock.millis();
    const live = card.request?.deductionId === deductionId && left > 0;
    const ended = card.status === 'voided' || card.status === 'expired';
    return {
      title: reader.t(live ? 'cards.stop.title' : 'cards.stop.title-over'),
      token,
      amount: asked.amount,
      place: (await this.places.name(network, asked.locationId)) ?? reader.t('cards.place.unknown'),
      lastFour: card.lastFour,
      requestedAt: asked.at,
      live,
      minutes: live
        ? reader.t('cards.stop.minutes', {
            count: Math.ceil(left / 60_000),
            time: `${reader.time(asked.expiresAt)} ${reader.zone(asked.expiresAt)}`,
          })
        : undefined,
      outcome: live ? undefined : outcomeOf(about, reader),
      frozen: card.blocked === 'byBuyer',
      blocked: card.blocked === 'byStaff',
      freezable: card.blocked === 'no' && !ended,
    };
  }
}

/** How the request ended: done, stopped, or come to nothing. */
function outcomeOf(about: readonly GiftCardFact[], reader: Reader): { good: boolean; text: string } {
  const cancelled = about.find((fact) => fact.type === 'DeductionCancelled');
  const deducted = about.find((fact) => fact.type === 'FundsDeducted');
  if (deducted)
    return {
      good: false,
      text: reader.t('cards.stop.outcome.deducted', { at: `${reader.shortDateTime(deducted.data.at)} ${reader.zone(deducted.data.at)}` }),
    };
  return { good: true, text: reader.t(`cards.stop.outcome.${cancelled?.data.reason ?? 'expired'}`) };
}
