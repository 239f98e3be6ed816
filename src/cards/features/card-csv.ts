import { Injectable } from '@nestjs/common';
import { reveal } from '../../kernel/personal';
import { Models } from '../../platform/read-store/models';
import type { Query, Value } from '../../platform/read-store/read-store';
import { plainAmount } from '../../platform/web/amount';
import { BYTE_ORDER_MARK, csvLine } from '../../platform/web/csv';
import type { Reader } from '../../platform/web/reader';
import { cardList, type CardListItem } from '../read-models/card-list';
import { newestFirst, placeInList } from './see-card';

const BATCH = 500;
const columns = [
  'id',
  'card',
  'status',
  'blocked',
  'recipient',
  'recipient-email',
  'buyer',
  'buyer-email',
  'value',
  'balance',
  'currency',
  'sold-at',
  'delivered-at',
  'last-moved-at',
  'expires-at',
] as const;

/** Cards as a spreadsheet reads them: a page of the list at a time, so that any number of cards takes the same memory. */
@Injectable()
export class CardCsv {
  constructor(private readonly models: Models) {}

  async *rows(query: Pick<Query, 'filter' | 'anyOf'>, reader: Reader): AsyncGenerator<string> {
    yield BYTE_ORDER_MARK + csvLine(columns.map((column) => reader.t(`cards.csv.${column}`)));
    let after: readonly Value[] | undefined;
    do {
      const found = await this.models.find<CardListItem>(cardList, { ...query, sort: newestFirst, after, limit: BATCH });
      if (found.length > 0) yield found.map((card) => csvLine(cells(card, reader))).join('');
      const last = found.length === BATCH ? found.at(-1) : undefined;
      after = last && placeInList(last);
    } while (after);
  }
}

function cells(card: CardListItem, reader: Reader): readonly string[] {
  const { cardId, lastFour, status, blocked, recipient, buyer, value, balance, issuedAt, deliveredAt, lastMovedAt, expiresAt } = card;
  return [
    cardId,
    `•••• ${lastFour}`,
    reader.t(`cards.window.tab.${status}`),
    blocked === 'no' ? '' : reader.t('cards.csv.is-blocked'),
    reveal(recipient?.name) ?? '',
    reveal(recipient?.email) ?? '',
    reveal(buyer.name) ?? '',
    reveal(buyer.email) ?? '',
    plainAmount(value),
    plainAmount(balance),
    balance.currency,
    issuedAt,
    deliveredAt ?? '',
    lastMovedAt,
    expiresAt ?? '',
  ];
}
