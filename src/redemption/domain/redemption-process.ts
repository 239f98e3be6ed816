import type { CommandContext } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import type { Personal } from '../../kernel/personal';
import type { RedeemedWhat, RedemptionWay } from './redemption';

/** What somebody wants redeemed on a card. */
export interface RedemptionOrder {
  readonly redemptionId: string;
  readonly cardId: string;
  readonly presented?: string;
  readonly locationId: string;
  readonly what: RedeemedWhat;
  readonly total: Money;
  /**
   * True takes what the card holds where the total is more. An amount is what somebody agreed to take of the total, because the card held
   * no more then, while the rest is collected another way. Absent: a total that is too much is refused.
   */
  readonly cut?: true | Money;
  readonly clerk?: Personal<string>;
  readonly via: RedemptionWay;
  readonly reference?: string;
}

/** Opens a redemption and brings it to its end: start → deduct → complete or refuse. A repeat answers the first outcome. */
export class Redeem {
  constructor(
    readonly context: CommandContext,
    readonly order: RedemptionOrder,
  ) {}
}

/** Takes up a redemption wherever it stopped. */
export class FinishRedemption {
  constructor(
    readonly context: CommandContext,
    readonly redemptionId: string,
  ) {}
}

/** Gives the card its money back and writes it down. */
export class ReverseRedemption {
  constructor(
    readonly context: CommandContext,
    readonly redemptionId: string,
    /** Names this reversal for ever: the same one again is a repeat, another one comes too late. */
    readonly reversalId: string,
    readonly reason?: string,
  ) {}
}

/** A card's deduction was reversed: if it belongs to a redemption, that is reversed too. */
export class FollowReversal {
  constructor(
    readonly context: CommandContext,
    readonly redemptionId: string,
    readonly reversal: {
      readonly reversalId: string;
      readonly balance: Money;
      readonly by: CommandContext['actor'];
      readonly reason?: string;
      readonly at: string;
    },
  ) {}
}

/** Mails the items of a redemption to whoever the network and the location named. */
export class MailItems {
  constructor(
    readonly context: CommandContext,
    readonly redemptionId: string,
  ) {}
}

/** Tells the webhook of the location, else the network's. */
export class NotifyOfRedemption {
  constructor(
    readonly context: CommandContext,
    readonly redemptionId: string,
    readonly type: 'redemption.completed' | 'redemption.reversed',
  ) {}
}
