import { reveal } from '../../kernel/personal';
import type { Reader } from '../../platform/web/reader';
import type { Person } from '../domain/gift-card.facts';
import type { CardListItem } from '../read-models/card-list';

/** How pages speak of cards and people. */

export type CardTag = CardListItem['status'] | 'blocked';

/** The one word that counts most: a blocked card is not spendable, whatever it was before. */
export const tagOf = ({ status, blocked }: Pick<CardListItem, 'status' | 'blocked'>): CardTag =>
  status === 'voided' || status === 'expired' || blocked === 'no' ? status : 'blocked';

export interface ShownPerson {
  readonly name?: string;
  readonly email?: string;
  /** What to call them: the name, else the address, else that they were erased. */
  readonly label: string;
}

export function shownPerson(person: Person, reader: Reader): ShownPerson {
  const name = reveal(person.name);
  const email = reveal(person.email);
  return { name, email, label: name ?? email ?? reader.t('cards.person.erased') };
}

/** `Dana Whitfield’s card`; a card without a recipient is named by the last four of its code alone. */
export function headingOf({ recipient }: CardListItem, reader: Reader): string {
  if (!recipient) return reader.t('cards.page.heading-nobody');
  return reader.t('cards.page.heading', { name: shownPerson(recipient, reader).label });
}

/** `7QK2-M9XD-04TV-HZ3C` as its sixteen characters, for the helper that groups them. */
export const bareCode = (code: string): string => code.replaceAll('-', '');

/** A sentence where the card has an end that is still to come. */
export const goodUntil = ({ status, expiresAt }: Pick<CardListItem, 'status' | 'expiresAt'>, reader: Reader): string | undefined =>
  expiresAt === null || status === 'voided' || status === 'expired'
    ? undefined
    : reader.t('cards.good-until', { day: reader.day(expiresAt) });
