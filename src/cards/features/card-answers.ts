import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import type { Money } from '../../kernel/money';
import { reveal, type Personal } from '../../kernel/personal';
import { Email, Flag, Id, Line, Nested, OneOf, Optional, Paragraph, Time, Whole } from '../../platform/web/input';
import type { Person } from '../domain/gift-card.facts';
import { cardStatuses, type CardListItem, type CardStatus } from '../read-models/card-list';

/** How the API shows cards. What is not there, or of a person who was erased, is left out. */

/** On commands that move money. */
export class DryRunQuery {
  @Optional() @Flag({ description: 'Decide and answer, but change nothing' }) dryRun?: boolean;
}

export class MoneyAnswer {
  @Whole(0, Number.MAX_SAFE_INTEGER, { description: 'Minor units: 2500 is 25.00', example: 2500 })
  amount!: number;

  @OneOf(['USD', 'CAD'], { example: 'USD' })
  currency!: string;
}

export class PersonAnswer {
  @Optional() @Email() email?: string;
  @Optional() @Line(100, { example: 'Amélie Côté' }) name?: string;
}

export class MailAnswer {
  @OneOf(['none', 'scheduled', 'queued', 'sent', 'failed']) state!: string;
  @Time() at!: string;
  @Optional() @Line(1000, { description: 'Why the mail server refused' }) reason?: string;
}

export class GiftCardAnswer {
  @Id('card') id!: string;
  @OneOf(cardStatuses, { example: 'active', description: 'Pending until it was sent; used from the first deduction on' })
  status!: CardStatus;
  @Flag({ description: 'Nobody can spend it until it is unblocked' }) blocked!: boolean;
  @ValidateNested() @Type(() => MoneyAnswer) value!: Money;
  @ValidateNested() @Type(() => MoneyAnswer) balance!: Money;
  @Line(4, { example: 'HZ3C' }) lastFour!: string;
  @Nested(() => PersonAnswer) buyer!: PersonAnswer;
  @IsOptional() @ValidateNested() @Type(() => PersonAnswer) recipient?: PersonAnswer;
  @Optional() @Paragraph(1000) message?: string;
  @OneOf(['mail', 'seller'], { example: 'mail' }) deliveredBy!: 'mail' | 'seller';
  @Optional() @Time({ description: 'When the gift is due to be mailed, where a day was chosen' }) deliverAt?: string;
  @Optional() @Time() deliveredAt?: string;
  @Nested(() => MailAnswer) giftMail!: MailAnswer;
  @OneOf(['api', 'counter', 'import', 'order', 'groupGift']) source!: string;
  @Optional() @Line(200) reference?: string;
  @Optional() @Id('loc') locationId?: string;
  @Time() issuedAt!: string;
  @Time() lastMovedAt!: string;
  @Optional() @Time() expiresAt?: string;
}

export function cardAnswer(card: CardListItem): GiftCardAnswer {
  return {
    id: card.cardId,
    status: card.status,
    blocked: card.blocked !== 'no',
    value: card.value,
    balance: card.balance,
    lastFour: card.lastFour,
    buyer: personAnswer(card.buyer),
    recipient: card.recipient ? personAnswer(card.recipient) : undefined,
    message: shown(card.message),
    deliveredBy: card.delivery.kind === 'none' ? 'seller' : 'mail',
    deliverAt: card.delivery.kind === 'at' ? card.delivery.at : undefined,
    deliveredAt: card.deliveredAt ?? undefined,
    giftMail: card.giftMail,
    source: card.source.kind,
    reference: card.source.kind === 'api' ? card.source.reference : undefined,
    locationId: card.locationId ?? undefined,
    issuedAt: card.issuedAt,
    lastMovedAt: card.lastMovedAt,
    expiresAt: card.expiresAt ?? undefined,
  };
}

const personAnswer = ({ email, name }: Person): PersonAnswer => ({ email: shown(email), name: shown(name) });
const shown = (value: Personal<string> | null | undefined): string | undefined => reveal(value ?? undefined);

export const exampleCardId = 'card_01JD8Z4M2Q7RXK3V5T9WBN6CHG';
export const exampleLocationId = 'loc_01JD8Z4M2Q7RXK3V5T9WBN6CHG';

export const exampleCard: GiftCardAnswer = {
  id: exampleCardId,
  status: 'active',
  blocked: false,
  value: { amount: 5000, currency: 'USD' },
  balance: { amount: 5000, currency: 'USD' },
  lastFour: 'HZ3C',
  buyer: { email: 'amelie@example.com', name: 'Amélie Côté' },
  recipient: { email: 'bo@example.com', name: 'Bo Lund' },
  message: 'Happy birthday!',
  deliveredBy: 'mail',
  deliveredAt: '2026-11-22T15:30:01.000Z',
  giftMail: { state: 'sent', at: '2026-11-22T15:30:01.000Z' },
  source: 'api',
  reference: 'order 4711',
  issuedAt: '2026-11-22T15:30:00.000Z',
  lastMovedAt: '2026-11-22T15:30:00.000Z',
};
