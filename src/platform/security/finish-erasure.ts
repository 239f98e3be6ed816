import type { CommandContext } from '../../kernel/event-sourcing';

/** Destroys the keys that an erasure named, and says so. Does nothing when that has been done. */
export class FinishErasure {
  constructor(
    readonly context: CommandContext,
    readonly stream: string,
  ) {}
}
