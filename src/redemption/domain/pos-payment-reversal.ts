import type { CommandContext } from '../../kernel/event-sourcing';

/** The till cancelled a payment whose card was deducted already: the card gets its money back. */
export class ReverseVoidedPayment {
  constructor(
    readonly context: CommandContext,
    readonly redemptionId: string,
  ) {}
}
