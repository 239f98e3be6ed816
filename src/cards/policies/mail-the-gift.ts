import type { Policy } from '../../kernel/event-sourcing';
import { MailGift } from '../domain/delivery';
import type { GiftMailRequested } from '../domain/gift-card.facts';

export const mailTheGift: Policy<GiftMailRequested> = {
  name: 'mail-the-gift-when-its-mail-is-requested',
  on: { GiftMailRequested: ({ cardId, mail }, cause) => [new MailGift(cause.context(), cardId, mail)] },
};
