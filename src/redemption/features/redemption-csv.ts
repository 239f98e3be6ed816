import { Injectable } from '@nestjs/common';
import { reveal } from '../../kernel/personal';
import { NetworkFacade } from '../../network';
import { Models } from '../../platform/read-store/models';
import type { Query, Value } from '../../platform/read-store/read-store';
import { plainAmount } from '../../platform/web/amount';
import { BYTE_ORDER_MARK, csvLine } from '../../platform/web/csv';
import type { Reader } from '../../platform/web/reader';
import type { RedeemedWhat } from '../domain/redemption';
import { redemptionList, type RedemptionListItem } from '../read-models/redemption-list';
import { newestFirst, placeInList } from './redemption-search';

const BATCH = 500;
const columns = [
  'id',
  'receipt',
  'state',
  'location-id',
  'location',
  'by',
  'clerk',
  'card',
  'amount',
  'asked',
  'balance',
  'currency',
  'items',
  'reference',
  'started-at',
  'reversed-at',
  'reason',
] as const;

/** Redemptions as a spreadsheet reads them: a page of the list at a time, so that any number of them takes the same memory. */
@Injectable()
export class RedemptionCsv {
  constructor(
    private readonly models: Models,
    private readonly networks: NetworkFacade,
  ) {}

  async *rows(network: string, query: Pick<Query, 'filter' | 'anyOf'>, reader: Reader): AsyncGenerator<string> {
    yield BYTE_ORDER_MARK + csvLine(columns.map((column) => reader.t(`redemption.csv.${column}`)));
    let after: readonly Value[] | undefined;
    do {
      const found = await this.models.find<RedemptionListItem>(redemptionList, { ...query, sort: newestFirst, after, limit: BATCH });
      if (found.length > 0) yield await this.lines(network, found, reader);
      const last = found.length === BATCH ? found.at(-1) : undefined;
      after = last && placeInList(last);
    } while (after);
  }

  private async lines(network: string, found: readonly RedemptionListItem[], reader: Reader): Promise<string> {
    const ids = found.map(({ by }) => by.id);
    const places = new Set(found.map(({ locationId }) => locationId));
    const [names, known] = await Promise.all([
      this.networks.actorNames(network, ids),
      Promise.all([...places].map(async (id) => [id, (await this.networks.location(network, id))?.name ?? ''] as const)),
    ]);
    const locations = new Map(known);
    return found.map((each) => csvLine(cells(each, names, locations.get(each.locationId) ?? '', reader))).join('');
  }
}

function cells(each: RedemptionListItem, names: ReadonlyMap<string, string>, place: string, reader: Reader): readonly string[] {
  const { redemptionId, receipt, state, locationId, by, clerk, lastFour, amount, asked, balance, what, reversal } = each;
  return [
    redemptionId,
    receipt,
    reader.t(`redemption.state.${state}`),
    locationId,
    place,
    names.get(by.id) ?? reader.t(`redemption.actor.${by.kind}`),
    reveal(clerk ?? undefined) ?? '',
    `•••• ${lastFour}`,
    plainAmount(amount),
    asked ? plainAmount(asked) : '',
    balance ? plainAmount(balance) : '',
    amount.currency,
    itemsText(what),
    each.reference ?? '',
    each.startedAt,
    reversal?.at ?? '',
    reversal?.reason ?? '',
  ];
}

export const itemsText = (what: RedeemedWhat): string =>
  what.kind === 'items' ? what.items.map(({ name, quantity }) => `${name} × ${quantity}`).join('; ') : '';
