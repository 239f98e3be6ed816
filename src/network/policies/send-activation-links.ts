import type { Policy } from '../../kernel/event-sourcing';
import { SendNextActivationLinks, type ActivationRoundAdvanced, type ActivationRoundStarted } from '../domain/activation-round';

/** One step after the other, each by the fact that the one before is done; the handler knows when no location is left. */
export const sendTheNextActivationLinks: Policy<ActivationRoundStarted | ActivationRoundAdvanced> = {
  name: 'send-the-next-activation-links-of-a-round',
  on: {
    ActivationRoundStarted: ({ roundId }, cause) => [new SendNextActivationLinks(cause.context(), roundId)],
    ActivationRoundAdvanced: ({ roundId }, cause) => [new SendNextActivationLinks(cause.context(), roundId)],
  },
};
