import type { CommandContext } from '../kernel/event-sourcing';
import type { Money } from '../kernel/money';
import type { CardOrder, IssuedCard } from './features/issue-card';
import type { DayOfCards } from './read-models/card-figures';

export type { CardOrder, IssuedCard };

/** What a network's cards come to. */
export interface CardTotals {
  /** What is on all cards together: what the network owes its recipients. Undefined before the first card. */
  readonly outstanding: Money | undefined;
  readonly cards: Readonly<Record<'pending' | 'active' | 'used' | 'voided' | 'expired', number>>;
}

export interface TopUpOrder {
  readonly topUpId: string;
  readonly amount: Money;
  readonly why: { readonly kind: 'order'; readonly orderId: string } | { readonly kind: 'groupGift'; readonly groupGiftId: string };
}

export interface CardStanding {
  readonly status: 'pending' | 'active' | 'used' | 'voided' | 'expired';
  readonly blocked: boolean;
  readonly balance: Money;
  readonly limit: Money;
}

/** The door of the cards module for other modules. */
export abstract class CardsFacade {
  /** Days from `from` to `to` (both `2026-11-22`, UTC, inclusive), oldest first; days without a movement are left out. */
  abstract days(network: string, from: string, to: string): Promise<readonly DayOfCards[]>;
  abstract totals(network: string): Promise<CardTotals>;
  /** Cards that wait to be sent and whose gift mail the mail server refused: their recipients know nothing of them. */
  abstract unsent(network: string): Promise<number>;
  /** The newest state, never stale; undefined for an unknown card or another network's. */
  abstract card(network: string, cardId: string): Promise<CardStanding | undefined>;
  /** Issues a card; the same command again answers the first one. @throws Rejection of its rules */
  abstract issue(context: CommandContext, cardId: string, order: CardOrder): Promise<IssuedCard>;
  /** @throws Rejection `card-unknown`, `card-blocked`, `card-voided`, `card-expired`, `card-limit-exceeded` */
  abstract topUp(
    context: CommandContext,
    cardId: string,
    order: TopUpOrder,
  ): Promise<{ readonly balance: Money; readonly position: number }>;
}
