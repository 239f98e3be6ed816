import type { CommandContext } from '../../kernel/event-sourcing';

/** Reads what a till maker has, so that no payment is missed whose notice never came. */
export class CatchUpTill {
  constructor(
    readonly context: CommandContext,
    readonly tillId: string,
  ) {}
}
