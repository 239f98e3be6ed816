import type { CommandContext, Instant } from '../kernel/event-sourcing';
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

/** A card as the counter of a location sees it. */
export interface CardAtCounter extends CardStanding {
  readonly cardId: string;
  readonly lastFour: string;
  /** The recipient's name, where the card has one and the person was not erased. */
  readonly holder?: string;
}

/** A card whose code or link was shown; `presented` is the secret's hash, which `redeem` takes so that a replaced one is refused. */
export interface PresentedCard extends CardAtCounter {
  readonly presented: string;
}

/** Who shows a code or a link at a counter, and from where. */
export interface CounterPresenter {
  readonly network: string;
  readonly ip: string;
  /** A device's or API key's id. */
  readonly device: string;
}

export interface CardRedemption {
  readonly deductionId: string;
  readonly redemptionId: string;
  readonly amount: Money;
  readonly locationId: string;
  readonly presented?: string;
}

/** What a movement at a counter came to, as the card's own fact has it. */
export interface CounterMovement {
  readonly deductionId: string;
  readonly amount: Money;
  /** What is on the card after it. */
  readonly balance: Money;
  readonly at: Instant;
  readonly position: number;
  /** True when it had been done before: this is the first answer again. */
  readonly replayed: boolean;
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
  /**
   * A code that was typed or the token of a link that was opened at a counter. Wrong tries are limited by device, address and
   * network, right ones given back. The card's state (blocked, not delivered) is told in the answer, not refused.
   * @throws Rejection `code-not-valid`, the same for a wrong, a replaced, an unknown and another network's; `too-many-requests`
   */
  abstract presentAtCounter(kind: 'code' | 'link', typed: string, by: CounterPresenter): Promise<PresentedCard>;
  /** Never stale; undefined for an unknown card or another network's. */
  abstract atCounter(network: string, cardId: string): Promise<CardAtCounter | undefined>;
  /**
   * What `redeem` would refuse now, without writing anything.
   * @throws Rejection as `redeem`
   */
  abstract rehearseRedemption(context: CommandContext, cardId: string, redemption: CardRedemption): Promise<void>;
  /**
   * Deducts for a redemption and tells the buyer. Once for each `redemptionId`, whoever asks and however often.
   * @throws Rejection `insufficient-funds` {balance}, `code-not-valid`, `card-unknown`, `card-not-delivered`, `card-blocked`,
   *   `card-voided`, `card-expired`, `currency-mismatch`, `amount-not-positive`; `redemption-declined` {refusal, balance}
   *   when it was declined before
   */
  abstract redeem(context: CommandContext, cardId: string, redemption: CardRedemption): Promise<CounterMovement>;
  /**
   * The end of a redemption that was refused with the code `refusal`: it will never be deducted. Answers the deduction where somebody
   * else came first with it (another instance took the redemption up after the card was loaded); undefined where nothing was taken.
   */
  abstract declineRedemption(
    context: CommandContext,
    cardId: string,
    redemption: CardRedemption,
    refusal: string,
  ): Promise<CounterMovement | undefined>;
  /**
   * Gives a redemption's amount back to its card. Once for each `reversalId`.
   * @throws Rejection `deduction-unknown`, `already-reversed`, `card-limit-exceeded`, `card-voided`, `card-expired`
   */
  abstract reverseRedemption(
    context: CommandContext,
    cardId: string,
    reversal: { readonly deductionId: string; readonly reversalId: string; readonly reason?: string },
  ): Promise<CounterMovement>;
}
