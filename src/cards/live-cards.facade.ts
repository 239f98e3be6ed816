import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext } from '../kernel/event-sourcing';
import type { Money } from '../kernel/money';
import { Models } from '../platform/read-store/models';
import {
  CardsFacade,
  type CardAtCounter,
  type CardRedemption,
  type CardStanding,
  type CardTotals,
  type CounterMovement,
  type CounterPresenter,
  type PresentedCard,
  type TopUpOrder,
} from './cards.facade';
import { TopUpCard } from './domain/balance';
import { CardStreams, factOf, type CardChange } from './features/card-streams';
import { CardsAtCounter } from './features/cards-at-counter';
import { CardSales, type CardOrder, type IssuedCard } from './features/issue-card';
import { cardFigures, type DayOfCards } from './read-models/card-figures';
import { cardList, cardStatuses, unsentCards } from './read-models/card-list';

const PAGE = 1000;

@Injectable()
export class LiveCardsFacade extends CardsFacade {
  constructor(
    private readonly models: Models,
    private readonly cards: CardStreams,
    private readonly sales: CardSales,
    private readonly commands: CommandBus,
    private readonly counter: CardsAtCounter,
  ) {
    super();
  }

  async days(network: string, from: string, to: string): Promise<readonly DayOfCards[]> {
    const days: DayOfCards[] = [];
    for (let after: readonly string[] | undefined; ;) {
      const page = await this.models.find<DayOfCards>(cardFigures, {
        filter: { network, day: { gte: from, lte: to } },
        sort: ['day'],
        after,
        limit: PAGE,
      });
      days.push(...page);
      if (page.length < PAGE) return days;
      after = [page.at(-1)!.day];
    }
  }

  async totals(network: string): Promise<CardTotals> {
    const days = await this.days(network, '0000-00-00', '9999-99-99');
    const counts = await Promise.all(
      cardStatuses.map(async (status) => [status, await this.models.count(cardList, { filter: { network, status } })] as const),
    );
    return { outstanding: outstanding(days), cards: Object.fromEntries(counts) as CardTotals['cards'] };
  }

  unsent(network: string): Promise<number> {
    return this.models.count(cardList, { filter: { network, ...unsentCards } });
  }

  async card(network: string, cardId: string): Promise<CardStanding | undefined> {
    const state = await this.cards.state(network, cardId);
    if (state.status === 'unissued') return undefined;
    const { status, balance } = state;
    return { status, balance, blocked: 'blocked' in state && state.blocked !== 'no', limit: 'limit' in state ? state.limit : balance };
  }

  issue(context: CommandContext, cardId: string, order: CardOrder): Promise<IssuedCard> {
    return this.sales.issue(context, cardId, order);
  }

  async topUp(context: CommandContext, cardId: string, order: TopUpOrder): Promise<{ readonly balance: Money; readonly position: number }> {
    const change = await this.commands.execute<TopUpCard, CardChange>(new TopUpCard(context, cardId, order));
    return { balance: factOf(change, 'CardToppedUp').balance, position: change.position };
  }

  presentAtCounter(kind: 'code' | 'link', typed: string, by: CounterPresenter): Promise<PresentedCard> {
    return this.counter.present(kind, typed, by);
  }

  atCounter(network: string, cardId: string): Promise<CardAtCounter | undefined> {
    return this.counter.see(network, cardId);
  }

  rehearseRedemption(context: CommandContext, cardId: string, redemption: CardRedemption): Promise<void> {
    return this.counter.rehearse(context, cardId, redemption);
  }

  redeem(context: CommandContext, cardId: string, redemption: CardRedemption): Promise<CounterMovement> {
    return this.counter.redeem(context, cardId, redemption);
  }

  declineRedemption(
    context: CommandContext,
    cardId: string,
    redemption: CardRedemption,
    refusal: string,
  ): Promise<CounterMovement | undefined> {
    return this.counter.decline(context, cardId, redemption, refusal);
  }

  reverseRedemption(
    context: CommandContext,
    cardId: string,
    reversal: { readonly deductionId: string; readonly reversalId: string; readonly reason?: string },
  ): Promise<CounterMovement> {
    return this.counter.reverse(context, cardId, reversal);
  }
}

function outstanding(days: readonly DayOfCards[]): Money | undefined {
  const [first] = days;
  if (!first) return undefined;
  const sum = days.reduce((total, day) => total + day.issued + day.toppedUp + day.reversed - day.deducted - day.voided - day.expired, 0);
  return { amount: sum, currency: first.currency };
}
